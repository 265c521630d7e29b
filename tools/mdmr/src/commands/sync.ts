/** sync show, release, discard. */
import { segment } from '../admin-api.js';
import { done, type Answer, type Cli, type CommandBook } from '../cli.js';
import { properties } from '../table.js';

export function syncCommands(book: CommandBook): void {
  const sync = book.group('sync', 'synchronization sets');
  book.leaf(sync, 'show <LDC> <set_id>', 'state, counts, next sequence', show);
  book.leaf(sync, 'release <LDC> <set_id>', 'applies a parked set', decide('release', 'released'));
  book.leaf(sync, 'discard <LDC> <set_id>', 'ends a parked set', decide('discard', 'discarded'));
}

function pathOf([ldc, setId]: string[]): string {
  return `/admin/sets/${segment(ldc!)}/${segment(setId!)}`;
}

async function show({ api }: Cli, args: string[]): Promise<Answer> {
  const set = await api.get<object>('mmd', pathOf(args));
  return { json: set, text: properties(set) };
}

function decide(verb: string, word: string) {
  return async ({ api }: Cli, args: string[]): Promise<Answer> => {
    const answer = await api.post('mmd', `${pathOf(args)}/${verb}`, { timeoutMs: 0 });
    return done(answer, `${args[1]}: ${word}`);
  };
}
