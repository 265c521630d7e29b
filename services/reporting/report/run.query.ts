import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { SCHEDULES, type Schedule, type ScheduleState } from '../decide/schedule.js';
import type { Run } from './scheduled-report.js';

type Reader = Pick<Tx, 'query'>;

/** A run and how far it is. */
export interface RunRow extends Run {
  readonly number: number;
  readonly late: boolean;
  /** billing has compared: a final run's reports can be made. */
  readonly compared: boolean;
  readonly reportedAtMs: Instant | null;
  readonly files: number | null;
}

const RUNS = `
  select r.run_id as "runId", r.schedule, r.data_day as "dataDay", r.as_of_ms as "asOfMs", r.org,
         r.number, r.late, c.run_id is not null as compared,
         r.reported_at_ms as "reportedAtMs", r.files::int8 as files
  from run r left join run_compared c using (run_id)`;

export async function runOf(tx: Reader, runId: string): Promise<RunRow | undefined> {
  const found = await tx.query<RunRow>(`${RUNS} where r.run_id = $1`, [runId]);
  return found.rows[0];
}

/** Runs whose reports are not all made, oldest first. */
export async function openRuns(tx: Reader): Promise<RunRow[]> {
  const found = await tx.query<RunRow>(
    `${RUNS} where r.reported_at_ms is null order by r.as_of_ms, r.run_id`,
  );
  return found.rows;
}

/** How many runs of a data day there were. */
export async function runsOfDay(tx: Reader, schedule: Schedule, dataDay: EstDay): Promise<number> {
  const found = await tx.query<{ n: number }>(
    'select count(*)::int8 as n from run where schedule = $1 and data_day = $2',
    [schedule, dataDay],
  );
  return found.rows[0]!.n;
}

/** as_of of the schedule's run before this one that reported to the LDC; null = none. */
export async function previousAsOf(tx: Reader, run: Run, ldc: string): Promise<Instant | null> {
  const found = await tx.query<{ at: Instant | null }>(
    `select max(as_of_ms) as at from run
     where schedule = $1 and as_of_ms < $2 and (org is null or org = $3)`,
    [run.schedule, run.asOfMs, ldc],
  );
  return found.rows[0]?.at ?? null;
}

/** Which data days the schedule ran by itself, and since when there is an LDC to report to. */
export async function scheduleState(tx: Reader): Promise<ScheduleState> {
  const days = await tx.query<{ schedule: Schedule; day: EstDay }>(
    'select schedule, max(data_day) as day from run where not asked group by 1',
  );
  const since = await tx.query<{ at: Instant | null }>(
    `select min(at_ms) as at from organization where 'LDC' = any(roles)`,
  );
  const last = Object.fromEntries(SCHEDULES.map((schedule) => [schedule, null])) as Record<
    Schedule,
    EstDay | null
  >;
  for (const row of days.rows) last[row.schedule] = row.day;
  return { lastDay: last, since: since.rows[0]?.at ?? null };
}

/** LDCs for which files of a run exist: all of an LDC's are made in one transaction. */
export async function ldcsDone(tx: Reader, runId: string): Promise<Set<string>> {
  const found = await tx.query<{ ldc: string }>(
    'select distinct ldc from report_file where run_id = $1',
    [runId],
  );
  return new Set(found.rows.map((row) => row.ldc));
}

/** Files made for a run so far. */
export async function filesOfRun(tx: Reader, runId: string): Promise<number> {
  const found = await tx.query<{ n: number }>(
    'select count(*)::int8 as n from report_file where run_id = $1',
    [runId],
  );
  return found.rows[0]!.n;
}
