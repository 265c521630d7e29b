import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DAY_MS,
  civilParts,
  dayFromCivil,
  dayOfDate,
  dayOfInstant,
  dayOfIntervalEnd,
  formatEstDay,
  formatEstDayCompact,
  formatInstant,
  formatInstantCompact,
  intervalEnd,
  intervalIndex,
  parseDuration,
  parseEstDay,
  parseInstant,
  parseTimeOfDay,
  startOfDay,
} from './est-time.js';

const anyDay = fc.integer({ min: -719_162, max: 2_932_896 });
const anyInstant = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000);

describe('days', () => {
  it('agree with the calendar of the machine', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = new Date(day * DAY_MS);
        expect(civilParts(day)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          weekday: date.getUTCDay(),
        });
        const p = civilParts(day);
        expect(dayFromCivil(p.year, p.month, p.day)).toBe(day);
      }),
    );
  });

  it('are written and read back', () => {
    fc.assert(fc.property(anyDay, (day) => expect(parseEstDay(formatEstDay(day))).toBe(day)));
    expect(formatEstDay(0)).toBe('1970-01-01');
    expect(formatEstDayCompact(parseEstDay('2026-07-01')!)).toBe('20260701');
  });

  it.each([
    '',
    '2026-7-01',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-04-00',
    '0000-01-01',
    ' 2026-04-01',
    '2026-04-01 ',
    '20260401',
    '2026/04/01',
    '+026-04-01',
    '2026-04-0x',
    '2026-04-01T',
    '２０２６-04-01',
  ])('refuse %p', (text) => expect(parseEstDay(text)).toBeNull());

  it('know leap years', () => {
    expect(parseEstDay('2028-02-29')).not.toBeNull();
    expect(parseEstDay('2000-02-29')).not.toBeNull();
    expect(dayOfDate(1900, 2, 29)).toBeNull();
  });
});

describe('instants', () => {
  it.each([
    ['2026-07-02T10:37:00-05:00', '2026-07-02T10:37:00-05:00'],
    ['2026-07-02T15:37:00Z', '2026-07-02T10:37:00-05:00'],
    ['2026-07-02T15:37Z', '2026-07-02T10:37:00-05:00'],
    ['2026-07-02T11:37-04:00', '2026-07-02T10:37:00-05:00'],
    ['2026-07-02T21:07:30+05:30', '2026-07-02T10:37:30-05:00'],
    ['2026-07-02T10:37-05', '2026-07-02T10:37:00-05:00'],
    ['2026-01-01T00:00:00+00:00', '2025-12-31T19:00:00-05:00'],
  ])('reads %s', (text, est) => expect(formatInstant(parseInstant(text)!)).toBe(est));

  it.each([
    '',
    'now',
    '2026-07-02',
    '2026-07-02T10:37',
    '2026-07-02T10:37:00',
    '2026-07-02T10:37:00.0Z',
    '2026-07-02T10:37:00,5Z',
    '2026-07-02T24:00:00Z',
    '2026-07-02T10:60:00Z',
    '2026-07-02T10:37:60Z',
    '2026-02-30T10:37:00Z',
    '2026-07-02 10:37:00Z',
    '2026-07-02t10:37:00Z',
    '2026-07-02T10:37:00z',
    '2026-07-02T10:37:00-0500',
    '2026-07-02T10:37:00-05:',
    '2026-07-02T10:37:00-05:60',
    '2026-07-02T10:37:00-24:00',
    '2026-07-02T10:37:00Z ',
    '2026-07-02T10:37:00ZZ',
    '2026-07-02T10:3Z',
    '2026-07-02T1:37:00-05:00',
    '2026-07-02T10:37:0-05:00',
    '2026-07-02T10:37:00 05:00',
  ])('refuses %p', (text) => expect(parseInstant(text)).toBeNull());

  it('are written and read back', () => {
    fc.assert(
      fc.property(anyInstant, (instant) =>
        expect(parseInstant(formatInstant(instant))).toBe(instant),
      ),
    );
  });

  it('read any offset as the machine does', () => {
    const offset = fc.tuple(
      fc.constantFrom('+', '-'),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
    );
    fc.assert(
      fc.property(anyInstant, offset, (instant, [sign, hours, minutes]) => {
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const text = new Date(instant).toISOString().slice(0, 19) + zone;
        expect(parseInstant(text)).toBe(new Date(text).getTime());
      }),
    );
  });

  it('cut milliseconds off', () => {
    const instant = parseInstant('2026-07-02T10:37:00-05:00')!;
    expect(formatInstant(instant + 999)).toBe('2026-07-02T10:37:00-05:00');
    expect(formatInstantCompact(instant + 999)).toBe('20260702T103700');
  });

  it('never crash on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const instant = parseInstant(text);
        expect(instant === null || Number.isSafeInteger(instant)).toBe(true);
      }),
    );
  });
});

describe('intervals', () => {
  it('belong to the day in which they lie', () => {
    const midnight = parseInstant('2026-07-03T00:00:00-05:00')!;
    const second = parseEstDay('2026-07-02')!;
    expect(dayOfInstant(midnight)).toBe(second + 1);
    expect(dayOfIntervalEnd(midnight)).toBe(second);
    expect(dayOfIntervalEnd(midnight + 1)).toBe(second + 1);
    expect(dayOfIntervalEnd(midnight - 1)).toBe(second);
    expect(startOfDay(second + 1)).toBe(midnight);
  });

  it('have 1440 / L end stamps a day, also on the days of a clock change', () => {
    const day = fc.integer({ min: 7305, max: 25_567 });
    fc.assert(
      fc.property(day, fc.constantFrom(5, 15, 30, 60), (d, minutes) => {
        for (let i = 0; i < 1440 / minutes; i++) {
          const end = intervalEnd(d, i, minutes);
          expect(dayOfIntervalEnd(end)).toBe(d);
          expect(intervalIndex(end, minutes)).toBe(i);
        }
      }),
      { numRuns: 40 },
    );
    expect(intervalIndex(intervalEnd(20_000, 3, 60) + 60_000, 60)).toBe(-1);
  });
});

describe('times of day and durations', () => {
  it('reads HH:MM', () => {
    expect(parseTimeOfDay('07:10')).toBe(430);
    expect(parseTimeOfDay('24:00')).toBeNull();
    expect(parseTimeOfDay('24:00', { allow24: true })).toBe(1440);
    for (const text of ['7:10', '07:60', '25:00', '07.10', '07:1', '']) {
      expect(parseTimeOfDay(text)).toBeNull();
    }
  });

  it('reads durations', () => {
    expect(parseDuration('PT6H')).toBe(6 * 3_600_000);
    expect(parseDuration('P1D')).toBe(DAY_MS);
    expect(parseDuration('P1WT1M30S')).toBe(7 * DAY_MS + 90_000);
    for (const text of ['', 'P', 'PT', 'P1M', '6H', '-PT6H', 'P1D6H', 'PT1.5H', 'P1DT']) {
      expect(parseDuration(text)).toBeNull();
    }
  });
});
