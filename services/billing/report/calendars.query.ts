import type { EventValue } from '@mdmr/events';
import type { Tx } from '@mdmr/postgres';
import type { Bin, BinRange, Calendar, Calendars } from '../decide/calendar.js';

type Row = EventValue<'billing.CalendarVersionLoaded'>['rows'][number];

interface Stored {
  calendar_id: string;
  version: number;
  bins: Bin[];
  ranges: Row[];
  price_dates: number[];
}

function rangeOf(row: Row): BinRange {
  return {
    validFromDay: row.valid_from_day,
    validToDay: row.valid_to_day,
    seasonFrom: row.season_from,
    seasonTo: row.season_to,
    dayType: row.day_type as BinRange['dayType'],
    fromMinute: row.from_minute,
    toMinute: row.to_minute,
    bin: row.bin as Bin,
    confirmed: row.confirmed,
  };
}

function calendarOf(row: Stored): Calendar {
  return {
    id: row.calendar_id,
    version: row.version,
    bins: row.bins,
    ranges: row.ranges.map(rangeOf),
    priceDates: row.price_dates,
  };
}

/** Calendars in memory; read again only when a version was loaded. */
export class CalendarCache {
  private state = '';
  private calendars: Calendars = new Map();

  /** The newest version of each calendar. */
  async load(tx: Pick<Tx, 'query'>): Promise<Calendars> {
    const versions = await tx.query<{ state: string | null }>(
      `select string_agg(calendar_id || '/' || version, ',' order by calendar_id, version) as state
       from calendar`,
    );
    const state = versions.rows[0]?.state ?? '';
    if (state === this.state) return this.calendars;
    const { rows } = await tx.query<Stored>(
      `select distinct on (calendar_id) calendar_id, version, bins, ranges, price_dates
       from calendar order by calendar_id, version desc`,
    );
    this.calendars = new Map(rows.map((row) => [row.calendar_id, calendarOf(row)]));
    this.state = state;
    return this.calendars;
  }
}
