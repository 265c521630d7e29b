/** stop: ends a running hub, or what a killed one left behind. */
import { stopHub } from '@mdmr/stack';
import { type Answer, type Cli, type CommandBook } from '../cli.js';

export function stopCommands(book: CommandBook): void {
  book.leaf(book.program, 'stop', 'drains the services and stops the hub', stop);
}

async function stop({ settings, progress }: Cli): Promise<Answer> {
  const stopped = await stopHub(settings.dataDir, progress);
  const text = stopped ? 'The hub has stopped.' : `Nothing runs on ${settings.dataDir}.`;
  return { json: { stopped }, text };
}
