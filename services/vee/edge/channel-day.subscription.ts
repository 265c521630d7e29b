import type { BatchProcessor, Ctx, InEvent, OutEvent } from '@mdmr/bus';
import type { EstDay } from '@mdmr/kernel';
import { type Received, receivedOf } from '../decide/channel-day-event.js';
import { FactsCache } from './facts-cache.js';
import { type ChannelTask, judgeChannels } from './judging.js';
import { lockPoints } from './shards.js';

type Attributed = InEvent<'reads.ChannelDayAttributed'>['value'];

/** Every channel day that reads publishes is validated at once. */
export function channelDaySubscription(cache = new FactsCache()): BatchProcessor {
  return {
    name: 'channel-day',
    topics: ['mdmr.reads.channel-days.v1'],
    handle: (events, ctx) => validateDays(cache, newestOf(events), ctx),
  };
}

/** The highest version of each channel day in the batch. */
function newestOf(events: readonly InEvent[]): Map<string, Map<EstDay, Attributed>> {
  const channels = new Map<string, Map<EstDay, Attributed>>();
  for (const event of events) {
    if (event.type !== 'reads.ChannelDayAttributed') continue;
    const { usdp_id, channel, est_day, version } = event.value;
    const id = `${usdp_id} ${channel}`;
    let days = channels.get(id);
    if (days === undefined) channels.set(id, (days = new Map()));
    if ((days.get(est_day)?.version ?? 0) < version) days.set(est_day, event.value);
  }
  return channels;
}

async function validateDays(
  cache: FactsCache,
  channels: Map<string, Map<EstDay, Attributed>>,
  ctx: Ctx,
): Promise<OutEvent[]> {
  const usdps = [...channels.keys()].map((id) => id.slice(0, id.lastIndexOf(' ')));
  await lockPoints(ctx.tx, usdps);
  await cache.begin(ctx.tx);
  const points = await cache.load(ctx.tx, usdps);
  const tasks: ChannelTask[] = [];
  for (const days of channels.values()) {
    const arrived = new Map<EstDay, Received>();
    for (const [day, event] of days) arrived.set(day, receivedOf(event));
    const { usdp_id, channel } = days.values().next().value!;
    const facts = points.get(usdp_id)!.of(channel);
    tasks.push({ facts, touched: new Set(arrived.keys()), arrived });
  }
  const decision = { cause: 'READ' as const, runId: null, now: ctx.now };
  const changed = await judgeChannels(ctx.tx, cache.book, tasks, decision);
  return changed.map((day) => day.event);
}
