/** calendar load. */
import { basename } from 'node:path';
import { done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { readInput } from '../input.js';

export function calendarCommands(book: CommandBook): void {
  const calendar = book.group('calendar', 'billing calendars');
  book.leaf(calendar, 'load <file>', 'loads a calendar as its next version', load);
}

async function load({ api }: Cli, [path]: string[]): Promise<Answer> {
  const body = { content: readInput(path!), file_name: basename(path!) };
  const answer = await api.post('billing', '/admin/calendars', { body });
  return done(answer, `${basename(path!)}: loaded`);
}
