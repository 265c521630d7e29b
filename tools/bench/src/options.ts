/** Options of a bench on the command line: whole numbers with defaults, --json and --help. */
import { parseArgs } from 'node:util';

export interface NumberOption {
  readonly about: string;
  readonly otherwise: number;
  /** Default 1. */
  readonly least?: number;
}

export interface BenchHelp<Name extends string> {
  readonly command: string;
  /** What it measures, against what baseline. */
  readonly about: string;
  readonly numbers: Readonly<Record<Name, NumberOption>>;
}

export type Options<Name extends string> = Record<Name, number> & { json: boolean };

/** Values of the options, or the sentence that is to be printed instead of a run. */
export function readOptions<Name extends string>(
  help: BenchHelp<Name>,
  args: readonly string[],
):
  { options: Options<Name>; say?: undefined } | { options?: undefined; say: string; code: number } {
  const names = Object.keys(help.numbers) as Name[];
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const flags = { json: { type: 'boolean' as const }, help: { type: 'boolean' as const } };
  try {
    const parsed = parseArgs({ args: [...args], options: { ...texts, ...flags } });
    const values: Record<string, unknown> = parsed.values;
    if (values.help) return { say: helpText(help), code: 0 };
    const numbers = names.map((name) => {
      return [name, numberOf(name, help.numbers[name], values[name] as string | undefined)];
    });
    const given = Object.fromEntries(numbers) as Record<Name, number>;
    return { options: { ...given, json: values.json === true } as Options<Name> };
  } catch (error) {
    return { say: `${(error as Error).message}\n\n${helpText(help)}`, code: 2 };
  }
}

function numberOf(name: string, { otherwise, least = 1 }: NumberOption, text?: string): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new Error(`--${name} wants a whole number from ${least}.`);
}

export function helpText(help: BenchHelp<string>): string {
  const lines = Object.entries(help.numbers).map(([name, { about, otherwise }]) => {
    return `  ${`--${name} <n>`.padEnd(18)} ${about} (${otherwise})`;
  });
  const fixed = ['  --json             only the line of JSON', '  --help             this'];
  return [`npm run ${help.command} -- [options]`, '', help.about, '', ...lines, ...fixed].join(
    '\n',
  );
}
