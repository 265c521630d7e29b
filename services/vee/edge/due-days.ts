import { dayOfInstant, type EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { PointFacts } from '../decide/directory-facts.js';
import { type ChannelFacts, expectsDay } from '../decide/facts.js';
import { openDayKeys, storedDayKeys } from '../report/channel-days.query.js';
import { shardOf } from './shards.js';

export interface DueQuery {
  /** Of one shard. */
  readonly usdps: readonly string[];
  readonly points: ReadonlyMap<string, PointFacts>;
  readonly dataDay: EstDay;
  firstDay(usdpId: string): EstDay | null;
  /** About how many channel days at most; at least one service point is taken. */
  readonly limit: number;
}

export interface DueDays {
  /** How many of the service points these are, from the first on. */
  readonly points: number;
  readonly channels: readonly { facts: ChannelFacts; days: ReadonlySet<EstDay> }[];
}

/** Channel days up to the data day with an interval that is MISS: stored ones, and expected ones never seen. */
export async function dueDays(tx: Tx, query: DueQuery): Promise<DueDays> {
  const { usdps, points, dataDay } = query;
  const due = new Map<string, Map<string, Set<EstDay>>>();
  const add = (usdpId: string, channel: string, day: EstDay) => {
    const channels = due.get(usdpId) ?? new Map<string, Set<EstDay>>();
    channels.set(channel, (channels.get(channel) ?? new Set<EstDay>()).add(day));
    due.set(usdpId, channels);
  };
  if (usdps.length > 0) {
    for (const key of await openDayKeys(tx, shardOf(usdps[0]!), usdps, dataDay)) {
      add(key.usdpId, key.channel, key.day);
    }
  }
  for (const { usdpId, channel, day } of await neverSeen(tx, query)) add(usdpId, channel, day);
  const channels: { facts: ChannelFacts; days: ReadonlySet<EstDay> }[] = [];
  let taken = 0;
  let count = 0;
  for (const usdpId of usdps) {
    if (count > query.limit) break;
    taken++;
    for (const [channel, days] of due.get(usdpId) ?? []) {
      channels.push({ facts: points.get(usdpId)!.of(channel), days });
      count += days.size;
    }
  }
  return { points: taken, channels };
}

interface Span {
  readonly usdpId: string;
  readonly channel: string;
  readonly facts: ChannelFacts;
  readonly from: EstDay;
}

/** Expected days of which nothing is stored. */
async function neverSeen(
  tx: Tx,
  { usdps, points, dataDay, firstDay }: DueQuery,
): Promise<{ usdpId: string; channel: string; day: EstDay }[]> {
  const spans: Span[] = [];
  for (const usdpId of usdps) {
    const point = points.get(usdpId)!;
    for (const channel of point.channels) {
      const facts = point.of(channel);
      const first = facts.pieces[0];
      if (first === undefined) continue;
      const from = Math.max(dayOfInstant(first.from), firstDay(usdpId) ?? -Infinity);
      if (from <= dataDay) spans.push({ usdpId, channel, facts, from });
    }
  }
  if (spans.length === 0) return [];
  const range = { from: Math.min(...spans.map((s) => s.from)), to: dataDay };
  const wanted = [...new Set(spans.map((s) => s.usdpId))];
  const stored = new Set<string>();
  for (const k of await storedDayKeys(tx, wanted, range))
    stored.add(`${k.usdpId} ${k.channel} ${k.day}`);
  const days: { usdpId: string; channel: string; day: EstDay }[] = [];
  for (const { usdpId, channel, facts, from } of spans) {
    for (let day = from; day <= dataDay; day++) {
      if (stored.has(`${usdpId} ${channel} ${day}`) || !expectsDay(facts, day)) continue;
      days.push({ usdpId, channel, day });
    }
  }
  return days;
}
