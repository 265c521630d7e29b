import type { Ctx, OutEvent } from '@mdmr/bus';
import type { EstDay } from '@mdmr/kernel';
import { contextKey } from '../decide/context-key.js';
import { contextOf } from '../decide/facts.js';
import { storedDayKeys } from '../report/channel-days.query.js';
import type { FactsCache } from './facts-cache.js';
import { type ChannelTask, judgeChannels } from './judging.js';
import { lockPoints } from './shards.js';

const EVER = { from: -100_000, to: 100_000 };
/** Service points looked at, and channel days judged, in one transaction. */
export const PAGE = 250;
const DAYS = 1_500;

export interface Rejudged {
  readonly events: OutEvent[];
  /** The last service point that is done; null = none was given. */
  readonly last: string | null;
  /** All that were given are done. */
  readonly whole: boolean;
}

interface Touched {
  readonly usdpId: string;
  readonly channel: string;
  readonly days: Set<EstDay>;
}

/** Judges again the stored days of service points whose directory facts are not those they stand on. */
export async function rejudgePoints(
  cache: FactsCache,
  usdps: readonly string[],
  ctx: Ctx,
): Promise<Rejudged> {
  if (usdps.length === 0) return { events: [], last: null, whole: true };
  await lockPoints(ctx.tx, usdps);
  const stored = await storedDayKeys(ctx.tx, usdps, EVER);
  if (stored.length === 0) return { events: [], last: usdps.at(-1)!, whole: true };
  await cache.begin(ctx.tx);
  const points = await cache.load(ctx.tx, [...new Set(stored.map((key) => key.usdpId))]);
  const touched = new Map<string, Touched>();
  let count = 0;
  let last = '';
  let whole = true;
  for (const key of stored) {
    const { usdpId, channel, day } = key;
    const facts = points.get(usdpId)!.of(channel);
    if (contextKey(contextOf(facts, day)) === key.contextKey) continue;
    // A service point is worked whole, or left to the next transaction.
    if (count >= DAYS && usdpId !== last) {
      whole = false;
      break;
    }
    const id = `${usdpId} ${channel}`;
    const held = touched.get(id) ?? { usdpId, channel, days: new Set<EstDay>() };
    held.days.add(day);
    touched.set(id, held);
    last = usdpId;
    count++;
  }
  const tasks: ChannelTask[] = [...touched.values()].map(({ usdpId, channel, days }) => ({
    facts: points.get(usdpId)!.of(channel),
    touched: days,
  }));
  const decision = { cause: 'DIRECTORY' as const, runId: null, now: ctx.now };
  const events = await judgeChannels(ctx.tx, cache.book, tasks, decision);
  return { events, last: whole ? usdps.at(-1)! : last, whole };
}
