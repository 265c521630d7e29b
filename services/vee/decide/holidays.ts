/**
 * Ontario's ten holidays. Those on a Saturday or Sunday are shifted, in date order, each to the next weekday
 * that is neither one of the ten nor taken already.
 */
import { civilParts, dayFromCivil, type EstDay, weekdayOf } from '@mdmr/kernel';

const SUNDAY = 0;
const MONDAY = 1;
const SATURDAY = 6;
const FAMILY_DAY_SINCE = 2008;

const byYear = new Map<number, ReadonlySet<EstDay>>();

/** True on a holiday, shifted ones counted on the day they are shifted to, not on their own date. */
export function isOntarioHoliday(day: EstDay): boolean {
  const year = civilParts(day).year;
  // Boxing Day never moves beyond 28 December, so a year's holidays lie in the year.
  let days = byYear.get(year);
  if (days === undefined) {
    days = ontarioHolidays(year);
    byYear.set(year, days);
  }
  return days.has(day);
}

/** The holidays of a year as observed. */
export function ontarioHolidays(year: number): ReadonlySet<EstDay> {
  const ten = namedDays(year).sort((a, b) => a - b);
  const named = new Set(ten);
  const observed = new Set<EstDay>();
  for (const day of ten) {
    observed.add(isWeekend(day) ? nextFreeWeekday(day, named, observed) : day);
  }
  return observed;
}

function namedDays(year: number): EstDay[] {
  const days = [
    dayFromCivil(year, 1, 1),
    easterSunday(year) - 2,
    lastMondayBefore(dayFromCivil(year, 5, 25)),
    dayFromCivil(year, 7, 1),
    nthMonday(year, 8, 1),
    nthMonday(year, 9, 1),
    nthMonday(year, 10, 2),
    dayFromCivil(year, 12, 25),
    dayFromCivil(year, 12, 26),
  ];
  if (year >= FAMILY_DAY_SINCE) days.push(nthMonday(year, 2, 3));
  return days;
}

function nextFreeWeekday(
  day: EstDay,
  named: ReadonlySet<EstDay>,
  taken: ReadonlySet<EstDay>,
): EstDay {
  let next = day + 1;
  while (isWeekend(next) || named.has(next) || taken.has(next)) next++;
  return next;
}

function isWeekend(day: EstDay): boolean {
  const weekday = weekdayOf(day);
  return weekday === SATURDAY || weekday === SUNDAY;
}

function nthMonday(year: number, month: number, n: number): EstDay {
  const first = dayFromCivil(year, month, 1);
  return first + ((MONDAY - weekdayOf(first) + 7) % 7) + (n - 1) * 7;
}

function lastMondayBefore(day: EstDay): EstDay {
  return day - 1 - ((weekdayOf(day - 1) - MONDAY + 7) % 7);
}

/** Gregorian Easter (Meeus, Jones, Butcher). */
function easterSunday(year: number): EstDay {
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
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return dayFromCivil(year, month, ((h + l - 7 * m + 114) % 31) + 1);
}
