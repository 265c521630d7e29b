import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

export interface EstimationRun {
  readonly runId: string;
  readonly dataDay: EstDay;
  readonly asOf: Instant;
  readonly org: string | null;
}

/** Runs due and not done, oldest first. */
export async function openRuns(tx: Pick<Tx, 'query'>): Promise<EstimationRun[]> {
  const found = await tx.query<EstimationRun>(
    `select d.run_id as "runId", d.data_day as "dataDay", d.as_of_ms as "asOf", d.org
     from estimation_run_due d left join estimation_run_done n using (run_id)
     where n.run_id is null order by d.as_of_ms, d.data_day, d.run_id`,
  );
  return found.rows;
}

/** The latest day that any final run was asked to estimate; null = no run yet. */
export async function lastDueDay(tx: Pick<Tx, 'query'>): Promise<EstDay | null> {
  const found = await tx.query<{ day: EstDay | null }>(
    'select max(data_day) as day from estimation_run_due',
  );
  return found.rows[0]!.day;
}

/**
 * What runs of an LDC have already looked through: every expected day up to `throughDay`, by the directory as
 * it was at `asOf`. Null: nothing yet.
 */
export async function lookedThrough(
  tx: Pick<Tx, 'query'>,
  ldc: string,
): Promise<{ throughDay: EstDay; asOf: Instant } | null> {
  const found = await tx.query<{ throughDay: EstDay; asOf: Instant }>(
    `select data_day as "throughDay", as_of_ms as "asOf" from estimation_run_done
     where org is null or org = $1 order by data_day desc, as_of_ms desc limit 1`,
    [ldc],
  );
  return found.rows[0] ?? null;
}

/** Service points of an LDC whose directory changed after an instant. */
export async function changedSince(
  tx: Pick<Tx, 'query'>,
  ldc: string,
  instant: Instant,
): Promise<Set<string>> {
  const found = await tx.query<{ usdp: string }>(
    `select subject as usdp from directory_timeline
     where ldc = $1 and known_from_ms > $2 and record_type in ('SDP', 'INS', 'SVC')
     union select m.usdp_id from directory_timeline t
     join directory_meter_sdp m on m.ldc = t.ldc and m.meter_id = t.subject
     where t.ldc = $1 and t.known_from_ms > $2 and t.record_type = 'MTR'`,
    [ldc, instant],
  );
  return new Set(found.rows.map((row) => row.usdp));
}
