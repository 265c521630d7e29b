/** codes load rate-class. */
import { basename } from 'node:path';
import { done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { readInput } from '../input.js';

export function codesCommands(book: CommandBook): void {
  const load = book
    .group('codes', 'code lists of an LDC')
    .command('load')
    .description('loads a list');
  const text = 'replaces the rate classes an LDC allows';
  book.leaf(load, 'rate-class <file>', text, loadRateClasses, (command) =>
    command.requiredOption('--ldc <LDC>', 'whose list it is'),
  );
}

async function loadRateClasses(
  { api }: Cli,
  [path]: string[],
  options: { ldc: string },
): Promise<Answer> {
  const body = { kind: 'rate-class', ldc: options.ldc, content: readInput(path!) };
  const answer = await api.post('participants', '/admin/codes', { body });
  return done(answer, `${options.ldc}: rate classes of ${basename(path!)} loaded`);
}
