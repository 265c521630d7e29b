/** rebuild: replays the topics into a fresh schema, compares, swaps. */
import { serviceNames } from '@mdmr/stack';
import { type Answer, type Cli, type CommandBook } from '../cli.js';
import { WrongUsage } from '../refused.js';
import { table } from '../table.js';

interface Rebuilt {
  equal: boolean;
  /** nothing is kept that could be rebuilt */
  nothing?: boolean;
  tables: { table: string; equal: boolean; live_rows: number; rebuilt_rows: number }[];
}

export function rebuildCommands(book: CommandBook): void {
  const text = 'replays the topics into a fresh schema, compares, swaps';
  book.leaf(book.program, 'rebuild <service>', text, rebuild, (command) =>
    command.option('--check', 'compares only'),
  );
}

async function rebuild(
  { api, progress }: Cli,
  [service]: string[],
  options: { check?: boolean },
): Promise<Answer> {
  if (!serviceNames().includes(service!)) {
    throw new WrongUsage(`There is no service ${service}; there are ${serviceNames().join(', ')}.`);
  }
  const check = options.check ?? false;
  progress(`${service}: replaying its topics`);
  const body = { check };
  const answer = await api.post<Rebuilt>(service!, '/admin/rebuild', { body, timeoutMs: 0 });
  if (answer.nothing || answer.tables.length === 0) {
    return { json: answer, text: `${service}: nothing to rebuild` };
  }
  const rows = answer.tables.map((t) => {
    return [t.table, t.live_rows, t.rebuilt_rows, t.equal ? 'yes' : 'NO'];
  });
  const verdict = answer.equal ? 'equal' : 'DIFFERENT from live';
  const after = check ? '' : ', swapped';
  const lines = [
    table(['table', 'live', 'rebuilt', 'equal'], rows),
    `${service}: ${verdict}${after}`,
  ];
  return { json: answer, text: lines.join('\n'), exitCode: check && !answer.equal ? 1 : 0 };
}
