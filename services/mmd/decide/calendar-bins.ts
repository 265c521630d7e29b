/** What the directory needs of a calendar: whether it has bins, and where they change in a day. */
import { MINUTES_PER_DAY, civilParts, formatEstDay } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';

/** A bin range as `billing.CalendarVersionLoaded` carries it. */
export interface BinRow {
  readonly valid_from_day?: EstDay | null;
  readonly valid_to_day?: EstDay | null;
  /** `MM-DD`, both ends included. */
  readonly season_from: string;
  readonly season_to: string;
  readonly day_type: string;
  readonly from_minute: number;
  readonly to_minute: number;
  readonly bin: string;
}

export interface CalendarBins {
  readonly hasBins: boolean;
  /** Whether the calendar says a bin for the day (valid that day). */
  hasBinsOn(day: EstDay): boolean;
  /** Whether some interval of that length in days [from, to) would lie in two bins. */
  straddles(minutes: number, from: EstDay, to: EstDay): boolean;
}

interface Change {
  readonly minute: number;
  readonly rows: readonly BinRow[];
}

function inSeason(row: BinRow, monthDay: string): boolean {
  const { season_from: from, season_to: to } = row;
  return from <= to ? monthDay >= from && monthDay <= to : monthDay >= from || monthDay <= to;
}

function validOn(row: BinRow, day: EstDay): boolean {
  const from = row.valid_from_day ?? null;
  const to = row.valid_to_day ?? null;
  return (from === null || from <= day) && (to === null || day < to);
}

/**
 * Minutes at which one bin gives way to another, with the rows that meet there. Clocks of all zones
 * are whole hours from EST, so the minute of the hour is the same on every clock.
 */
function changesOf(rows: readonly BinRow[]): Change[] {
  const changes: Change[] = [];
  for (const row of rows) {
    if (row.to_minute % 60 === 0 || row.to_minute >= MINUTES_PER_DAY) continue;
    for (const next of rows) {
      const meets = next.from_minute === row.to_minute && next.day_type === row.day_type;
      if (meets && next.bin !== row.bin) changes.push({ minute: row.to_minute, rows: [row, next] });
    }
  }
  return changes;
}

function occursIn(change: Change, from: EstDay, to: EstDay): boolean {
  // Rows decide by date only, so no change needs more than four years and a day to show itself.
  const last = Math.min(to, from + 1462);
  for (let day = from; day < last; day++) {
    const { month, day: date } = civilParts(day);
    const monthDay = `${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}`;
    if (change.rows.every((row) => validOn(row, day) && inSeason(row, monthDay))) return true;
  }
  return false;
}

/** First day of the span on which both rows can be valid; skips long dead time. */
function firstChance(change: Change, from: EstDay): EstDay {
  return change.rows.reduce((day, row) => Math.max(day, row.valid_from_day ?? day), from);
}

export function calendarBins(bins: readonly string[], rows: readonly BinRow[]): CalendarBins {
  const changes = changesOf(rows);
  return {
    hasBins: bins.length > 0,
    hasBinsOn: (day) => {
      const monthDay = formatEstDay(day).slice(5);
      return rows.some((row) => validOn(row, day) && inSeason(row, monthDay));
    },
    straddles: (minutes, from, to) =>
      changes.some((c) => c.minute % minutes !== 0 && occursIn(c, firstChance(c, from), to)),
  };
}
