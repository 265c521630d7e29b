/** The frame of every bench: options, one line of JSON and a table, cleaning up whatever comes. */
import { readOptions, type BenchHelp, type Options } from './options.js';

export interface Outcome {
  /** What the bench found; printed as one line. */
  readonly json: Record<string, unknown>;
  readonly text: string;
}

export interface Frame {
  /** Progress, for people. */
  say(line: string): void;
  /** Done at the end, in reverse order, and at Ctrl-C. */
  onEnd(clean: () => Promise<void>): void;
}

async function inReverse(cleans: readonly (() => Promise<void>)[]): Promise<void> {
  for (const clean of cleans.toReversed()) await clean();
}

/** Runs a bench and sets the exit code: 0 measured, 1 failed, 2 wrong usage. */
export async function runBench<Name extends string>(
  help: BenchHelp<Name>,
  bench: (options: Options<Name>, frame: Frame) => Promise<Outcome>,
): Promise<void> {
  const read = readOptions(help, process.argv.slice(2));
  if (read.say !== undefined) {
    console.error(read.say);
    process.exitCode = read.code;
    return;
  }
  const { options } = read;
  const cleans: (() => Promise<void>)[] = [];
  let cleaning: Promise<void> | null = null;
  // Once, however it ends: a signal and the failure that it causes come together.
  const cleanUp = () => (cleaning ??= inReverse(cleans));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  try {
    const say = (line: string) => console.error(line);
    const { json, text } = await bench(options, { say, onEnd: (clean) => void cleans.push(clean) });
    if (!options.json) console.log(`${text}\n`);
    console.log(JSON.stringify({ bench: help.command, ...json }));
  } catch (error) {
    console.error(`${help.command} failed: ${(error as Error).stack ?? String(error)}`);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}
