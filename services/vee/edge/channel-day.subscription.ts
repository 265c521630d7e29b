import type { BatchProcessor, Ctx, InEvent, OutEvent } from '@mdmr/bus';
import type { EstDay } from '@mdmr/kernel';
import type { Attributed } from '../decide/channel-day-event.js';
import { lastDueDay } from '../report/runs.query.js';
import { FactsCache } from './facts-cache.js';
import { type ChannelTask, judgeChannels } from './judging.js';
import { lockPoints } from './shards.js';

/** What is held at once of a backlog is four times this (partitions): events in, days beside them, events out. */
const MAX_BATCH = 400;

/** Every channel day that reads publishes is validated at once. */
export function channelDaySubscription(cache = new FactsCache()): BatchProcessor {
  return {
    name: 'channel-day',
    topics: ['mdmr.reads.channel-days.v1'],
    maxBatch: MAX_BATCH,
    handle: (events, ctx) => validateDays(cache, channelsOf(events), ctx),
  };
}

/** What came of one channel. */
interface Channel {
  readonly usdpId: string;
  readonly channel: string;
  /** The highest version of each day. */
  readonly days: Map<EstDay, Attributed>;
  /** The first version of each day is among what came. */
  isFirst: boolean;
}

function channelsOf(events: readonly InEvent[]): Channel[] {
  const channels = new Map<string, Channel>();
  for (const event of events) {
    if (event.type !== 'reads.ChannelDayAttributed') continue;
    const { usdp_id: usdpId, channel, est_day, version } = event.value;
    const id = `${usdpId} ${channel}`;
    let held = channels.get(id);
    if (held === undefined) {
      held = { usdpId, channel, days: new Map(), isFirst: true };
      channels.set(id, held);
    }
    const newest = held.days.get(est_day);
    // Versions of a day come in order, each once: the first that is seen here tells.
    if (newest === undefined && version !== 1) held.isFirst = false;
    if (newest === undefined || newest.version < version) held.days.set(est_day, event.value);
  }
  return [...channels.values()];
}

async function validateDays(
  cache: FactsCache,
  channels: readonly Channel[],
  ctx: Ctx,
): Promise<OutEvent[]> {
  const usdps = channels.map((c) => c.usdpId);
  await lockPoints(ctx.tx, usdps);
  await cache.begin(ctx.tx);
  const points = await cache.load(ctx.tx, usdps);
  const lastDue = await lastDueDay(ctx.tx);
  const tasks = channels.map(({ usdpId, channel, days, isFirst }): ChannelTask => {
    const facts = points.get(usdpId)!.of(channel);
    const isNew = isFirst && isUnseen(days, lastDue);
    return { facts, touched: new Set(days.keys()), arrived: days, isNew };
  });
  const decision = { cause: 'READ' as const, runId: null, now: ctx.now };
  return judgeChannels(ctx.tx, cache.book, tasks, decision);
}

/**
 * Of a day that reads had not published before, something is stored only if a final run asked for it. Days that
 * do not follow one another have others between them, of which nobody knows.
 */
function isUnseen(days: ReadonlyMap<EstDay, Attributed>, lastDue: EstDay | null): boolean {
  const sorted = [...days.keys()].sort((a, b) => a - b);
  const first = sorted[0]!;
  const last = sorted.at(-1)!;
  return (lastDue === null || first > lastDue) && last - first === sorted.length - 1;
}
