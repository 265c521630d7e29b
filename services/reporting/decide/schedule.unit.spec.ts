import { describe, expect, it } from '@jest/globals';
import { formatEstDay, formatInstant, parseEstDay, parseInstant } from '@mdmr/kernel';
import { readRunAsked } from './ask-run.js';
import { nextScheduledRun, runIdOf, startOfRun, type ScheduleState } from './schedule.js';

const times = { INTERIM: 430, FINAL: 450, DAILY: 510 };
const at = (text: string): number => parseInstant(text)!;
const day = (text: string): number => parseEstDay(text)!;
const next = (state: ScheduleState): string | null => {
  const run = nextScheduledRun(state, times);
  return run && `${run.schedule} ${formatEstDay(run.dataDay)} ${formatInstant(run.dueMs)}`;
};
const never = { INTERIM: null, FINAL: null, DAILY: null };

describe('the schedule', () => {
  it('waits until there is an LDC to report to', () => {
    expect(next({ lastDay: never, since: null })).toBeNull();
  });

  it('begins with the first run after that', () => {
    expect(next({ lastDay: never, since: at('2026-07-02T07:09:59-05:00') })).toBe(
      'INTERIM 2026-07-01 2026-07-02T07:10:00-05:00',
    );
    expect(next({ lastDay: never, since: at('2026-07-02T07:10:00-05:00') })).toBe(
      'FINAL 2026-07-01 2026-07-02T07:30:00-05:00',
    );
    expect(next({ lastDay: never, since: at('2026-07-02T09:00:00-05:00') })).toBe(
      'INTERIM 2026-07-02 2026-07-03T07:10:00-05:00',
    );
  });

  it('runs each day once, INTERIM before FINAL before DAILY, the oldest missed one first', () => {
    const since = at('2026-06-01T00:00:00-05:00');
    const lastDay = {
      INTERIM: day('2026-07-02'),
      FINAL: day('2026-07-01'),
      DAILY: day('2026-07-01'),
    };
    expect(next({ lastDay, since })).toBe('FINAL 2026-07-02 2026-07-03T07:30:00-05:00');
    const sameTime = { INTERIM: 450, FINAL: 450, DAILY: 450 };
    expect(nextScheduledRun({ lastDay: never, since }, sameTime)?.schedule).toBe('INTERIM');
  });

  it('names runs by schedule, data day and number', () => {
    expect(runIdOf('FINAL', day('2026-07-02'), 1, false)).toBe('FINAL-2026-07-02');
    expect(runIdOf('INTERIM', day('2026-07-02'), 3, false)).toBe('INTERIM-2026-07-02.3');
    expect(runIdOf('DAILY', day('2026-07-02'), 1, true)).toBe('DAILY-2026-07-02.late');
  });

  it('starts a run that was missed while the hub was down when it is made up', () => {
    const dueMs = at('2026-07-03T07:10:00-05:00');
    const run = { schedule: 'INTERIM' as const, dataDay: day('2026-07-02'), dueMs };
    expect(startOfRun(run, dueMs - 1, dueMs + 900)).toEqual({ late: false, asOfMs: dueMs });
    expect(startOfRun(run, dueMs + 1, dueMs + 900)).toEqual({ late: true, asOfMs: dueMs + 900 });
  });
});

describe('a run by hand', () => {
  const now = at('2026-07-03T12:00:00-05:00');
  const read = (asked: object) => () => readRunAsked(asked, now, (org) => org === 'MAPLE');

  it('names a schedule, a day that is over, and an LDC or none', () => {
    expect(read({ schedule: 'final', day: '2026-07-02', org: 'MAPLE' })()).toEqual({
      schedule: 'FINAL',
      dataDay: day('2026-07-02'),
      org: 'MAPLE',
    });
    expect(read({ schedule: 'DAILY', day: '2026-06-02', org: null })().org).toBeNull();
  });

  it('is refused with a reason', () => {
    const code = (asked: object) => {
      try {
        read(asked)();
        return 'accepted';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code({ schedule: 'weekly', day: '2026-07-02' })).toBe('BAD_SCHEDULE');
    expect(code({ schedule: 'final', day: '2 July' })).toBe('BAD_DAY');
    expect(code({ schedule: 'final', day: '2026-07-03' })).toBe('DAY_NOT_OVER');
    expect(code({ schedule: 'final', day: '2026-07-02', org: 'BILLCO' })).toBe('UNKNOWN_LDC');
  });
});
