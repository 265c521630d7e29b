/** The second computation is held to what the tables and the worked examples print. */
import { describe, expect, it } from '@jest/globals';
import { makeCast } from '../cast.js';
import { day } from '../dates.js';
import { Metering } from '../metering.js';
import { lineShape, likeDayShape, shares } from './own-estimates.js';
import { isoDay } from './own-bills.js';
import { binOf, isFree, localHour } from './own-tou.js';
import { OwnValues } from './own-values.js';

const OCTOBER_30 = 29;
const OCTOBER_31 = 30;
const NOVEMBER_1 = 31;
const NOVEMBER_2 = 32;
const bins = (calendar: string, dayNumber: number, zone: 'EASTERN' | 'CENTRAL') =>
  Array.from({ length: 24 }, (_, hour) => LETTER[binOf(calendar, dayNumber, hour, zone)]).join('');
const LETTER = { on: 'N', mid: 'm', off: '.', ultra_low: 'u' };

describe('the own calendar', () => {
  it('knows the days', () => {
    expect([isoDay(0), isoDay(30), isoDay(31), isoDay(60), isoDay(61)]).toEqual([
      '2026-10-01',
      '2026-10-31',
      '2026-11-01',
      '2026-11-30',
      '2026-12-01',
    ]);
    const free = Array.from({ length: 14 }, (_, i) => isFree(i)).map((f) => (f ? 'x' : '.'));
    expect(free.join('')).toBe('..xx.....xxx..');
  });

  it('puts the clock back on 1 November, in each zone at its own hour', () => {
    expect(localHour(NOVEMBER_1, 0, 'EASTERN')).toEqual([NOVEMBER_1, 1]);
    expect(localHour(NOVEMBER_1, 1, 'EASTERN')).toEqual([NOVEMBER_1, 1]);
    expect(localHour(OCTOBER_31, 23, 'EASTERN')).toEqual([NOVEMBER_1, 0]);
    expect(localHour(NOVEMBER_1, 1, 'CENTRAL')).toEqual([NOVEMBER_1, 1]);
    expect(localHour(NOVEMBER_1, 2, 'CENTRAL')).toEqual([NOVEMBER_1, 1]);
    expect(localHour(NOVEMBER_2, 0, 'CENTRAL')).toEqual([NOVEMBER_1, 23]);
    expect(localHour(NOVEMBER_2, 7, 'EASTERN_STANDARD')).toEqual([NOVEMBER_2, 7]);
  });

  it('bins a day of summer and one of winter', () => {
    expect(bins('ON-TOU', OCTOBER_30, 'EASTERN')).toBe('......mmmmNNNNNNmm......');
    expect(bins('ON-TOU', NOVEMBER_2, 'EASTERN')).toBe('.......NNNNmmmmmmNN.....');
    expect(bins('ON-ULO', NOVEMBER_2, 'EASTERN')).toBe('uuuuuuummmmmmmmmNNNNNmmu');
  });
});

describe('the own estimates', () => {
  it('draw the line of the worked example', () => {
    expect(lineShape(75, 100, 4).map((e) => e / 5)).toEqual([80, 85, 90, 95]);
  });

  it('share what the register knows, to the Wh', () => {
    expect(shares(8100, [1800, 2100, 1900, 1400])).toEqual([2025, 2363, 2137, 1575]);
    expect(shares(7300, [1800, 2100, 1900, 1400])).toEqual([1825, 2129, 1926, 1420]);
  });

  it('take the last ten working days', () => {
    const seen: number[] = [];
    likeDayShape(19, 17, 18, (dayNumber) => seen.push(dayNumber));
    expect(seen).toEqual([18, 15, 14, 13, 12, 8, 7, 6, 5, 4]);
  });
});

describe('the own values', () => {
  const metering = new Metering(makeCast());
  const values = new OwnValues(metering);
  const point = (sdpId: string) => metering.cast.points.find((p) => p.sdpId === sdpId)!;
  const total = (sdpId: string, date: string, known: 'FIRST' | 'CORRECTED') =>
    values
      .day(point(sdpId), 'KWH', day(date), known)
      .reduce((sum, value) => sum + (value?.wh ?? 0), 0);

  it('keep the energy of a day whose hours were estimated or moved', () => {
    for (const [sdpId, date] of [
      ['MP-0011', '2026-10-20'],
      ['MP-0013', '2026-10-21'],
    ] as const) {
      expect(total(sdpId, date, 'FIRST')).toBe(total(sdpId, date, 'CORRECTED'));
      const first = values.day(point(sdpId), 'KWH', day(date), 'FIRST');
      expect(first).not.toEqual(values.day(point(sdpId), 'KWH', day(date), 'CORRECTED'));
    }
  });

  it('swap the crossed homes', () => {
    expect(total('MP-0009', '2026-10-20', 'FIRST')).toBe(
      total('MP-0010', '2026-10-20', 'CORRECTED'),
    );
  });
});
