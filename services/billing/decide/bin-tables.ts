/** Which bin each interval of an EST day falls into, worked out once and then looked up. */
import { Defect, MINUTE_MS, localTime, startOfDay } from '@mdmr/kernel';
import type { EstDay, Zone } from '@mdmr/kernel';
import { NO_BIN, binsOfCivilDay } from './calendar.js';
import type { Calendar } from './calendar.js';

/** By EST day: one index into the calendar's bins for every interval of the day. */
export type DayBins = (day: EstDay) => Uint8Array;

/**
 * The bin of every interval of an EST day, decided by the wall clock of the zone at the START of the interval.
 * @throws Defect NO_BIN when the calendar covers no such minute on that billing day
 */
export function binsOfDay(
  calendar: Calendar,
  zone: Zone,
  day: EstDay,
  minutes: number,
): Uint8Array {
  const table = new Uint8Array(1440 / minutes);
  // An EST day touches at most two wall-clock days.
  const civil = new Map<EstDay, Uint8Array>();
  for (let i = 0; i < table.length; i++) {
    const wall = localTime(startOfDay(day) + i * minutes * MINUTE_MS, zone);
    let bins = civil.get(wall.day);
    if (bins === undefined) {
      bins = binsOfCivilDay(calendar, wall.day, day);
      civil.set(wall.day, bins);
    }
    const bin = bins[wall.minuteOfDay]!;
    if (bin === NO_BIN) throw new Defect('NO_BIN', `${calendar.id} has no bin on day ${day}`);
    table[i] = bin;
  }
  return table;
}

/** Keeps the tables of each calendar version, zone and interval length; a few kB a year. */
export class BinTables {
  private readonly tables = new Map<string, Map<EstDay, Uint8Array>>();

  /** A look-up for one segment: ask once, then call it day by day. */
  of(calendar: Calendar, zone: Zone, minutes: number): DayBins {
    const key = `${calendar.id}/${calendar.version}/${zone}/${minutes}`;
    let days = this.tables.get(key);
    if (days === undefined) {
      days = new Map();
      this.tables.set(key, days);
    }
    const known = days;
    return (day) => {
      let table = known.get(day);
      if (table === undefined) {
        table = binsOfDay(calendar, zone, day, minutes);
        known.set(day, table);
      }
      return table;
    };
  }
}
