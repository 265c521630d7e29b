import { emit, type OutEvent, type Timer } from '@mdmr/bus';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import {
  nextScheduledRun,
  runIdOf,
  startOfRun,
  type Schedule,
  type ScheduleTimes,
  type ScheduledRun,
} from '../decide/schedule.js';
import { openRuns, runsOfDay, scheduleState } from '../report/run.query.js';

/** Says that a run is due, by the schedule or because an operator asks. */
export interface DueRun {
  readonly schedule: Schedule;
  readonly dataDay: EstDay;
  readonly asOfMs: Instant;
  readonly org: string | null;
  readonly late: boolean;
  readonly asked: boolean;
}

/** @param at instant of the decision */
export async function runDue(
  tx: Pick<Tx, 'query'>,
  run: DueRun,
  at: Instant,
): Promise<{ runId: string; event: OutEvent }> {
  const number = (await runsOfDay(tx, run.schedule, run.dataDay)) + 1;
  const runId = runIdOf(run.schedule, run.dataDay, number, run.late);
  const event = emit('reporting.RunDue', runId, {
    at_ms: at,
    run_id: runId,
    schedule: run.schedule,
    data_day: run.dataDay,
    as_of_ms: run.asOfMs,
    org: run.org,
    number,
    late: run.late,
    asked: run.asked,
  });
  return { runId, event };
}

/**
 * The clockwork of the schedule. What was missed while the hub was down is made up once, oldest
 * first, each only when the one before it is reported.
 * @param upSince when this process came up
 */
export function scheduleTimer(times: ScheduleTimes, upSince: Instant): Timer {
  const next = async (tx: Tx): Promise<ScheduledRun | null> => {
    const run = nextScheduledRun(await scheduleState(tx), times);
    if (run === null || run.dueMs >= upSince) return run;
    return (await openRuns(tx)).length === 0 ? run : null;
  };
  return {
    name: 'schedule',
    phase: 'schedule',
    nextDue: async (tx) => (await next(tx))?.dueMs ?? null,
    async fire({ tx, now }) {
      const run = await next(tx);
      if (run === null || run.dueMs > now) return [];
      const start = startOfRun(run, upSince, now);
      const due = { ...run, ...start, org: null, asked: false };
      return [(await runDue(tx, due, now)).event];
    },
  };
}
