/**
 * The hub's time is EST (UTC-5) all year. An Instant is integer milliseconds since the epoch, an
 * EstDay the number of days since 1970-01-01 on the EST calendar. Interval stamps are the Instants
 * of their ends.
 */
import { digitsAt, pad } from './text-digits.js';

/** Integer milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;
/** Days since 1970-01-01 on the EST calendar. */
export type EstDay = number;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const EST_OFFSET_MS = -5 * HOUR_MS;
export const MINUTES_PER_DAY = 1440;

/** A calendar date; weekday 0 is Sunday. */
export interface CivilParts {
  year: number;
  month: number;
  day: number;
  weekday: number;
}

/** Day number of a proleptic Gregorian date (month 1-12). Does not check that the date exists. */
export function dayFromCivil(year: number, month: number, day: number): EstDay {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The calendar date of a day number. */
export function civilParts(day: EstDay): CivilParts {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
    weekday: weekdayOf(day),
  };
}

/** 0 is Sunday. */
export function weekdayOf(day: EstDay): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** Days of a month, 1-12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Day number of a date that exists, else null. Years 1 to 9999. */
export function dayOfDate(year: number, month: number, day: number): EstDay | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return null;
  if (day < 1 || day > daysInMonth(year, month)) return null;
  return dayFromCivil(year, month, day);
}

/** `YYYY-MM-DD` of a date that exists, else null. */
export function parseEstDay(text: string): EstDay | null {
  return text.length === 10 ? dayAt(text) : null;
}

/** The date in the first ten characters. */
function dayAt(text: string): EstDay | null {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return null;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  return dayOfDate(year, month, day);
}

/** `YYYY-MM-DD`. */
export function formatEstDay(day: EstDay): string {
  const p = civilParts(day);
  return `${pad(p.year, 4)}-${pad(p.month, 2)}-${pad(p.day, 2)}`;
}

/** `YYYYMMDD`, as in a bq_id. */
export function formatEstDayCompact(day: EstDay): string {
  const p = civilParts(day);
  return `${pad(p.year, 4)}${pad(p.month, 2)}${pad(p.day, 2)}`;
}

/**
 * ISO 8601 `YYYY-MM-DDThh:mm[:ss]` with `Z`, `±hh:mm` or `±hh`. Fractions, 24:00, leap seconds, a
 * missing offset and dates that do not exist are refused: null.
 */
export function parseInstant(text: string): Instant | null {
  const length = text.length;
  if (length < 17 || length > 25) return null;
  if (text.charCodeAt(10) !== 84 || text.charCodeAt(13) !== 58) return null;
  const day = dayAt(text);
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  if (day === null || hour < 0 || hour > 23 || minute < 0 || minute > 59) return null;
  let second = 0;
  let at = 16;
  if (text.charCodeAt(16) === 58) {
    second = digitsAt(text, 17, 2);
    if (second < 0 || second > 59) return null;
    at = 19;
  }
  const offset = offsetMinutesIn(text, at);
  if (offset === null) return null;
  return day * DAY_MS + (hour * 60 + minute - offset) * MINUTE_MS + second * SECOND_MS;
}

/** The UTC offset that fills the rest of the text from `at`, in minutes. */
function offsetMinutesIn(text: string, at: number): number | null {
  const left = text.length - at;
  const sign = text.charCodeAt(at);
  if (sign === 90) return left === 1 ? 0 : null;
  if (sign !== 43 && sign !== 45) return null;
  const hours = digitsAt(text, at + 1, 2);
  let minutes = 0;
  if (left === 6) {
    if (text.charCodeAt(at + 3) !== 58) return null;
    minutes = digitsAt(text, at + 4, 2);
  } else if (left !== 3) return null;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes);
}

/** `YYYY-MM-DDThh:mm:ss-05:00`; milliseconds are cut off. */
export function formatInstant(instant: Instant): string {
  const day = dayOfInstant(instant);
  const seconds = Math.floor((instant - startOfDay(day)) / SECOND_MS);
  const h = pad(Math.floor(seconds / 3600), 2);
  const m = pad(Math.floor(seconds / 60) % 60, 2);
  return `${formatEstDay(day)}T${h}:${m}:${pad(seconds % 60, 2)}-05:00`;
}

/** `YYYYMMDDThhmmss` in EST, for names of files. */
export function formatInstantCompact(instant: Instant): string {
  return formatInstant(instant).slice(0, 19).replaceAll('-', '').replaceAll(':', '');
}

/** The EST day in which the instant lies; 00:00 belongs to the day it starts. */
export function dayOfInstant(instant: Instant): EstDay {
  return Math.floor((instant + EST_OFFSET_MS) / DAY_MS);
}

/** The EST day of the interval that ends at this instant; 00:00 belongs to the day before. */
export function dayOfIntervalEnd(end: Instant): EstDay {
  return Math.ceil((end + EST_OFFSET_MS) / DAY_MS) - 1;
}

/** 00:00 EST of the day. */
export function startOfDay(day: EstDay): Instant {
  return day * DAY_MS - EST_OFFSET_MS;
}

/** End stamp of interval `index` (0-based) of a day of intervals of `minutes`. */
export function intervalEnd(day: EstDay, index: number, minutes: number): Instant {
  return startOfDay(day) + (index + 1) * minutes * MINUTE_MS;
}

/** Index in its day of the interval that ends at `end`; -1 if the end is off the grid. */
export function intervalIndex(end: Instant, minutes: number): number {
  const position = end - startOfDay(dayOfIntervalEnd(end));
  return position % (minutes * MINUTE_MS) === 0 ? position / (minutes * MINUTE_MS) - 1 : -1;
}

/** Minute of the day of `HH:MM` (00:00 to 23:59; also 24:00 when asked for), else null. */
export function parseTimeOfDay(text: string, options?: { allow24?: boolean }): number | null {
  if (text.length !== 5 || text.charCodeAt(2) !== 58) return null;
  const hour = digitsAt(text, 0, 2);
  const minute = digitsAt(text, 3, 2);
  if (hour < 0 || minute < 0 || minute > 59) return null;
  if (hour === 24 && minute === 0 && options?.allow24) return MINUTES_PER_DAY;
  return hour > 23 ? null : hour * 60 + minute;
}

const DURATION =
  /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration of weeks, days, hours, minutes, seconds (`P1DT6H`), else
 * null.
 */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null || text === 'P') return null;
  const part = (i: number): number => Number(match[i] ?? 0);
  const days = part(1) * 7 + part(2);
  return days * DAY_MS + part(3) * HOUR_MS + part(4) * MINUTE_MS + part(5) * SECOND_MS;
}
