/** A calendar is data: which bin a minute of a civil day belongs to, and when prices change. */
import { MINUTES_PER_DAY, civilParts, isFreeDay } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';

/** The bins a billing quantity knows, in the order of the BQ record. */
export const BINS = ['on', 'mid', 'off', 'ultra_low'] as const;
export type Bin = (typeof BINS)[number];

/** One range of minutes of one kind of day in one season, valid for some billing days. */
export interface BinRange {
  /** First billing day, null = always was. */
  validFromDay: EstDay | null;
  /** First billing day no longer valid, null = open. */
  validToDay: EstDay | null;
  /** `MM-DD`, both ends inclusive; a season may run over the year's end. */
  seasonFrom: string;
  seasonTo: string;
  dayType: 'WEEKDAY' | 'FREE';
  /** Minutes of the wall clock's day, [from, to). */
  fromMinute: number;
  toMinute: number;
  bin: Bin;
  /** False: the hours are believed, not confirmed by their source. */
  confirmed: boolean;
}

/** One version of a calendar, whole. No rows: a calendar without bins, valid on every day. */
export interface Calendar {
  id: string;
  version: number;
  bins: readonly Bin[];
  ranges: readonly BinRange[];
  /** Billing days from which new prices hold, ascending. */
  priceDates: readonly EstDay[];
}

/** The newest version of each calendar by id. */
export type Calendars = ReadonlyMap<string, Calendar>;

/** Whether the calendar can be used on a billing day. */
export function isValidOn(calendar: Calendar, day: EstDay): boolean {
  return calendar.bins.length === 0 || calendar.ranges.some((range) => holdsOn(range, day));
}

function holdsOn(range: BinRange, day: EstDay): boolean {
  return (
    (range.validFromDay === null || range.validFromDay <= day) &&
    (range.validToDay === null || day < range.validToDay)
  );
}

function monthDay(text: string): number {
  return Number(text.slice(0, 2)) * 100 + Number(text.slice(3, 5));
}

function inSeason(range: BinRange, monthAndDay: number): boolean {
  const from = monthDay(range.seasonFrom);
  const to = monthDay(range.seasonTo);
  if (from <= to) return from <= monthAndDay && monthAndDay <= to;
  return monthAndDay >= from || monthAndDay <= to;
}

/** The value of a minute that no range covers. */
export const NO_BIN = 255;

/**
 * The bin of every minute of a wall-clock day: 1440 indexes into `calendar.bins`, NO_BIN where no range holds.
 * Season and day type are those of `civilDay`; which rows are valid is a matter of the billing day.
 */
export function binsOfCivilDay(
  calendar: Calendar,
  civilDay: EstDay,
  billingDay: EstDay,
): Uint8Array {
  const minutes = new Uint8Array(MINUTES_PER_DAY).fill(NO_BIN);
  const { month, day } = civilParts(civilDay);
  const dayType = isFreeDay(civilDay) ? 'FREE' : 'WEEKDAY';
  for (const range of calendar.ranges) {
    if (range.dayType !== dayType || !holdsOn(range, billingDay)) continue;
    if (!inSeason(range, month * 100 + day)) continue;
    minutes.fill(calendar.bins.indexOf(range.bin), range.fromMinute, range.toMinute);
  }
  return minutes;
}

/** The price dates strictly inside [start, end). */
export function priceDatesInside(calendar: Calendar, start: EstDay, end: EstDay): EstDay[] {
  return calendar.priceDates.filter((day) => start < day && day < end);
}
