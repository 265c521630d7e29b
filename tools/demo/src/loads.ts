/** What is used at a point, day by day: the real series, scaled and shifted by whole weeks. */
import { civilParts, type EstDay } from '@mdmr/kernel';
import { day as estDay, FIRST_DAY } from './dates.js';
import { realHome, realOffice, type HomeName } from './real-series.js';

/** Thousandths of meter units of each interval of a day. */
export interface Load {
  readonly minutes: number;
  day(day: EstDay): readonly number[];
}

/** Days of the data that stand for 1 October 2026, a Thursday: all are Thursdays. */
interface Window {
  readonly home: HomeName;
  readonly first: EstDay;
}

const windows = (home: HomeName, first: string, count: number): Window[] =>
  Array.from({ length: count }, (_, week) => ({ home, first: estDay(first) + 7 * week }));

/** Autumns and winters without a missing or an all-zero day, 61 days from each. */
export const WINDOWS: readonly Window[] = [
  ...windows('uk-0', '2021-09-02', 18),
  ...windows('uk-1', '2013-09-05', 10),
  ...windows('uk-0', '2020-11-05', 5),
  ...windows('uk-1', '2012-12-13', 12),
];
const HALF_HOURLY = WINDOWS.filter(({ home }) => home === 'uk-1');

/**
 * A home: one of the windows, and a scale of 150 to 349 percent, for the UK homes use half or less of
 * what a Canadian one does.
 */
export function homeLoad(ldc: string, n: number, minutes: 15 | 30 | 60): Load {
  const choice = minutes === 30 ? HALF_HOURLY : WINDOWS;
  const seed = n * 7 + ldc.length * 3;
  const { home, first } = choice[seed % choice.length]!;
  const percent = 150 + ((n * 37 + ldc.charCodeAt(0) * 11) % 200);
  const series = realHome(home);
  const perValue = minutes / series.minutes;
  return {
    minutes,
    day: (day) => {
      const values = series.days.get(first + (day - FIRST_DAY));
      if (values === undefined) throw new Error(`${home} has no day ${day - FIRST_DAY} of window`);
      const scaled = values.map((wh) => Math.floor((wh * percent + 50) / 100));
      return sumEach(scaled, perValue);
    },
  };
}

function sumEach(values: readonly number[], count: number): number[] {
  const sums = new Array<number>(values.length / count).fill(0);
  values.forEach((value, i) => (sums[Math.floor(i / count)]! += value));
  return sums;
}

export const OFFICE_MULTIPLIER = 40;
const OFFICE_FIRST_MONDAY = estDay('2012-01-02');
const OFFICE_DAYS = 14;

/** The office's two weeks over and over, Mondays on Mondays, behind a transformer of 40. */
export function officeLoad(): Load {
  const series = realOffice();
  return {
    minutes: 15,
    day: (day) => {
      const offset = (((day - OFFICE_FIRST_MONDAY) % OFFICE_DAYS) + OFFICE_DAYS) % OFFICE_DAYS;
      const values = series.days.get(OFFICE_FIRST_MONDAY + offset)!;
      return values.map((wh) => Math.floor((wh + OFFICE_MULTIPLIER / 2) / OFFICE_MULTIPLIER));
    },
  };
}

/** Wh of a clear hour of October, 07:00 to 17:00, of a roof of 5 kW: no real data, a drawn curve. */
const SUN = [0, 0, 0, 0, 0, 0, 0, 120, 610, 1340, 2050, 2560, 2710, 2430, 1820, 1060, 390, 40];
const CLOUDS = [100, 35, 80, 10, 65, 90, 50, 20, 75, 5, 95];

/** What a solar roof gives to the grid. */
export function solarLoad(): Load {
  return {
    minutes: 60,
    day: (day) => {
      const { day: dayOfMonth, month } = civilParts(day);
      const percent = CLOUDS[day % CLOUDS.length]!;
      const season = month === 10 ? 100 - dayOfMonth : 70 - dayOfMonth;
      return Array.from({ length: 24 }, (_, hour) =>
        Math.floor(((SUN[hour] ?? 0) * percent * season) / 10_000),
      );
    },
  };
}
