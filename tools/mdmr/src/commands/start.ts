/** start: what `npm start` runs. Stays until it is stopped. */
import { InvalidArgumentError, Option } from 'commander';
import { emptyDataDir, startHub, type Hub } from '@mdmr/stack';
import { adminApi } from '../admin-api.js';
import { type Answer, type Cli, type CommandBook } from '../cli.js';
import { prepareDemo, runDemo } from '../demo/demo.js';
import { Refused } from '../refused.js';

interface StartOptions {
  fresh?: boolean;
  demo: boolean;
  only?: string[];
  external?: boolean;
  json?: boolean;
}

export function startCommands(book: CommandBook): void {
  book.leaf<StartOptions>(book.program, 'start', 'starts the hub and stays', start, (command) =>
    command
      .option('--fresh', 'empties the data directory first')
      .option('--no-demo', 'no day in the life of a utility')
      .addOption(new Option('--only <services>', 'comma-separated').argParser(namesOf))
      .option('--external', 'with existing Postgres and Kafka only'),
  );
}

function namesOf(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Names of services are wanted.');
  return names;
}

async function start(cli: Cli, _args: string[], options: StartOptions): Promise<Answer> {
  const { ownSettings: settings, progress } = cli;
  if (options.fresh) {
    emptyDataDir(settings.dataDir);
    progress(`${settings.dataDir}: emptied`);
  }
  const withDemo = options.demo && options.only === undefined;
  if (withDemo) prepareDemo(settings);
  const asked = stopAsked();
  const hub = await startHub({
    settings,
    only: options.only,
    external: options.external ?? false,
    stopAsked: asked.now,
    log: progress,
    serviceLine: (service, line) => progress(`${service.padEnd(12)} | ${line}`),
  });
  try {
    if (withDemo && !asked.now()) {
      const demo = runDemo({ ...cli, settings, api: adminApi(settings) });
      await Promise.race([demo, asked.signal]);
    }
    const document = { ready: true, data_dir: settings.dataDir, port_base: settings.portBase };
    if (options.json) process.stdout.write(`${JSON.stringify(document)}\n`);
    progress(whereToLook(cli));
    return await stay(hub, asked.signal, progress);
  } finally {
    await hub.stop();
  }
}

function whereToLook({ ownSettings: settings }: Cli): string {
  return [
    '',
    `The hub runs. Its data is in ${settings.dataDir}, its exchange folders in ${settings.exchangeDir}.`,
    `Services answer on http://127.0.0.1:${settings.portBase} to ${settings.portBase + 7}.`,
    'Try: npx mdmr status; npx mdmr org list; npx mdmr files list; npx mdmr reports list.',
    'Ctrl-C or npx mdmr stop ends it.',
    '',
  ].join('\n');
}

interface StopAsked {
  signal: Promise<string>;
  now(): boolean;
}

/** The first signal asks to stop; later ones change nothing, for stopping is bounded. */
function stopAsked(): StopAsked {
  let asked = false;
  const signal = new Promise<string>((tell) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        asked = true;
        tell(name);
      });
    }
  });
  return { signal, now: () => asked };
}

async function stay(
  hub: Hub,
  signal: Promise<string>,
  progress: (line: string) => void,
): Promise<Answer> {
  const end = await Promise.race([
    signal.then((name) => ({ lost: null, name })),
    hub.lost.then((lost) => ({ lost, name: null })),
  ]);
  if (end.lost !== null) throw new Refused(`${end.lost}. The hub stops.`, 'STACK_LOST');
  progress(`${end.name}: stopping`);
  return { json: undefined, text: '' };
}
