import { DAY_MS, EST_OFFSET_MS, MINUTE_MS, MINUTES_PER_DAY, dayOfDate } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

/** Not a time. */
export const NO_STAMP = Number.NaN;

const UTC_MINUTES = (-EST_OFFSET_MS / MINUTE_MS) | 0;

/** Reads `CCYYMMDDHHMM` stamps; remembers the last date, which most of its neighbours share. */
export class StampReader {
  /**
   * Minutes from the EST midnight that starts the day of the interval that ends at the stamp: 1 to
   * 1440.
   */
  minuteOfDay = 0;
  private lastDate = -1;
  private lastDay = Number.NaN;

  /** The instant of 12 digits, 2400 being 0000 of the next day; NaN if they are no time. */
  read(bytes: Uint8Array, start: number, end: number, utc: boolean): Instant {
    if (end - start !== 12) return NO_STAMP;
    const year = fourDigits(bytes, start);
    const monthDay = fourDigits(bytes, start + 4);
    const time = fourDigits(bytes, start + 8);
    const hour = (time / 100) | 0;
    const minute = time - hour * 100;
    if (year < 0 || monthDay < 0 || time < 0 || minute > 59 || time > 2400) return NO_STAMP;
    const date = year * 10_000 + monthDay;
    if (date !== this.lastDate) {
      this.lastDate = date;
      this.lastDay = dayOf(date);
    }
    const minutes = hour * 60 + minute;
    const wall = this.lastDay * DAY_MS + minutes * MINUTE_MS;
    const est = utc ? minutes - UTC_MINUTES : minutes;
    this.minuteOfDay = est > 0 ? est : est + MINUTES_PER_DAY;
    return utc ? wall : wall - EST_OFFSET_MS;
  }

  /** The grid position `minutes` further on. */
  advance(minutes: number): void {
    this.minuteOfDay += minutes;
    while (this.minuteOfDay > MINUTES_PER_DAY) this.minuteOfDay -= MINUTES_PER_DAY;
  }
}

function dayOf(date: number): number {
  const year = Math.floor(date / 10_000);
  return dayOfDate(year, Math.floor(date / 100) % 100, date % 100) ?? NO_STAMP;
}

/** A number of 4 digits, or -1. Written out: it is called thrice a value. */
function fourDigits(bytes: Uint8Array, at: number): number {
  const a = bytes[at]! - 48;
  const b = bytes[at + 1]! - 48;
  const c = bytes[at + 2]! - 48;
  const d = bytes[at + 3]! - 48;
  // The sign bit is set if a digit is below 0 or above 9.
  const wrong = a | b | c | d | (9 - a) | (9 - b) | (9 - c) | (9 - d);
  return wrong < 0 ? -1 : a * 1000 + b * 100 + c * 10 + d;
}

/** Minutes of an interval `MMDDHHMM` (months 00), -1 if it is none or 0. */
export function intervalMinutesOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 8) return -1;
  const days = fourDigits(bytes, start);
  const time = fourDigits(bytes, start + 4);
  const hours = (time / 100) | 0;
  const minutes = time - hours * 100;
  if (days < 0 || days > 99 || time < 0 || hours > 23 || minutes > 59) return -1;
  return days * 1440 + hours * 60 + minutes || -1;
}
