/** param set, show. */
import { segment } from '../admin-api.js';
import { dayOption, done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { table } from '../table.js';

interface Param {
  name: string;
  value: string;
  from: string | null;
}

export function paramCommands(book: CommandBook): void {
  const param = book.group('param', "an LDC's settings");
  book.leaf(param, 'set <name> <value>', 'sets one from a day on', set, (command) =>
    command
      .requiredOption('--ldc <LDC>', 'whose setting')
      .addOption(dayOption('--from <day>', 'first day; default today')),
  );
  book.leaf(param, 'show', 'all, with their dates', show, (command) =>
    command.requiredOption('--ldc <LDC>', 'whose settings'),
  );
}

async function set(
  { api }: Cli,
  [name, value]: string[],
  options: { ldc: string; from?: string },
): Promise<Answer> {
  const body = { ldc: options.ldc, name, value, from: options.from ?? null };
  const answer = await api.post('participants', '/admin/params', { body });
  return done(answer, `${options.ldc}: ${name} = ${value} from ${options.from ?? 'today'}`);
}

async function show({ api }: Cli, _args: string[], options: { ldc: string }): Promise<Answer> {
  const path = `/admin/params/${segment(options.ldc)}`;
  const answer = await api.get<{ params: Param[] }>('participants', path);
  const rows = answer.params.map((param) => [param.name, param.value, param.from]);
  return { json: answer, text: table(['name', 'value', 'from'], rows, 'no settings') };
}
