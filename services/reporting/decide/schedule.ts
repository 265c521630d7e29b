import { DAY_MS, MINUTE_MS, dayOfInstant, formatEstDay, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';

/** In the order in which they run at one instant. */
export const SCHEDULES = ['INTERIM', 'FINAL', 'DAILY'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** Minute of the EST day after the data day at which each schedule runs. */
export type ScheduleTimes = Readonly<Record<Schedule, number>>;

/** What the schedule knows of itself. */
export interface ScheduleState {
  /** Newest data day that each schedule ran by itself; null = never. */
  readonly lastDay: Readonly<Record<Schedule, EstDay | null>>;
  /** Since when there is somebody to report to; null = not yet, so nothing is due. */
  readonly since: Instant | null;
}

export interface ScheduledRun {
  readonly schedule: Schedule;
  readonly dataDay: EstDay;
  readonly dueMs: Instant;
}

export function isSchedule(text: string): text is Schedule {
  return (SCHEDULES as readonly string[]).includes(text);
}

/** The run of data day D is due on D + 1. */
export function dueInstant(minute: number, dataDay: EstDay): Instant {
  return startOfDay(dataDay + 1) + minute * MINUTE_MS;
}

/** The oldest run that has not been; INTERIM before FINAL before DAILY at one instant. */
export function nextScheduledRun(state: ScheduleState, times: ScheduleTimes): ScheduledRun | null {
  const { since } = state;
  if (since === null) return null;
  const next = SCHEDULES.map((schedule): ScheduledRun => {
    const last = state.lastDay[schedule];
    const dataDay = last === null ? firstDataDay(times[schedule], since) : last + 1;
    return { schedule, dataDay, dueMs: dueInstant(times[schedule], dataDay) };
  });
  return next.reduce((first, run) => (run.dueMs < first.dueMs ? run : first));
}

/** The first data day whose run is due after `since`. */
function firstDataDay(minute: number, since: Instant): EstDay {
  const day = dayOfInstant(since - DAY_MS);
  return dueInstant(minute, day) > since ? day : day + 1;
}

/** `FINAL-2026-07-02`, a second run `….2`, one made up after a standstill `….late`. */
export function runIdOf(
  schedule: Schedule,
  dataDay: EstDay,
  number: number,
  late: boolean,
): string {
  const count = number > 1 ? `.${number}` : '';
  return `${schedule}-${formatEstDay(dataDay)}${count}${late ? '.late' : ''}`;
}

/**
 * Instant up to which a run of the schedule includes events. One that was missed while the hub was
 * down starts now: what was received meanwhile belongs to it.
 * @param upSince when this process came up
 */
export function startOfRun(
  run: ScheduledRun,
  upSince: Instant,
  now: Instant,
): { late: boolean; asOfMs: Instant } {
  const late = run.dueMs < upSince;
  return { late, asOfMs: late ? now : run.dueMs };
}
