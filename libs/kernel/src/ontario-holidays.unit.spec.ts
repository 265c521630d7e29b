import { describe, expect, it } from '@jest/globals';
import { formatEstDay, parseEstDay } from './est-time.js';
import { easterSunday, holidaysOf, isFreeDay, namedHolidays } from './ontario-holidays.js';

const text = (days: number[]): string[] => days.map(formatEstDay);

/** Easter Sundays as printed in the almanac, month-day by year from 2006. */
const EASTER =
  '04-16 04-08 03-23 04-12 04-04 04-24 04-08 03-31 04-20 04-05 03-27 04-16 04-01 04-21 04-12 ' +
  '04-04 04-17 04-09 03-31 04-20 04-05 03-28 04-16 04-01 04-21 04-13 03-28 04-17 04-09 03-25';

describe('holidays of Ontario', () => {
  it('finds Easter as the almanac has it, 2006 to 2035', () => {
    const printed = EASTER.split(' ').map((day, i) => `${2006 + i}-${day}`);
    expect(printed).toHaveLength(30);
    expect(text(printed.map((_, i) => easterSunday(2006 + i)))).toEqual(printed);
  });

  it('has the ten of 2026, Boxing Day shifted to the Monday', () => {
    expect(text(holidaysOf(2026))).toEqual([
      '2026-01-01',
      '2026-02-16',
      '2026-04-03',
      '2026-05-18',
      '2026-07-01',
      '2026-08-03',
      '2026-09-07',
      '2026-10-12',
      '2026-12-25',
      '2026-12-28',
    ]);
  });

  it.each([
    '2017-01-02',
    '2017-07-03',
    '2021-12-27',
    '2021-12-28',
    '2022-12-26',
    '2022-12-27',
    '2026-12-28',
  ])('%s is a holiday', (day) => {
    expect(text(holidaysOf(Number(day.slice(0, 4))))).toContain(day);
    expect(isFreeDay(parseEstDay(day)!)).toBe(true);
  });

  it.each(['2026-04-06', '2026-11-11', '2025-09-30'])('%s is none', (day) => {
    expect(isFreeDay(parseEstDay(day)!)).toBe(false);
  });

  it('knows Family Day since 2008 only', () => {
    expect(namedHolidays(2007)).toHaveLength(9);
    expect(text(holidaysOf(2008))).toContain('2008-02-18');
    expect(isFreeDay(parseEstDay('2007-02-19')!)).toBe(false);
  });

  it('puts Victoria Day on the Monday before 25 May, also when the 25th is a Monday', () => {
    expect(text(holidaysOf(2009))).toContain('2009-05-18');
    expect(text(holidaysOf(2015))).toContain('2015-05-18');
    expect(text(holidaysOf(2024))).toContain('2024-05-20');
  });

  it('gives every year as many free weekdays as it has holidays, all of them weekdays', () => {
    for (let year = 2006; year <= 2035; year++) {
      const days = holidaysOf(year);
      expect(days).toHaveLength(year < 2008 ? 9 : 10);
      for (const day of days) expect([1, 2, 3, 4, 5]).toContain((day + 4) % 7);
    }
  });
});
