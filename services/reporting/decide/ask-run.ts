import { Rejection, dayOfInstant, formatEstDay, parseEstDay } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { isSchedule, type Schedule } from './schedule.js';

/** A run as an operator asks for it. */
export interface RunAsked {
  readonly schedule?: unknown;
  /** `YYYY-MM-DD` */
  readonly day?: unknown;
  /** One LDC, or none for all. */
  readonly org?: unknown;
}

export interface RunWanted {
  readonly schedule: Schedule;
  readonly dataDay: EstDay;
  readonly org: string | null;
}

/**
 * @param isLdc whether an organization has the role LDC
 * @throws Rejection BAD_SCHEDULE, BAD_DAY, DAY_NOT_OVER, UNKNOWN_LDC
 */
export function readRunAsked(
  asked: RunAsked,
  now: Instant,
  isLdc: (org: string) => boolean,
): RunWanted {
  const schedule = String(asked.schedule ?? '').toUpperCase();
  if (!isSchedule(schedule)) {
    throw new Rejection('BAD_SCHEDULE', 'The schedule is one of interim, final, daily.');
  }
  const dataDay = parseEstDay(String(asked.day ?? ''));
  if (dataDay === null) throw new Rejection('BAD_DAY', 'The day is a date, YYYY-MM-DD.');
  if (dataDay >= dayOfInstant(now)) {
    throw new Rejection('DAY_NOT_OVER', `The data day ${formatEstDay(dataDay)} is not over.`);
  }
  const org = asked.org === undefined || asked.org === null ? null : String(asked.org);
  if (org !== null && !isLdc(org)) {
    throw new Rejection('UNKNOWN_LDC', `${org} is not registered with the role LDC.`);
  }
  return { schedule, dataDay, org };
}
