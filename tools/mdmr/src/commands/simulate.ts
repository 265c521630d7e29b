/** simulate: a synthetic population and its files; needs no running hub. */
import { InvalidArgumentError, Option } from 'commander';
import { countText, dayOption, type Answer, type Cli, type CommandBook } from '../cli.js';
import { WrongUsage } from '../refused.js';
import { finish } from '../simulate/finish.js';
import { simulate } from '../simulate/simulate.js';

interface Options {
  ldcs?: number;
  sdps?: number;
  days?: number;
  from?: string;
  seed?: number;
  missing: number;
  finish?: string;
  out: string;
}

export function simulateCommands(book: CommandBook): void {
  const text = 'writes a synthetic population and its files, one folder per LDC and day';
  book.leaf<Options>(book.program, 'simulate', text, run, (command) =>
    command
      .option('--ldcs <n>', 'how many LDCs', countText)
      .option('--sdps <n>', 'service points of each', countText)
      .option('--days <n>', 'days of reads', countText)
      .addOption(dayOption('--from <day>', 'first day of reads'))
      .addOption(new Option('--seed <n>', 'the same seed, the same bytes').argParser(seedText))
      .addOption(
        new Option('--missing <permille>', 'meter days that lack some intervals')
          .argParser(permilleText)
          .default(5),
      )
      .option('--finish <file>', 'a USDP-RSP of the hub: writes what needs its USDP IDs')
      .requiredOption('--out <dir>', 'where to'),
  );
}

function seedText(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffffffff) {
    throw new InvalidArgumentError('A seed is a whole number below 2^32.');
  }
  return seed;
}

function permilleText(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 1000) throw new InvalidArgumentError('0 to 1000 is wanted.');
  return value;
}

async function run({ progress }: Cli, _args: string[], options: Options): Promise<Answer> {
  const { out } = options;
  if (options.finish !== undefined) {
    const finished = await finish(options.finish, out);
    const text = [`${finished.ldc}: ${finished.sdps} SDPs`, ...finished.files].join('\n');
    return { json: { out, ...finished }, text };
  }
  const { ldcs, sdps, days, from, seed, missing: missingPermille } = options;
  const given = { ldcs, sdps, days, from, seed };
  const absent = Object.entries(given).filter(([, value]) => value === undefined);
  if (absent.length > 0) {
    const names = absent.map(([name]) => `--${name}`).join(', ');
    throw new WrongUsage(`simulate needs ${names}, or --finish <USDP-RSP file>.`);
  }
  progress(`writing ${ldcs} x ${sdps} service points, ${days} days from ${from}`);
  const made = simulate({
    ldcs: ldcs!,
    sdps: sdps!,
    days: days!,
    from: from!,
    seed: seed!,
    out,
    missingPermille,
  });
  const next =
    "Send the USDP-REQ, then simulate --finish <the hub's USDP-RSP> --out the same folder.";
  const text = [...made.flatMap(({ files }) => files), next].join('\n');
  return { json: { out, ldcs: made }, text };
}
