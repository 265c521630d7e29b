/** `npm run chaos -- --seed S --runs N [--minutes M] [--keep] [--out FILE]`, `--summary FILE`. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runBatch } from './batch.js';
import { summaryOf } from './summary.js';

const MAX_SEED = 0xffff_ffff;
const USAGE = `usage: npm run chaos -- [--seed S] [--runs N] [--minutes M] [--keep] [--out FILE]
       npm run chaos -- --summary FILE
  --seed S      the first seed, 0 to 2^32 - 1; default a random one
  --runs N      so many seeds, one after the other; default 1, with --minutes no end
  --minutes M   begin no run after so many minutes
  --keep        leave the data of each suite where it is (of a failed one it always stays)
  --out FILE    add a JSON line for each seed
  --summary     what such files say in all
  --help        this`;

const say = (line: string) => void process.stderr.write(`${line}\n`);

function wholeNumber(text: string | undefined, otherwise: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  say(`"${text}" is not a whole number up to ${max}\n${USAGE}`);
  process.exit(2);
}

function options(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    say(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      runs: { type: 'string' },
      minutes: { type: 'string' },
      keep: { type: 'boolean', default: false },
      out: { type: 'string' },
      summary: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}

const { values, positionals } = options();
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else if (values.summary) {
  process.stdout.write(`${summaryOf(positionals)}\n`);
} else {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!asked) say(`${signal}: ending after the run in work`);
      asked = true;
    });
  }
  const MINUTE_MS = 60_000;
  const first = wholeNumber(values.seed, randomInt(MAX_SEED), MAX_SEED);
  const minutes = values.minutes === undefined ? null : wholeNumber(values.minutes, 0, 100_000);
  const count = wholeNumber(values.runs, minutes === null ? 1 : 1_000_000, 1_000_000);
  const { runs, findings } = await runBatch({
    seeds: Array.from({ length: count }, (_, i) => (first + i) % (MAX_SEED + 1)),
    limitMs: minutes === null ? null : minutes * MINUTE_MS,
    keep: values.keep,
    out: values.out ?? null,
    say,
    stopAsked: () => asked,
  });
  const failed = runs.filter(({ verdict }) => verdict === 'failed');
  for (const { seed } of failed) say(`again: npm run chaos -- --seed ${seed} --runs 1 --keep`);
  process.stdout.write(
    `${runs.length} seeds, ${failed.length} failed, ${findings.length} findings\n`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
}
