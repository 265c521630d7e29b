/** status [--wait-idle]. */
import { countText, type Answer, type Cli, type CommandBook } from '../cli.js';
import { readStatus, waitIdle, type HubStatus } from '../idle.js';
import { Refused } from '../refused.js';
import { table } from '../table.js';

interface StatusOptions {
  waitIdle?: boolean;
  timeout: number;
}

export function statusCommands(book: CommandBook): void {
  book.leaf<StatusOptions>(
    book.program,
    'status',
    'readiness, backlog, lag, open sets, held values, parked sets, work',
    status,
    (command) =>
      command
        .option('--wait-idle', 'return when no work is left')
        .option('--timeout <seconds>', 'how long to wait for that', countText, 120),
  );
}

async function status(cli: Cli, _args: string[], options: StatusOptions): Promise<Answer> {
  const now = options.waitIdle
    ? await waitIdle(cli, options.timeout * 1000)
    : await readStatus(cli.api);
  if (!options.waitIdle && now.services.every((service) => !service.ready)) {
    throw new Refused('The hub does not run: no service answers (npm start).', 'NOT_RUNNING');
  }
  const { services, open_sets, parked, held_values, work, clock } = now;
  return { json: { services, open_sets, parked, held_values, work, clock }, text: textOf(now) };
}

function textOf(now: HubStatus): string {
  const rows = now.services.map((service) => [
    service.service,
    service.ready ? 'ready' : 'not ready',
    service.relay_backlog,
    Object.values(service.lag).reduce((sum, lag) => sum + lag, 0),
  ]);
  return [
    table(['service', 'state', 'relay', 'lag'], rows),
    `clock: ${now.clock}`,
    `open sets: ${listOf(now.open_sets)}`,
    `parked: ${listOf(now.parked)}`,
    `held values: ${now.held_values}`,
    `work: ${now.work.length === 0 ? 'none' : `\n  ${now.work.join('\n  ')}`}`,
  ].join('\n');
}

function listOf(items: unknown[]): string {
  if (items.length === 0) return 'none';
  return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ');
}
