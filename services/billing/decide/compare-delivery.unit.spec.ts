import { describe, expect, it } from '@jest/globals';
import type { Bin } from './calendar.js';
import { compareDelivery } from './compare-delivery.js';
import type { ChangedQuantity, Told } from './compare-delivery.js';
import type { DeliveredQuantity } from './delivered-quantity.js';
import { day } from './sdp-facts.builder.js';

function quantity(replace: Partial<DeliveredQuantity> = {}): DeliveredQuantity {
  return {
    segmentNo: 1,
    startDay: day('2026-07-01'),
    endDay: day('2026-07-03'),
    accountRef: 'a1',
    framing: 'TOU',
    calendarId: 'ON-TOU',
    channel: 'KWH',
    totalWh: 43000,
    bins: tou(4500, 6925, 31575),
    intervals: 48,
    estimated: 4,
    edited: 0,
    hours: [],
    ...replace,
  };
}

function tou(on: number, mid: number, off: number): { bin: Bin; wh: number }[] {
  return [
    { bin: 'on', wh: on },
    { bin: 'mid', wh: mid },
    { bin: 'off', wh: off },
  ];
}

const DELIVERED = quantity();
const LATER = quantity({ bins: tou(4500, 7000, 31500), estimated: 0 });

/** What a run told, as the next one finds it. */
function toldBy(rows: ChangedQuantity[]): Told[] {
  return rows.map(({ segmentNo, startDay, endDay, channel, hash }) => ({
    segmentNo,
    startDay,
    endDay,
    channel,
    hash,
  }));
}

describe('the re-billing comparison', () => {
  it('says nothing of equal quantities, nor of a change of state alone', () => {
    expect(compareDelivery([DELIVERED], [], [DELIVERED])).toEqual([]);
    expect(compareDelivery([DELIVERED], [], [quantity({ estimated: 0 })])).toEqual([]);
  });

  it('tells the late actuals of the contract', () => {
    const [row, ...rest] = compareDelivery([DELIVERED], [], [LATER]);
    expect(rest).toEqual([]);
    expect(row).toMatchObject({ change: 'CHANGED', oldTotalWh: 43000, newTotalWh: 43000 });
    expect(row!.bins).toEqual([
      { bin: 'on', oldWh: 4500, newWh: 4500 },
      { bin: 'mid', oldWh: 6925, newWh: 7000 },
      { bin: 'off', oldWh: 31575, newWh: 31500 },
    ]);
    expect(row!.hoursChanged).toBeNull();
  });

  it('tells a change once, and its return as REVERTED', () => {
    const first = compareDelivery([DELIVERED], [], [LATER]);
    const told = toldBy(first);
    expect(compareDelivery([DELIVERED], told, [LATER])).toEqual([]);
    const [back] = compareDelivery([DELIVERED], told, [DELIVERED]);
    expect(back).toMatchObject({ change: 'REVERTED', oldTotalWh: 43000, newTotalWh: 43000 });
    expect(compareDelivery([DELIVERED], toldBy([back!]), [DELIVERED])).toEqual([]);
  });

  it('tells what cannot be answered now, without new values, and its return', () => {
    const [gone] = compareDelivery([DELIVERED], [], null);
    expect(gone).toMatchObject({ change: 'UNAVAILABLE', newTotalWh: null, oldTotalWh: 43000 });
    expect(gone!.bins[0]).toEqual({ bin: 'on', oldWh: 4500, newWh: null });
    const told = toldBy([gone!]);
    expect(compareDelivery([DELIVERED], told, null)).toEqual([]);
    expect(compareDelivery([DELIVERED], told, [DELIVERED])[0]!.change).toBe('REVERTED');
    expect(compareDelivery([DELIVERED], told, [LATER])[0]!.change).toBe('CHANGED');
  });

  it('matches segments by bounds and channel: a split is removed and added', () => {
    const parts = [
      quantity({ endDay: day('2026-07-02'), totalWh: 21500, bins: tou(0, 0, 21500) }),
      quantity({
        segmentNo: 2,
        startDay: day('2026-07-02'),
        accountRef: 'a2',
        totalWh: 21500,
        bins: tou(4500, 6925, 10075),
      }),
    ];
    const rows = compareDelivery([DELIVERED], [], parts);
    expect(rows.map((r) => [r.change, r.segmentNo, r.oldTotalWh, r.newTotalWh])).toEqual([
      ['REMOVED', 1, 43000, 0],
      ['ADDED', 1, 0, 21500],
      ['ADDED', 2, 0, 21500],
    ]);
    const net = rows.reduce((sum, r) => sum + r.newTotalWh! - r.oldTotalWh!, 0);
    expect(net).toBe(0);
    expect(compareDelivery([DELIVERED], toldBy(rows), parts)).toEqual([]);
    const back = compareDelivery([DELIVERED], toldBy(rows), [DELIVERED]);
    expect(back.map((r) => r.change)).toEqual(['REVERTED', 'REVERTED', 'REVERTED']);
  });

  it('sees an account, a framing, a calendar and hours change', () => {
    const change = (replace: Partial<DeliveredQuantity>): ChangedQuantity | undefined =>
      compareDelivery([DELIVERED], [], [quantity(replace)])[0];
    expect(change({ accountRef: 'a2' })).toMatchObject({ change: 'CHANGED', accountRef: 'a2' });
    expect(change({ calendarId: 'ON-ULO' })!.change).toBe('CHANGED');
    const plain = change({ framing: 'PERIODIC', bins: [] })!;
    expect(plain.bins[0]).toEqual({ bin: 'on', oldWh: 4500, newWh: null });
    const hourly = quantity({ framing: 'HOURLY', bins: [], hours: [1, 2, null, 4] });
    const moved = quantity({ framing: 'HOURLY', bins: [], hours: [2, 1, null, 4] });
    expect(compareDelivery([hourly], [], [moved])[0]!.hoursChanged).toBe(2);
  });

  it('tells a channel that came and one that went', () => {
    const gkwh = quantity({ channel: 'GKWH', totalWh: 5, bins: tou(0, 0, 5) });
    expect(compareDelivery([DELIVERED], [], [DELIVERED, gkwh])).toMatchObject([
      { change: 'ADDED', channel: 'GKWH', oldTotalWh: 0, newTotalWh: 5 },
    ]);
    expect(compareDelivery([DELIVERED, gkwh], [], [DELIVERED])).toMatchObject([
      { change: 'REMOVED', channel: 'GKWH', oldTotalWh: 5, newTotalWh: 0 },
    ]);
  });
});
