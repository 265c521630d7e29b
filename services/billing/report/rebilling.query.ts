import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Told } from '../decide/compare-delivery.js';
import type { Channel } from '../decide/sdp-facts.js';

type Reader = Pick<Tx, 'query'>;

/** A final run that asks for a comparison. */
export interface EstimationRun {
  run_id: string;
  data_day: EstDay;
  as_of_ms: Instant;
  org: string | null;
}

const OPEN_RUN = `from estimation_run e
  where not exists (select from rebilling_run b where b.run_id = e.run_id)`;

/** The oldest run that has not been compared; null = none. */
export async function nextRun(tx: Reader): Promise<EstimationRun | null> {
  const { rows } = await tx.query<EstimationRun>(
    `select e.run_id, e.data_day, e.as_of_ms, e.org ${OPEN_RUN} order by e.at_ms, e.run_id limit 1`,
  );
  return rows[0] ?? null;
}

export async function countOpenRuns(tx: Reader): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(`select count(*) as n ${OPEN_RUN}`);
  return rows[0]!.n;
}

export async function isCompared(tx: Reader, runId: string): Promise<boolean> {
  const { rows } = await tx.query('select from rebilling_run where run_id = $1', [runId]);
  return rows.length > 0;
}

/** As-of instant of the last run that compared what this one is asked for; null = none has. */
async function comparedSince(tx: Reader, run: EstimationRun): Promise<Instant | null> {
  const { rows } = await tx.query<{ at: Instant | null }>(
    `select max(as_of_ms) as at from rebilling_run where org is null or org = $1`,
    [run.org],
  );
  return rows[0]?.at ?? null;
}

/**
 * bq_ids whose data may have changed since the last run: a channel day that could be billed before got a new
 * version, the directory of the SDP or of a meter of it, a calendar, or the LDC's bq-split. Too many do no
 * harm, each is compared; `margin` covers the clocks of two services.
 */
const CHANGED = `
  with day as (
    select usdp_id, est_day from channel_day where version > first_complete and at_ms > $1
  ), sdp as (
    select subject as usdp_id from directory_timeline
    where known_from_ms > $1 and known_to_ms is null
      and record_type in ('SDP', 'INS', 'ACC', 'SVC')
    union
    select m.usdp_id from directory_timeline t join directory_meter_sdp m
      on m.ldc = t.ldc and m.meter_id = t.subject
    where t.record_type = 'MTR' and t.known_from_ms > $1 and t.known_to_ms is null
  ), changed as (
    select d.bq_id from day join delivery d
      on d.usdp_id = day.usdp_id and d.start_day <= day.est_day and day.est_day < d.end_day
    union
    select d.bq_id from sdp join delivery d using (usdp_id)
    union
    select s.bq_id from delivery_segment s join calendar c using (calendar_id)
      where c.at_ms > $1 and c.version > s.calendar_version
    union
    select d.bq_id from ldc_setting l join delivery d on d.ldc = l.ldc and d.end_day > l.from_day
      where l.name = 'bq-split' and l.at_ms > $1
  )
  select distinct d.bq_id from changed join delivery d using (bq_id)
  where d.end_day + $2 >= $3 and ($4::text is null or d.ldc = $4)
  order by 1`;

/** What a run has to compare, in byte order of bq_id. */
export async function rebillingCandidates(
  tx: Reader,
  run: EstimationRun,
  horizonDays: number,
  marginMs: number,
): Promise<string[]> {
  const since = await comparedSince(tx, run);
  const { rows } = await tx.query<{ bq_id: string }>(CHANGED, [
    since === null ? 0 : since - marginMs,
    horizonDays,
    run.data_day,
    run.org,
  ]);
  return rows.map((row) => row.bq_id);
}

/** What BR03 has told of deliveries, by `<bq_id>/<delivery_no>`. */
export async function toldOf(tx: Reader, bqIds: readonly string[]): Promise<Map<string, Told[]>> {
  const { rows } = await tx.query<{
    bq_id: string;
    delivery_no: number;
    segment_no: number;
    start_day: EstDay;
    end_day: EstDay;
    channel: Channel;
    hash: string;
  }>(
    `select bq_id, delivery_no, segment_no, start_day, end_day, channel, hash from told
     where bq_id = any($1) order by bq_id, start_day, end_day, channel`,
    [bqIds],
  );
  const told = new Map<string, Told[]>();
  for (const row of rows) {
    const key = `${row.bq_id}/${row.delivery_no}`;
    const list = told.get(key) ?? [];
    told.set(key, list);
    const { segment_no: segmentNo, start_day: startDay, end_day: endDay, channel, hash } = row;
    list.push({ segmentNo, startDay, endDay, channel, hash });
  }
  return told;
}
