/** Wall clocks of the three time zones of Ontario, from a rule table; exact for 1987 on. */
import { DAY_MS, HOUR_MS, MINUTE_MS, dayFromCivil, weekdayOf } from './est-time.js';
import type { EstDay, Instant } from './est-time.js';

/** America/Toronto, America/Winnipeg, America/Atikokan. */
export type Zone = 'EASTERN' | 'CENTRAL' | 'EASTERN_STANDARD';

export const ZONES: readonly Zone[] = ['EASTERN', 'CENTRAL', 'EASTERN_STANDARD'];

/**
 * A wall clock: `day` is a day number of the zone's own calendar, take it apart with civilParts().
 */
export interface LocalTime {
  day: EstDay;
  minuteOfDay: number;
  offsetMinutes: number;
}

/** The two civil days of a year on which the wall clock is changed. */
export interface ClockChangeDays {
  spring: EstDay;
  autumn: EstDay;
}

const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
/**
 * Mean Gregorian year; no change is near a year's end, so a day's error in the year does no harm.
 */
const YEAR_MS = 31_556_952_000;

interface DaylightTable {
  standardMinutes: number;
  /** Instants at which daylight time starts and ends, by year from FIRST_YEAR; null = never. */
  starts: Float64Array | null;
  ends: Float64Array | null;
}

function sundayOnOrAfter(day: EstDay): EstDay {
  return day + ((7 - weekdayOf(day)) % 7);
}

/** Canada's rules: from 2007 March to November, before that April to October. */
function changeDays(year: number): ClockChangeDays {
  if (year >= 2007) {
    return {
      spring: sundayOnOrAfter(dayFromCivil(year, 3, 8)),
      autumn: sundayOnOrAfter(dayFromCivil(year, 11, 1)),
    };
  }
  return {
    spring: sundayOnOrAfter(dayFromCivil(year, 4, 1)),
    autumn: sundayOnOrAfter(dayFromCivil(year, 10, 25)),
  };
}

function daylightTable(zone: Zone, standardMinutes: number): DaylightTable {
  const years = LAST_YEAR - FIRST_YEAR + 1;
  const starts = new Float64Array(years);
  const ends = new Float64Array(years);
  for (let i = 0; i < years; i++) {
    const year = FIRST_YEAR + i;
    const { spring, autumn } = changeDays(year);
    // Until 2005 Manitoba went back at 02:00 standard time, that is 03:00 on the wall.
    const back = zone === 'CENTRAL' && year <= 2005 ? 2 : 1;
    starts[i] = spring * DAY_MS + 2 * HOUR_MS - standardMinutes * MINUTE_MS;
    ends[i] = autumn * DAY_MS + back * HOUR_MS - standardMinutes * MINUTE_MS;
  }
  return { standardMinutes, starts, ends };
}

const TABLES: Record<Zone, DaylightTable> = {
  EASTERN: daylightTable('EASTERN', -300),
  CENTRAL: daylightTable('CENTRAL', -360),
  EASTERN_STANDARD: { standardMinutes: -300, starts: null, ends: null },
};

/** Minutes to add to UTC for the wall clock: -240 to -360. */
export function offsetMinutesAt(instant: Instant, zone: Zone): number {
  const table = TABLES[zone];
  const { starts, ends, standardMinutes } = table;
  if (starts === null || ends === null) return standardMinutes;
  const i = Math.floor(instant / YEAR_MS);
  // Outside the table the comparison is with undefined, false: standard time.
  return instant >= starts[i]! && instant < ends[i]! ? standardMinutes + 60 : standardMinutes;
}

/** The wall clock of the zone at the instant. */
export function localTime(instant: Instant, zone: Zone): LocalTime {
  const offsetMinutes = offsetMinutesAt(instant, zone);
  const wall = instant + offsetMinutes * MINUTE_MS;
  const day = Math.floor(wall / DAY_MS);
  return { day, minuteOfDay: Math.floor((wall - day * DAY_MS) / MINUTE_MS), offsetMinutes };
}

/** The days of the clock changes of a year, null for a zone without daylight time. */
export function clockChangeDays(year: number, zone: Zone): ClockChangeDays | null {
  return TABLES[zone].starts === null ? null : changeDays(year);
}

/** True if the text names one of the three zones. */
export function isZone(text: string): text is Zone {
  return text === 'EASTERN' || text === 'CENTRAL' || text === 'EASTERN_STANDARD';
}
