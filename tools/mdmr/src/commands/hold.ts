/** hold discard. */
import { dayOption, done, type Answer, type Cli, type CommandBook } from '../cli.js';

export function holdCommands(book: CommandBook): void {
  const hold = book.group('hold', 'held values');
  book.leaf(hold, 'discard <AMCC>', 'held values become REJECTED', discard, (command) =>
    command
      .option('--meter <meter>', 'of this meter only')
      .addOption(dayOption('--before <day>', 'of days before this one only')),
  );
}

async function discard(
  { api }: Cli,
  [amcc]: string[],
  options: { meter?: string; before?: string },
): Promise<Answer> {
  const { meter = null, before = null } = options;
  const body = { amcc, meter, before };
  const answer = await api.post<{ discarded?: number } | null>('reads', '/admin/holds/discard', {
    body,
    timeoutMs: 0,
  });
  return done(answer, `${amcc}: ${answer?.discarded ?? 'all such'} values are no longer held`);
}
