/** The ten holidays on which Ontario's calendars have no on-peak hours, shifted off weekends. */
import { civilParts, dayFromCivil, weekdayOf, type EstDay } from './est-time.js';

const SUNDAY = 0;
const MONDAY = 1;
const SATURDAY = 6;
const FAMILY_DAY_SINCE = 2008;

/** Easter Sunday of a Gregorian year (the anonymous algorithm of 1876). */
export function easterSunday(year: number): EstDay {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return dayFromCivil(year, Math.floor(n / 31), (n % 31) + 1);
}

/** The n-th Monday of a month. */
function nthMonday(year: number, month: number, n: number): EstDay {
  const first = dayFromCivil(year, month, 1);
  return first + ((MONDAY - weekdayOf(first) + 7) % 7) + 7 * (n - 1);
}

/** The Monday before a day, the day itself never. */
function mondayBefore(day: EstDay): EstDay {
  return day - ((weekdayOf(day) - MONDAY + 6) % 7) - 1;
}

/** The holidays of a year as the calendar has them, before any shift, in date order. */
export function namedHolidays(year: number): EstDay[] {
  const days = [
    dayFromCivil(year, 1, 1),
    easterSunday(year) - 2,
    mondayBefore(dayFromCivil(year, 5, 25)),
    dayFromCivil(year, 7, 1),
    nthMonday(year, 8, 1),
    nthMonday(year, 9, 1),
    nthMonday(year, 10, 2),
    dayFromCivil(year, 12, 25),
    dayFromCivil(year, 12, 26),
  ];
  if (year >= FAMILY_DAY_SINCE) days.push(nthMonday(year, 2, 3));
  return days.sort((a, b) => a - b);
}

/** Saturday or Sunday. */
export function isWeekend(day: EstDay): boolean {
  const weekday = weekdayOf(day);
  return weekday === SUNDAY || weekday === SATURDAY;
}

/**
 * The weekdays of a year that are holidays. One that falls on a weekend moves, in date order, to the next
 * weekday that is neither one of the ten nor already taken; no shift leaves its year.
 */
export function holidaysOf(year: number): EstDay[] {
  const named = namedHolidays(year);
  const taken = new Set(named.filter((day) => !isWeekend(day)));
  for (const day of named.filter(isWeekend)) {
    let to = day + 1;
    while (isWeekend(to) || taken.has(to)) to++;
    taken.add(to);
  }
  return [...taken].sort((a, b) => a - b);
}

const byYear = new Map<number, ReadonlySet<EstDay>>();

/** True on a holiday as observed: a shifted one counts on the day it is shifted to. */
export function isHoliday(day: EstDay): boolean {
  const { year } = civilParts(day);
  let holidays = byYear.get(year);
  if (holidays === undefined) {
    holidays = new Set(holidaysOf(year));
    byYear.set(year, holidays);
  }
  return holidays.has(day);
}

/** Whether a civil day is free of on-peak hours: a weekend day or a holiday as shifted. */
export function isFreeDay(day: EstDay): boolean {
  return isWeekend(day) || isHoliday(day);
}
