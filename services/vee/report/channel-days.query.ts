import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Validated } from '../decide/channel-day-event.js';
import { decodeDay } from '../store/day-body.js';

/** Days [from, to] of a channel. */
export interface DayRange {
  readonly usdpId: string;
  readonly channel: string;
  readonly from: EstDay;
  readonly to: EstDay;
}

/** A stored day, and the place of its range among those asked for. */
export interface LoadedDay {
  readonly place: number;
  readonly event: Validated;
}

/** Newest versions of all days asked for, in one statement. */
export async function loadChannelDays(
  tx: Pick<Tx, 'query'>,
  ranges: readonly DayRange[],
): Promise<LoadedDay[]> {
  if (ranges.length === 0) return [];
  const first = Math.min(...ranges.map((r) => r.from));
  const last = Math.max(...ranges.map((r) => r.to));
  // The outer bounds let Postgres leave out partitions before it looks for keys.
  const found = await tx.query<{ place: number; body: Buffer }>(
    `select u.place, c.body from unnest($1::text[], $2::text[], $3::int4[], $4::int4[])
       with ordinality as u(usdp_id, channel, first_day, last_day, place)
     join channel_day c on c.usdp_id = u.usdp_id and c.channel = u.channel
       and c.est_day between u.first_day and u.last_day
     where c.est_day between $5 and $6`,
    [
      ranges.map((r) => r.usdpId),
      ranges.map((r) => r.channel),
      ranges.map((r) => r.from),
      ranges.map((r) => r.to),
      first,
      last,
    ],
  );
  return loadedDays(found.rows, ranges);
}

export interface DayBefore {
  readonly usdpId: string;
  readonly channel: string;
  readonly day: EstDay;
}

/** How far back the day before is looked for; a longer gap is found by its register. */
const DAYS_BACK = 40;

/** The nearest stored day before each, where there is one, in one statement. */
export async function loadDaysBefore(
  tx: Pick<Tx, 'query'>,
  keys: readonly DayBefore[],
): Promise<LoadedDay[]> {
  if (keys.length === 0) return [];
  const days = keys.map((k) => k.day);
  const found = await tx.query<{ place: number; body: Buffer }>(
    `select u.place, p.body from unnest($1::text[], $2::text[], $3::int4[])
       with ordinality as u(usdp_id, channel, day, place)
     cross join lateral (
       select c.body from channel_day c where c.usdp_id = u.usdp_id and c.channel = u.channel
         and c.est_day < u.day and c.est_day >= $4 and c.est_day < $5
       order by c.est_day desc limit 1) p`,
    [
      keys.map((k) => k.usdpId),
      keys.map((k) => k.channel),
      days,
      Math.min(...days) - DAYS_BACK,
      Math.max(...days),
    ],
  );
  return loadedDays(found.rows, keys);
}

function loadedDays(
  rows: readonly { place: number; body: Buffer }[],
  keys: readonly { usdpId: string; channel: string }[],
): LoadedDay[] {
  return rows.map(({ place, body }) => {
    const { usdpId, channel } = keys[place - 1]!;
    return { place: place - 1, event: decodeDay(body, usdpId, channel) };
  });
}

export interface RegisterSearch {
  readonly usdpId: string;
  readonly channel: string;
  /** The nearest day before it, or after it, that has a register read. */
  readonly day: EstDay;
  readonly direction: 'BEFORE' | 'AFTER';
}

/** One answer for each search, in their order; null = there is none. */
export async function findRegisterDays(
  tx: Pick<Tx, 'query'>,
  searches: readonly RegisterSearch[],
): Promise<(EstDay | null)[]> {
  if (searches.length === 0) return [];
  const nearest = (comparison: '<' | '>', order: 'asc' | 'desc') =>
    `(select c.est_day from channel_day c where c.usdp_id = u.usdp_id and c.channel = u.channel
       and c.est_day ${comparison} u.day and c.has_register order by c.est_day ${order} limit 1)`;
  // Planning looks at every partition for each direction: leave out the one that nobody asks for.
  const asked = (direction: string) => searches.some((s) => s.direction === direction);
  const before = asked('BEFORE') ? nearest('<', 'desc') : 'null::int';
  const after = asked('AFTER') ? nearest('>', 'asc') : 'null::int';
  const found = await tx.query<{ day: EstDay | null }>(
    `select case when u.before then ${before} else ${after} end as day
     from unnest($1::text[], $2::text[], $3::int4[], $4::bool[])
       with ordinality as u(usdp_id, channel, day, before, place) order by u.place`,
    [
      searches.map((s) => s.usdpId),
      searches.map((s) => s.channel),
      searches.map((s) => s.day),
      searches.map((s) => s.direction === 'BEFORE'),
    ],
  );
  return found.rows.map((row) => row.day);
}

export interface DayKey {
  readonly usdpId: string;
  readonly channel: string;
  readonly day: EstDay;
  readonly contextKey: number;
  readonly open: boolean;
}

/** Keys of the stored days of service points, with the hash of the facts they stand on. */
export async function storedDayKeys(
  tx: Pick<Tx, 'query'>,
  usdps: readonly string[],
  days: { from: EstDay; to: EstDay },
): Promise<DayKey[]> {
  if (usdps.length === 0 || days.from > days.to) return [];
  const found = await tx.query<DayKey>(
    `select usdp_id as "usdpId", channel, est_day as day, context_key as "contextKey", open
     from channel_day where usdp_id = any($1::text[]) and est_day between $2 and $3
     order by usdp_id, channel, est_day`,
    [usdps, days.from, days.to],
  );
  return found.rows;
}

/** Channel days up to `day` with an interval that is MISS, of the service points. */
export async function openDayKeys(
  tx: Pick<Tx, 'query'>,
  shard: number,
  usdps: readonly string[],
  day: EstDay,
): Promise<DayKey[]> {
  const found = await tx.query<DayKey>(
    `select usdp_id as "usdpId", channel, est_day as day, context_key as "contextKey", open
     from channel_day where open and shard = $1 and usdp_id = any($2::text[]) and est_day <= $3
     order by usdp_id, channel, est_day`,
    [shard, usdps, day],
  );
  return found.rows;
}
