/** The real interval data of ../data as integer Wh by EST day. What is done to it: README.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MINUTES_PER_DAY, parseEstDay, parseTimeOfDay, type EstDay } from '@mdmr/kernel';

const DATA = path.resolve(import.meta.dirname, '../data');

/** Wh of each interval of a day; a day with a value missing is not there at all. */
export interface RealSeries {
  readonly minutes: number;
  readonly days: ReadonlyMap<EstDay, readonly number[]>;
}

export type HomeName = 'uk-0' | 'uk-1';

const HOMES = {
  'uk-0': { file: 'uk-electricity-hdd-only-hourly-sample-0.csv.gz', minutes: 60 },
  'uk-1': { file: 'uk-electricity-hdd-only-hourly-sample-1.csv.gz', minutes: 30 },
} as const;

const loaded = new Map<string, RealSeries>();

/** A home's series. Its clock reading, UTC, is taken for a reading of the EST clock. */
export function realHome(name: HomeName): RealSeries {
  return remember(name, () => {
    const { file, minutes } = HOMES[name];
    const text = gunzipSync(readFileSync(path.join(DATA, file))).toString('utf8');
    const readings = text
      .split('\n')
      .slice(1)
      .filter((line) => line !== '')
      .map((line) => homeReading(line));
    return { minutes, days: completeDays(readings, minutes) };
  });
}

/** The office's series: differences of its cumulative registers, stamped at their ends. */
export function realOffice(): RealSeries {
  return remember('office', () => {
    const text = readFileSync(path.join(DATA, 'office_96_complete.csv'), 'utf8');
    let before = 0;
    const readings = text
      .split('\n')
      .slice(1)
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [stamp, kwh] = line.trim().split(',') as [string, string];
        const registerWh = wattHours(kwh);
        const wh = registerWh - before;
        before = registerWh;
        return endReading(stamp, 15, wh);
      });
    return { minutes: 15, days: completeDays(readings, 15) };
  });
}

function remember(name: string, make: () => RealSeries): RealSeries {
  const known = loaded.get(name) ?? make();
  loaded.set(name, known);
  return known;
}

interface Reading {
  readonly day: EstDay;
  /** minute of the day at which the interval starts */
  readonly minute: number;
  readonly wh: number;
}

function homeReading(line: string): Reading {
  const [stamp, kwh] = line.trim().split(',') as [string, string];
  return { ...moment(stamp), wh: wattHours(kwh) };
}

/** An interval stamped at its end begins `minutes` before; 00:00 belongs to the day before. */
function endReading(stamp: string, minutes: number, wh: number): Reading {
  const end = moment(stamp);
  if (end.minute === 0) return { day: end.day - 1, minute: MINUTES_PER_DAY - minutes, wh };
  return { day: end.day, minute: end.minute - minutes, wh };
}

function moment(stamp: string): { day: EstDay; minute: number } {
  const day = parseEstDay(stamp.slice(0, 10));
  const minute = parseTimeOfDay(stamp.slice(11, 16));
  if (day === null || minute === null) throw new Error(`not a stamp of the data: ${stamp}`);
  return { day, minute };
}

/** The data are printed floats such as 0.028999999999999998: here they become integers. */
function wattHours(kwh: string): number {
  const wh = Math.round(Number(kwh) * 1000);
  if (!Number.isSafeInteger(wh) || wh < 0) throw new Error(`not an energy of the data: ${kwh}`);
  return wh;
}

function completeDays(readings: readonly Reading[], minutes: number): Map<EstDay, number[]> {
  const count = MINUTES_PER_DAY / minutes;
  const days = new Map<EstDay, number[]>();
  for (const { day, minute, wh } of readings) {
    let values = days.get(day);
    if (values === undefined) days.set(day, (values = new Array<number>(count).fill(-1)));
    values[minute / minutes] = wh;
  }
  for (const [day, values] of days) if (values.includes(-1)) days.delete(day);
  return days;
}
