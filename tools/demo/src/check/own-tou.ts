/**
 * Time of use as the Ontario tables print it, for October and November 2026 only: written a second
 * time, by wall clock and date, from nothing of the suite. Days are `MM-DD`, hours begin on EST.
 */

/** EST hours at which the local clock goes back: Toronto 01:00, Winnipeg 02:00, on 1 November. */
const FIRST_STANDARD_HOUR = { EASTERN: 1, CENTRAL: 2 } as const;
/** Hours that the local clock is ahead of EST: in summer, in winter. */
const AHEAD = { EASTERN: [1, 0], CENTRAL: [0, -1], EASTERN_STANDARD: [0, 0] } as const;
/** Thanksgiving is the only holiday of these two months. */
const HOLIDAYS = ['10-12'];
const DAYS_OF_OCTOBER = 31;
/** 1 October 2026 is a Thursday. */
const WEEKDAY_OF_FIRST = 4;

export type Bin = 'on' | 'mid' | 'off' | 'ultra_low';
export type OwnZone = keyof typeof AHEAD;

/** Days from 1 October, 0 to 60. */
export function isFree(dayNumber: number): boolean {
  const weekday = (WEEKDAY_OF_FIRST + dayNumber + 7) % 7;
  return weekday === 0 || weekday === 6 || HOLIDAYS.includes(monthDay(dayNumber));
}

export function monthDay(dayNumber: number): string {
  const inOctober = dayNumber < DAYS_OF_OCTOBER;
  const dayOfMonth = inOctober ? dayNumber + 1 : dayNumber - DAYS_OF_OCTOBER + 1;
  return `${inOctober ? '10' : '11'}-${String(dayOfMonth).padStart(2, '0')}`;
}

/** Local day number and hour of an EST hour. */
export function localHour(dayNumber: number, estHour: number, zone: OwnZone): [number, number] {
  const [summer, winter] = AHEAD[zone];
  const change = zone === 'EASTERN_STANDARD' ? 0 : FIRST_STANDARD_HOUR[zone];
  const isSummer =
    dayNumber < DAYS_OF_OCTOBER || (dayNumber === DAYS_OF_OCTOBER && estHour < change);
  const hour = estHour + (isSummer ? summer : winter);
  if (hour > 23) return [dayNumber + 1, hour - 24];
  if (hour < 0) return [dayNumber - 1, hour + 24];
  return [dayNumber, hour];
}

export function binOf(calendar: string, dayNumber: number, estHour: number, zone: OwnZone): Bin {
  const [localDay, hour] = localHour(dayNumber, estHour, zone);
  return calendar === 'ON-ULO' ? ulo(hour, isFree(localDay)) : tou(localDay, hour);
}

function ulo(hour: number, free: boolean): Bin {
  if (hour >= 23 || hour < 7) return 'ultra_low';
  if (free) return 'off';
  return hour >= 16 && hour < 21 ? 'on' : 'mid';
}

function tou(localDay: number, hour: number): Bin {
  if (isFree(localDay) || hour < 7 || hour >= 19) return 'off';
  const isMidday = hour >= 11 && hour < 17;
  const isWinter = localDay >= DAYS_OF_OCTOBER;
  return isMidday === isWinter ? 'mid' : 'on';
}
