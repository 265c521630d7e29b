/** trace bq, interval: from a number back to files and lines. */
import { segment } from '../admin-api.js';
import { countText, dayText, type Answer, type Cli, type CommandBook } from '../cli.js';
import { Refused, WrongUsage } from '../refused.js';
import { tree } from '../table.js';

export function traceCommands(book: CommandBook): void {
  const trace = book.group('trace', 'where a number comes from');
  book.leaf(trace, 'bq <bq_id>', 'a billing quantity', bq, (command) =>
    command.option('--revision <n>', 'this revision; default the newest', countText),
  );
  book.leaf(trace, 'interval <usdp_id> <day>', 'the intervals of a day', interval, (command) =>
    command.option('--channel <channel>', 'this channel; default all'),
  );
}

async function bq({ api }: Cli, [bqId]: string[], options: { revision?: number }): Promise<Answer> {
  const query = { revision: options.revision?.toString() };
  const answer = await api.get('billing', `/admin/trace/bq/${segment(bqId!)}`, { query });
  return { json: answer, text: tree(answer) };
}

/** reads knows the meters, files and lines; vee what was validated and estimated. */
async function interval(
  { api }: Cli,
  [usdpId, day]: string[],
  options: { channel?: string },
): Promise<Answer> {
  requireDay(day!);
  const path = `/admin/trace/interval/${segment(usdpId!)}/${day}`;
  const query = { channel: options.channel };
  const parts = ['reads', 'vee'].map((service) => api.get(service, path, { query }));
  const [reads, vee] = await Promise.allSettled(parts);
  if (reads!.status === 'rejected' && vee!.status === 'rejected') throw reads!.reason;
  const json = {
    usdp_id: usdpId,
    day,
    channel: options.channel ?? null,
    reads: valueOf(reads!),
    vee: valueOf(vee!),
  };
  return { json, text: tree(json) };
}

/** One of the two may know nothing of a day (nothing received yet: 404); other troubles count. */
function valueOf(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'fulfilled') return result.value;
  const { reason } = result;
  if (reason instanceof Refused && !['NOT_RUNNING', 'NO_ANSWER'].includes(reason.code)) return null;
  throw reason;
}

function requireDay(text: string): void {
  try {
    dayText(text);
  } catch {
    throw new WrongUsage(`"${text}" is not a day (YYYY-MM-DD).`);
  }
}
