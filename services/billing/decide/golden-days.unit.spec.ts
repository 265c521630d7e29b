/**
 * Golden days: an oracle written apart from the calendars' code. It takes the wall clock from ICU, the hours
 * from the strings below and the holidays from a printed list, and shares nothing with what it judges.
 */
import { describe, expect, it } from '@jest/globals';
import { parseEstDay, startOfDay } from '@mdmr/kernel';
import type { Zone } from '@mdmr/kernel';
import { BinTables } from './bin-tables.js';
import type { Calendar } from './calendar.js';
import { isValidOn } from './calendar.js';
import { SHIPPED_CALENDARS } from './shipped-calendars.js';

const ICU_ZONE: Record<Zone, string> = {
  EASTERN: 'America/Toronto',
  CENTRAL: 'America/Winnipeg',
  EASTERN_STANDARD: 'America/Atikokan',
};

/** 24 letters, the wall clock's hours from midnight: o off, m mid, p on (peak), u ultra-low. */
const HOURS = {
  winterFrom2011: 'oooooooppppmmmmmmppooooo',
  summerFrom2011: 'ooooooommmmppppppmmooooo',
  winter2010: 'oooooooppppmmmmmmppppooo',
  summer2010: 'ooooooommmmppppppmmmmooo',
  winterTo2009: 'oooooooppppmmmmmmpppppoo',
  summerTo2009: 'ooooooommmmppppppmmmmmoo',
  off: 'oooooooooooooooooooooooo',
  uloWeekday: 'uuuuuuummmmmmmmmpppppmmu',
  uloFree: 'uuuuuuuoooooooooooooooou',
} as const;

/** Shifted or moving holidays that fall on weekdays, as printed; fixed ones are below. */
const MOVING = `
2006-01-02 2006-04-14 2006-05-22 2006-07-03 2006-08-07 2006-09-04 2006-10-09
2007-04-06 2007-05-21 2007-08-06 2007-09-03 2007-10-08
2011-01-03 2011-02-21 2011-04-22 2011-05-23 2011-08-01 2011-09-05 2011-10-10 2011-12-27
2012-01-02 2012-07-02 2016-12-27 2017-01-02 2017-07-03 2018-07-02 2020-12-28 2021-12-27 2021-12-28
2022-01-03 2022-12-26 2022-12-27 2023-01-02 2023-07-03 2026-12-28 2027-12-27 2027-12-28 2028-01-03
2028-07-03 2029-07-02 2032-12-27 2032-12-28 2033-01-03 2033-12-26 2033-12-27 2034-01-02 2034-07-03
2035-07-02 2010-12-27 2010-12-28 2009-12-28 2015-12-28`
  .trim()
  .split(/\s+/);

