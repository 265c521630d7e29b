import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectionRows, type Snapshot, type SpanCount } from './collection.js';

const span = (channelDays: number, more: Partial<SpanCount> = {}): SpanCount => ({
  amcc: 'NA1',
  operator: 'NORTHAMI',
  fromDay: 100,
  toDay: null,
  channelDays,
  ...more,
});
const count = (
  day: number,
  complete: number,
  partial = 0,
  afterDue = 0,
  operator = 'NORTHAMI',
) => ({
  day,
  amcc: 'NA1',
  operator,
  complete,
  partial,
  afterDue,
});
const nothing: Snapshot = { spans: [], counts: [] };
const told = (
  now: Snapshot,
  before: Snapshot,
  days: number[],
  operator: string | null = null,
): string[] =>
  collectionRows({ dataDay: 110, days, now, before, operator }).map((row) =>
    [row.amcc, row.day, row.expected, row.complete, row.partial, row.missing, row.afterDue].join(),
  );

describe('DC01, counted', () => {
  it('lists the data day, also unchanged, and other days only when their counts changed', () => {
    const before = { spans: [span(3)], counts: [count(109, 2, 1), count(108, 3)] };
    const now = {
      spans: [span(3)],
      counts: [count(109, 3, 0, 1), count(108, 3), count(110, 2, 1)],
    };
    expect(told(now, before, [108, 109, 110])).toEqual(['NA1,109,3,3,0,0,1', 'NA1,110,3,2,1,0,0']);
    expect(told(now, now, [108, 109, 110])).toEqual(['NA1,110,3,2,1,0,0']);
  });

  it('tells a day that is not expected any more with zeros', () => {
    const before = { spans: [span(1)], counts: [count(109, 1)] };
    const now = { spans: [span(1, { toDay: 109 })], counts: [] };
    expect(told(now, before, [109, 110])).toEqual(['NA1,109,0,0,0,0,0', 'NA1,110,0,0,0,0,0']);
  });

  it('says nothing of a data day on which nothing is or was expected', () => {
    expect(told(nothing, nothing, [110])).toEqual([]);
  });

  it('shows an operator only its own channel-days', () => {
    const now = {
      spans: [span(3), span(2, { operator: 'SOUTHAMI' }), span(1, { operator: '' })],
      counts: [count(110, 1, 0, 0, 'SOUTHAMI')],
    };
    expect(told(now, nothing, [110], 'SOUTHAMI')).toEqual(['NA1,110,2,1,0,1,0']);
    expect(told(now, nothing, [110])).toEqual(['NA1,110,6,1,0,5,0']);
  });

  it('orders by head-end and day', () => {
    const now = { spans: [span(1, { amcc: 'NA2', fromDay: 110 }), span(1)], counts: [] };
    expect(told(now, nothing, [110, 109])).toEqual([
      'NA1,109,1,0,0,1,0',
      'NA1,110,1,0,0,1,0',
      'NA2,110,1,0,0,1,0',
    ]);
  });

  it('expects on each day what covers it', () => {
    const spans = fc.array(
      fc.record({
        fromDay: fc.integer({ min: 90, max: 120 }),
        length: fc.option(fc.integer({ min: 1, max: 20 })),
        channelDays: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(spans, (drawn) => {
        const all = drawn.map(({ fromDay, length, channelDays }) =>
          span(channelDays, { fromDay, toDay: length === null ? null : fromDay + length }),
        );
        const days = [95, 110, 111, 125];
        const rows = collectionRows({
          dataDay: 110,
          days,
          now: { spans: all, counts: [] },
          before: nothing,
          operator: null,
        });
        for (const day of days) {
          const expected = all
            .filter((s) => s.fromDay <= day && (s.toDay === null || day < s.toDay))
            .reduce((sum, s) => sum + s.channelDays, 0);
          expect(rows.find((row) => row.day === day)?.expected ?? 0).toBe(expected);
        }
      }),
    );
  });
});
