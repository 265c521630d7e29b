import { HOUR_MS, MINUTE_MS, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { DayCount, SpanCount } from '../decide/collection.js';

type Reader = Pick<Tx, 'query'>;

/** Condition that a span of the directory was known at the instant of parameter `at`. */
const known = (at: string): string =>
  `s.known_from_ms <= ${at} and (s.known_to_ms is null or s.known_to_ms > ${at})`;

/** What the directory expects of an LDC's meters, as known at `asOf`. */
export async function spanCounts(tx: Reader, ldc: string, asOf: Instant): Promise<SpanCount[]> {
  const found = await tx.query<SpanCount>(
    `select s.amcc, s.operator, s.from_day as "fromDay", s.to_day as "toDay",
            count(*)::int8 as "channelDays"
     from expected_span s where s.ldc = $1 and ${known('$2')} group by 1, 2, 3, 4`,
    [ldc, asOf],
  );
  return found.rows;
}

/** Expected channel-days with values, by head-end and operator, as known at `asOf`. */
export async function dayCounts(
  tx: Reader,
  ldc: string,
  day: EstDay,
  asOf: Instant,
  readsDueMinute: number,
): Promise<DayCount[]> {
  const due = startOfDay(day + 1) + readsDueMinute * MINUTE_MS;
  const found = await tx.query<DayCount>(
    `select $2::int4 as day, s.amcc, s.operator,
            count(*) filter (where d.completed_at_ms is not null) as complete,
            count(*) filter (where d.completed_at_ms is null) as partial,
            count(*) filter (where d.completed_at_ms > $4) as "afterDue"
     from (
       select distinct on (usdp_id, channel) usdp_id, channel, has_values, completed_at_ms
       from collected_day where est_day = $2 and ldc = $1 and at_ms <= $3
       order by usdp_id, channel, version desc
     ) d
     join expected_span s on s.ldc = $1 and s.usdp_id = d.usdp_id and s.channel = d.channel
       and s.from_day <= $2 and (s.to_day is null or s.to_day > $2) and ${known('$3')}
     where d.completed_at_ms is not null or d.has_values
     group by s.amcc, s.operator`,
    [ldc, day, asOf, due],
  );
  return found.rows;
}

/**
 * Days up to `lastDay` whose counts may differ between two instants: those with new versions of
 * channel days, and those of spans that the directory changed. `since` null = from the beginning.
 */
export async function daysToCompare(
  tx: Reader,
  ldc: string,
  since: Instant | null,
  asOf: Instant,
  lastDay: EstDay,
): Promise<EstDay[]> {
  const from = since ?? Number.MIN_SAFE_INTEGER;
  const found = await tx.query<{ day: EstDay }>(
    `select est_day as day from collected_hour
     where ldc = $1 and hour between $2 and $3 and est_day <= $5
     union
     select generate_series(r.from_day, least(coalesce(r.to_day - 1, $5::int4), $5::int4))
     from (
       select distinct from_day, to_day from expected_span
       where ldc = $1 and from_day <= $5 and known_from_ms <= $6
         and (known_from_ms > $4 or (known_to_ms > $4 and known_to_ms <= $6))
     ) r`,
    [ldc, Math.floor(Math.max(from, 0) / HOUR_MS), Math.floor(asOf / HOUR_MS), from, lastDay, asOf],
  );
  return found.rows.map((row) => row.day);
}

/** Days of which the LDC has any values. */
export async function daysWithValues(tx: Reader, ldc: string): Promise<Set<EstDay>> {
  const found = await tx.query<{ day: EstDay }>(
    'select distinct est_day as day from collected_hour where ldc = $1',
    [ldc],
  );
  return new Set(found.rows.map((row) => row.day));
}
