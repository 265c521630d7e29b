/** The three calendars the hub comes with, written as the tables an analyst would draw. */
import { MINUTES_PER_DAY, dayFromCivil } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';
import type { Bin, BinRange, Calendar } from './calendar.js';

/** Hours of the wall clock of one kind of day: `[from, to, bin]`, midnight to midnight. */
type Hours = readonly (readonly [number, number, Bin])[];

interface Plan {
  from: EstDay | null;
  to: EstDay | null;
  season: readonly [string, string];
  weekday: Hours;
  free: Hours;
  confirmed: boolean;
}

const ALL_DAY_OFF: Hours = [[0, 24, 'off']];
const ALL_YEAR = ['01-01', '12-31'] as const;
const WINTER = ['11-01', '04-30'] as const;
const SUMMER = ['05-01', '10-31'] as const;

/** Weekday hours of ON-TOU; only the evening's end has changed over the years. */
function touWeekday(peak: Bin, shoulder: Bin, eveningEnds: number): Hours {
  return [
    [0, 7, 'off'],
    [7, 11, shoulder],
    [11, 17, peak],
    [17, eveningEnds, shoulder],
    [eveningEnds, 24, 'off'],
  ];
}

function touPlans(
  from: EstDay | null,
  to: EstDay | null,
  eveningEnds: number,
  confirmed: boolean,
): Plan[] {
  const common = { from, to, free: ALL_DAY_OFF, confirmed };
  return [
    { ...common, season: WINTER, weekday: touWeekday('mid', 'on', eveningEnds) },
    { ...common, season: SUMMER, weekday: touWeekday('on', 'mid', eveningEnds) },
  ];
}

const NOV_2009 = dayFromCivil(2009, 11, 1);
const MAY_2011 = dayFromCivil(2011, 5, 1);
const MAY_2023 = dayFromCivil(2023, 5, 1);

const ON_TOU: Plan[] = [
  ...touPlans(null, NOV_2009, 22, false),
  ...touPlans(NOV_2009, MAY_2011, 21, false),
  ...touPlans(MAY_2011, null, 19, true),
];

const ON_ULO: Plan[] = [
  {
    from: MAY_2023,
    to: null,
    season: ALL_YEAR,
    weekday: [
      [0, 7, 'ultra_low'],
      [7, 16, 'mid'],
      [16, 21, 'on'],
      [21, 23, 'mid'],
      [23, 24, 'ultra_low'],
    ],
    free: [
      [0, 7, 'ultra_low'],
      [7, 23, 'off'],
      [23, 24, 'ultra_low'],
    ],
    confirmed: true,
  },
];

function rangesOf(plan: Plan): BinRange[] {
  const rows = (dayType: 'WEEKDAY' | 'FREE', hours: Hours): BinRange[] =>
    hours.map(([from, to, bin]) => ({
      validFromDay: plan.from,
      validToDay: plan.to,
      seasonFrom: plan.season[0],
      seasonTo: plan.season[1],
      dayType,
      fromMinute: from * 60,
      toMinute: to === 24 ? MINUTES_PER_DAY : to * 60,
      bin,
      confirmed: plan.confirmed,
    }));
  return [...rows('WEEKDAY', plan.weekday), ...rows('FREE', plan.free)];
}

const FIRST_YEAR = 2006;
const LAST_YEAR = 2100;
const LAST_SPRING_CHANGE = 2022;

/** 1 May and 1 November until 2022-11-01, from then 1 November only. */
function priceDates(): EstDay[] {
  const days: EstDay[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
    if (year <= LAST_SPRING_CHANGE) days.push(dayFromCivil(year, 5, 1));
    days.push(dayFromCivil(year, 11, 1));
  }
  return days;
}

function calendar(id: string, bins: readonly Bin[], plans: Plan[]): Calendar {
  return { id, version: 1, bins, ranges: plans.flatMap(rangesOf), priceDates: priceDates() };
}

/** Version 1 of each shipped calendar. */
export const SHIPPED_CALENDARS: readonly Calendar[] = [
  calendar('ON-TOU', ['on', 'mid', 'off'], ON_TOU),
  calendar('ON-ULO', ['on', 'mid', 'off', 'ultra_low'], ON_ULO),
  calendar('ON-TIERED', [], []),
];