const LETTER = { on: 'p', mid: 'm', off: 'o', ultra_low: 'u' } as const;
const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD` and the hour on the wall, by ICU. */
function wall(instant: number, zone: Zone): { date: string; hour: number; weekday: string } {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: ICU_ZONE[zone],
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  return { date, hour: Number(parts.get('hour')), weekday: parts.get('weekday')! };
}

function isFree(date: string, weekday: string): boolean {
  return weekday === 'Sat' || weekday === 'Sun' || MOVING.includes(date);
}

function hoursOf(calendarId: string, billingDay: string, date: string, free: boolean): string {
  if (calendarId === 'ON-ULO') return free ? HOURS.uloFree : HOURS.uloWeekday;
  if (free) return HOURS.off;
  const summer = date.slice(5) >= '05-01' && date.slice(5) <= '10-31';
  if (billingDay >= '2011-05-01') return summer ? HOURS.summerFrom2011 : HOURS.winterFrom2011;
  if (billingDay >= '2009-11-01') return summer ? HOURS.summer2010 : HOURS.winter2010;
  return summer ? HOURS.summerTo2009 : HOURS.winterTo2009;
}

function oracle(calendarId: string, zone: Zone, billingDay: string): string {
  const start = startOfDay(parseEstDay(billingDay)!);
  let letters = '';
  for (let hour = 0; hour < 24; hour++) {
    const clock = wall(start + hour * 3_600_000, zone);
    const hours = hoursOf(calendarId, billingDay, clock.date, isFree(clock.date, clock.weekday));
    letters += hours[clock.hour];
  }
  return letters;
}

const tables = new BinTables();

function actual(calendar: Calendar, zone: Zone, day: string, minutes = 60): string {
  const bins = tables.of(calendar, zone, minutes)(parseEstDay(day)!);
  return [...bins].map((bin) => LETTER[calendar.bins[bin]!]).join('');
}

/** Day of the n-th Sunday of a month, by ICU's weekdays. */
function sunday(year: number, month: number, n: number): string {
  let found = 0;
  for (let day = 1; day <= 31; day++) {
    const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    const noon = startOfDay(parseEstDay(date)!) + 12 * 3_600_000;
    if (wall(noon, 'EASTERN_STANDARD').weekday === 'Sun' && ++found === n) return date;
  }
  throw new Error('no such Sunday');
}

function lastSundayOfOctober(year: number): string {
  return Number(sunday(year, 10, 4).slice(8)) <= 24 ? sunday(year, 10, 5) : sunday(year, 10, 4);
}

function goldenDays(year: number): string[] {
  const spring = year >= 2007 ? sunday(year, 3, 2) : sunday(year, 4, 1);
  const autumn = year >= 2007 ? sunday(year, 11, 1) : lastSundayOfOctober(year);
  const shifted = MOVING.filter((day) => day.startsWith(String(year)));
  const around = (date: string): string[] => {
    const day = parseEstDay(date)!;
    return [day - 1, day, day + 1].map((d) => {
      const noon = startOfDay(d) + 12 * 3_600_000;
      return wall(noon, 'EASTERN_STANDARD').date;
    });
  };
  return [
    ...around(spring),
    ...around(autumn),
    `${year}-04-30`,
    `${year}-05-01`,
    `${year}-10-31`,
    `${year}-11-01`,
    ...shifted,
  ].filter((date) => !date.endsWith('-12-26') || MOVING.includes(date));
}

const TOU = SHIPPED_CALENDARS[0]!;
const ULO = SHIPPED_CALENDARS[1]!;
const ZONES = Object.keys(ICU_ZONE) as Zone[];

describe('golden days of the shipped calendars', () => {
  it.each(ZONES)('agree with the oracle in zone %s, 2006 to 2035', (zone) => {
    let compared = 0;
    for (let year = 2006; year <= 2035; year++) {
      for (const day of goldenDays(year)) {
        for (const calendar of [TOU, ULO]) {
          if (!isValidOn(calendar, parseEstDay(day)!)) continue;
          const mine = `${calendar.id} ${day} ${actual(calendar, zone, day)}`;
          expect(mine).toBe(`${calendar.id} ${day} ${oracle(calendar.id, zone, day)}`);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(400);
  });

  it('stand in EST terms one hour earlier while daylight time is in force', () => {
    expect(actual(TOU, 'EASTERN', '2026-07-02')).toBe('oooooommmmppppppmmoooooo');
    expect(actual(TOU, 'EASTERN', '2026-01-15')).toBe('oooooooppppmmmmmmppooooo');
    expect(actual(TOU, 'EASTERN_STANDARD', '2026-07-02')).toBe('ooooooommmmppppppmmooooo');
    expect(actual(TOU, 'CENTRAL', '2026-07-02')).toBe('ooooooommmmppppppmmooooo');
    expect(actual(TOU, 'CENTRAL', '2026-01-15')).toBe('ooooooooppppmmmmmmppoooo');
    expect(actual(ULO, 'EASTERN', '2026-07-02')).toBe('uuuuuummmmmmmmmpppppmmuu');
  });

  it('take the season of the wall clock, not of the EST day', () => {
    // 30 April 2026, 23:00 EST is 1 May on an eastern wall; both are off, so look at a zone without change.
    expect(actual(TOU, 'EASTERN', '2026-04-30')).toBe('ooooooppppmmmmmmppoooooo');
    expect(actual(TOU, 'EASTERN', '2026-05-01')).toBe('oooooommmmppppppmmoooooo');
    // Canada Day in EST: the last hour already belongs to 2 July.
    expect(actual(ULO, 'EASTERN', '2026-07-01')).toBe('uuuuuuoooooooooooooooouu');
  });

  it('bin intervals shorter than an hour one by one', () => {
    const quarter = actual(TOU, 'EASTERN', '2026-07-02', 15);
    expect(quarter).toHaveLength(96);
    const hourly = [...actual(TOU, 'EASTERN', '2026-07-02')].map((letter) => letter.repeat(4));
    expect(quarter).toBe(hourly.join(''));
    expect(actual(TOU, 'EASTERN', '2026-07-02', 5)).toHaveLength(288);
  });

  it('cover every minute of every valid day once', () => {
    for (const calendar of [TOU, ULO]) {
      const ranges = calendar.ranges;
      for (const day of ['2006-01-01', '2009-10-31', '2010-06-01', '2011-05-01', '2023-05-01']) {
        const at = parseEstDay(day)!;
        if (!isValidOn(calendar, at)) continue;
        const valid = ranges.filter(
          (r) =>
            (r.validFromDay === null || r.validFromDay <= at) &&
            (r.validToDay === null || at < r.validToDay),
        );
        const seasons = new Set(valid.map((r) => r.seasonFrom));
        for (const season of seasons) {
          for (const type of ['WEEKDAY', 'FREE']) {
            const rows = valid.filter((r) => r.seasonFrom === season && r.dayType === type);
            const minutes = rows.reduce((sum, r) => sum + r.toMinute - r.fromMinute, 0);
            expect(minutes).toBe(1440);
          }
        }
      }
    }
  });

  it('know which of their rows are confirmed, and their price dates', () => {
    const unconfirmed = TOU.ranges.filter((r) => !r.confirmed);
    expect(unconfirmed.every((r) => r.validToDay! <= parseEstDay('2011-05-01')!)).toBe(true);
    expect(unconfirmed.length).toBeGreaterThan(0);
    const dates = (calendar: Calendar, year: string): number =>
      calendar.priceDates.filter(
        (d) => d >= parseEstDay(`${year}-01-01`)! && d <= parseEstDay(`${year}-12-31`)!,
      ).length;
    for (const calendar of SHIPPED_CALENDARS) {
      expect([dates(calendar, '2021'), dates(calendar, '2022'), dates(calendar, '2023')]).toEqual([
        2, 2, 1,
      ]);
    }
    expect(isValidOn(ULO, parseEstDay('2023-04-30')!)).toBe(false);
    expect(isValidOn(SHIPPED_CALENDARS[2]!, parseEstDay('2006-01-01')!)).toBe(true);
  });
});
