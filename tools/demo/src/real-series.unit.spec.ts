import { describe, expect, it } from '@jest/globals';
import { day, FIRST_DAY, LAST_DAY } from './dates.js';
import { WINDOWS, homeLoad, officeLoad, solarLoad } from './loads.js';
import { realHome, realOffice } from './real-series.js';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const span = LAST_DAY - FIRST_DAY + 1;

describe('the real series', () => {
  it('has whole days in integer Wh', () => {
    const home = realHome('uk-0');
    // 23,508 hours less the two days that begin or end in mid-day
    expect(home.days.size).toBe(978);
    expect([...home.days.values()].every((values) => values.length === 24)).toBe(true);
    expect([...home.days.values()].flat().every(Number.isSafeInteger)).toBe(true);
    expect(home.days.get(day('2020-04-02'))!.length).toBe(24);
    expect(home.days.has(day('2020-04-01'))).toBe(false);
  });

  it('leaves out the days of the half-hourly home that lack a value', () => {
    const { days } = realHome('uk-1');
    for (const lacking of ['2012-11-02', '2012-11-08', '2012-11-09', '2012-12-11', '2014-01-15']) {
      expect(days.has(day(lacking))).toBe(false);
    }
    expect(days.get(day('2013-06-01'))!.length).toBe(48);
  });

  it('takes the differences of the office registers, and their sum is the last register', () => {
    const { days } = realOffice();
    expect(days.size).toBe(14);
    // 21954.8092868988 kWh
    expect(sum([...days.values()].flat())).toBe(21_954_809);
  });
});

describe('the loads', () => {
  it('start on a Thursday in every window and have all days of the story', () => {
    for (const { home, first } of WINDOWS) {
      expect(Math.abs(first - FIRST_DAY) % 7).toBe(0);
      const { days } = realHome(home);
      for (let offset = 0; offset < span; offset += 1) {
        const values = days.get(first + offset)!;
        expect(values.length).toBeGreaterThan(0);
        expect(sum(values)).toBeGreaterThan(0);
      }
    }
  });

  it('are integers of the right count, the same every time', () => {
    const first = homeLoad('MAPLE', 18, 30).day(FIRST_DAY);
    expect(first.length).toBe(48);
    expect(first.every(Number.isSafeInteger)).toBe(true);
    expect(homeLoad('MAPLE', 18, 30).day(FIRST_DAY)).toEqual(first);
    expect(homeLoad('MAPLE', 19, 30).day(FIRST_DAY)).not.toEqual(first);
  });

  it('put the Mondays of the office on Mondays', () => {
    const load = officeLoad();
    expect(load.day(day('2026-10-05'))).toEqual(load.day(day('2026-10-19')));
    const real = realOffice().days.get(day('2012-01-02'))!;
    const shown = [load.day(day('2026-10-05')), load.day(day('2026-10-12'))].map(sum);
    expect(shown.some((milli) => Math.abs(milli * 40 - sum(real)) < 96 * 20)).toBe(true);
  });

  it('let the sun shine by day only', () => {
    const values = solarLoad().day(FIRST_DAY);
    expect(values.length).toBe(24);
    expect(sum(values.slice(0, 7)) + sum(values.slice(18))).toBe(0);
    expect(sum(values)).toBeGreaterThan(0);
  });
});
