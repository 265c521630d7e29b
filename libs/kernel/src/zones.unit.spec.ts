import { describe, expect, it } from '@jest/globals';
import {
  HOUR_MS,
  civilParts,
  dayFromCivil,
  parseEstDay,
  parseInstant,
  startOfDay,
} from './est-time.js';
import type { EstDay, Instant } from './est-time.js';
import { ZONES, clockChangeDays, isZone, localTime, offsetMinutesAt } from './zones.js';
import type { Zone } from './zones.js';

const IANA: Record<Zone, string> = {
  EASTERN: 'America/Toronto',
  CENTRAL: 'America/Winnipeg',
  EASTERN_STANDARD: 'America/Atikokan',
};

/** Written out from the published dates, not from the rules. */
const CHANGES: [year: number, spring: string, autumn: string][] = [
  [2006, '04-02', '10-29'],
  [2007, '03-11', '11-04'],
  [2008, '03-09', '11-02'],
  [2009, '03-08', '11-01'],
  [2010, '03-14', '11-07'],
  [2011, '03-13', '11-06'],
  [2012, '03-11', '11-04'],
  [2013, '03-10', '11-03'],
  [2014, '03-09', '11-02'],
  [2015, '03-08', '11-01'],
  [2016, '03-13', '11-06'],
  [2017, '03-12', '11-05'],
  [2018, '03-11', '11-04'],
  [2019, '03-10', '11-03'],
  [2020, '03-08', '11-01'],
  [2021, '03-14', '11-07'],
  [2022, '03-13', '11-06'],
  [2023, '03-12', '11-05'],
  [2024, '03-10', '11-03'],
  [2025, '03-09', '11-02'],
  [2026, '03-08', '11-01'],
  [2027, '03-14', '11-07'],
  [2028, '03-12', '11-05'],
  [2029, '03-11', '11-04'],
  [2030, '03-10', '11-03'],
  [2031, '03-09', '11-02'],
  [2032, '03-14', '11-07'],
  [2033, '03-13', '11-06'],
  [2034, '03-12', '11-05'],
  [2035, '03-11', '11-04'],
];

function wall(instant: Instant, zone: Zone): string {
  const { day, minuteOfDay } = localTime(instant, zone);
  const p = civilParts(day);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hour = two(Math.floor(minuteOfDay / 60));
  return `${p.year}-${two(p.month)}-${two(p.day)} ${hour}:${two(minuteOfDay % 60)}`;
}

/** Hours of a civil day of the zone, counted on the EST clock. */
function hoursOfCivilDay(day: EstDay, zone: Zone): number {
  let count = 0;
  for (let h = -6; h < 32; h++) {
    if (localTime(startOfDay(day) + h * HOUR_MS, zone).day === day) count++;
  }
  return count;
}

describe('clock changes', () => {
  it.each(CHANGES)('of %d are on %s and %s', (year, spring, autumn) => {
    for (const zone of ['EASTERN', 'CENTRAL'] as const) {
      const days = clockChangeDays(year, zone)!;
      expect(days.spring).toBe(parseEstDay(`${year}-${spring}`));
      expect(days.autumn).toBe(parseEstDay(`${year}-${autumn}`));
      expect(hoursOfCivilDay(days.spring, zone)).toBe(23);
      expect(hoursOfCivilDay(days.autumn, zone)).toBe(25);
      expect(hoursOfCivilDay(days.autumn + 1, zone)).toBe(24);
    }
    expect(clockChangeDays(year, 'EASTERN_STANDARD')).toBeNull();
    expect(hoursOfCivilDay(parseEstDay(`${year}-${spring}`)!, 'EASTERN_STANDARD')).toBe(24);
  });

  it('happen at two in the morning', () => {
    const spring = parseInstant('2026-03-08T02:00:00-05:00')!;
    expect(wall(spring - 60_000, 'EASTERN')).toBe('2026-03-08 01:59');
    expect(wall(spring, 'EASTERN')).toBe('2026-03-08 03:00');
    expect(wall(spring + HOUR_MS - 60_000, 'CENTRAL')).toBe('2026-03-08 01:59');
    expect(wall(spring + HOUR_MS, 'CENTRAL')).toBe('2026-03-08 03:00');
    const autumn = parseInstant('2026-11-01T01:00:00-05:00')!;
    expect(wall(autumn - 60_000, 'EASTERN')).toBe('2026-11-01 01:59');
    expect(wall(autumn, 'EASTERN')).toBe('2026-11-01 01:00');
    expect(wall(autumn + HOUR_MS, 'CENTRAL')).toBe('2026-11-01 01:00');
    expect(wall(autumn, 'EASTERN_STANDARD')).toBe('2026-11-01 01:00');
  });
});

describe('offsets', () => {
  it.each(ZONES)('of %s agree with the time zone database from 1990 to 2040', (zone) => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: IANA[zone],
      dateStyle: 'short',
      timeStyle: 'short',
    });
    const check = (instant: Instant): void => {
      if (wall(instant, zone) === format.format(instant)) return;
      expect(wall(instant, zone)).toBe(format.format(instant));
    };
    const end = startOfDay(dayFromCivil(2041, 1, 1));
    for (let i = startOfDay(dayFromCivil(1990, 1, 1)); i < end; i += 6 * HOUR_MS) check(i);
    for (let year = 1990; year <= 2040; year++) {
      const days = clockChangeDays(year, 'EASTERN')!;
      for (const day of [days.spring, days.autumn]) {
        for (let m = -60; m < 24 * 60; m += 15) check(startOfDay(day) + m * 60_000);
      }
    }
  });

  it('are standard time far outside the table', () => {
    expect(offsetMinutesAt(startOfDay(dayFromCivil(1900, 7, 1)), 'EASTERN')).toBe(-300);
    expect(offsetMinutesAt(startOfDay(dayFromCivil(2500, 7, 1)), 'CENTRAL')).toBe(-360);
  });

  it('know their zones', () => {
    expect(ZONES.every(isZone)).toBe(true);
    expect(isZone('Eastern')).toBe(false);
    expect(isZone('toString')).toBe(false);
  });
});
