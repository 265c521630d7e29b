import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerNow } from './evaluate-item.js';
import type { ChannelDays, Quantity } from './frame-item.js';
import { FactsBuilder, channelDays, context, day, flat, kwh } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';

const DAY_A = kwh(
  '0.4 0.4 0.3 0.3 0.3 0.4 0.7 1.2 1.1 0.8 0.7 0.7 0.8 0.7 0.7 0.9 1.3 1.9 2.1 1.8 1.5 1.2 0.8 0.5',
);

function frame(facts: SdpFacts, start: string, end: string, rows: ChannelDays): Quantity[] {
  const item = {
    usdpId: facts.usdpId,
    startDay: day(start),
    endDay: day(end),
    accountGiven: false,
    accountRef: null,
    asKnownOnMs: null,
  };
  const outcome = answerNow(item, facts, rows, context());
  if (outcome.kind !== 'ANSWERED') throw new Error(JSON.stringify(outcome));
  return outcome.quantities;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('framing', () => {
  it('PERIODIC is one total', () => {
    const facts = new FactsBuilder().build();
    const rows = channelDays({ 'KWH/2026-07-01': { values: DAY_A } });
    const [quantity, ...rest] = frame(facts, '2026-07-01', '2026-07-02', rows);
    expect(rest).toEqual([]);
    expect(quantity).toMatchObject({ totalWh: 21500, binsWh: null, hours: null, intervals: 24 });
    expect(quantity).toMatchObject({ measured: 24, estimated: 0, edited: 0 });
  });

  it('TOU sums per bin of the wall clock, and ULO has four', () => {
    const rows = channelDays({
      'KWH/2026-07-01': { values: DAY_A },
      'KWH/2026-07-02': { values: DAY_A },
    });
    const tou = new FactsBuilder().service('2026-01-01', 'TOU', 'ON-TOU').build();
    // 2 July, EST hours: mid 6-10 and 16-18, on 10-16; Canada Day is all off.
    const mid = sum(DAY_A.slice(6, 10)) + sum(DAY_A.slice(16, 18));
    const on = sum(DAY_A.slice(10, 16));
    const [quantity] = frame(tou, '2026-07-01', '2026-07-03', rows);
    expect(quantity!.binsWh).toEqual([on, mid, 43000 - on - mid]);
    const ulo = new FactsBuilder().service('2026-01-01', 'TOU', 'ON-ULO').build();
    const [four] = frame(ulo, '2026-07-01', '2026-07-03', rows);
    expect(four!.binsWh).toHaveLength(4);
    expect(sum(four!.binsWh!)).toBe(43000);
  });

  it('the zone of the SDP decides the bins', () => {
    const rows = channelDays({ 'KWH/2026-07-02': { values: DAY_A } });
    const bins = (zone: 'EASTERN' | 'CENTRAL'): number[] | null =>
      frame(
        new FactsBuilder()
          .status('2026-01-01', 'ACTIVE', zone)
          .service('2026-01-01', 'TOU', 'ON-TOU')
          .build(),
        '2026-07-02',
        '2026-07-03',
        rows,
      )[0]!.binsWh;
    expect(bins('EASTERN')![0]).toBe(sum(DAY_A.slice(10, 16)));
    expect(bins('CENTRAL')![0]).toBe(sum(DAY_A.slice(11, 17)));
  });

  it('HOURLY sums shorter intervals per EST hour and leaves unexpected hours empty', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'HOURLY')
      .meter('2026-07-01T02:20:00-05:00', undefined, [['2026-07-01', ['KWH'], 15]])
      .build();
    const codes = '-'.repeat(9) + 'V'.repeat(87);
    const rows = channelDays({ 'KWH/2026-07-01': { values: flat(25, 96), codes } });
    const [quantity] = frame(facts, '2026-07-01', '2026-07-02', rows);
    expect(quantity!.hours).toEqual([null, null, 75, ...flat(100, 21)]);
    expect(quantity).toMatchObject({ intervals: 87, totalWh: 87 * 25 });
  });

  it('an interval of a shorter meter is binned one by one', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'TOU', 'ON-TOU')
      .meter('2026-01-01', undefined, [['2026-01-01', ['KWH'], 5]])
      .build();
    const rows = channelDays({ 'KWH/2026-07-02': { values: flat(1, 288) } });
    const [quantity] = frame(facts, '2026-07-02', '2026-07-03', rows);
    expect(quantity!.binsWh).toEqual([6 * 12, 6 * 12, 12 * 12]);
  });

  it('delivered and received stay two records; KVARH has only a total', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'TOU', 'ON-ULO')
      .meter('2026-01-01', undefined, [['2026-01-01', ['KVARH', 'GKWH', 'KWH'], 60]])
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: DAY_A },
      'GKWH/2026-07-01': { values: flat(10) },
      'KVARH/2026-07-01': { values: flat(7), codes: `${'V'.repeat(20)}MMSS` },
    });
    const quantities = frame(facts, '2026-07-01', '2026-07-02', rows);
    expect(quantities.map((q) => q.channel)).toEqual(['KWH', 'GKWH', 'KVARH']);
    expect(quantities[1]).toMatchObject({ totalWh: 240 });
    expect(quantities[2]).toMatchObject({ totalWh: 140, binsWh: null, intervals: 20 });
  });

  it('a channel appears in the segments in which it is expected', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'PERIODIC')
      .service('2026-07-02', 'HOURLY')
      .meter('2026-01-01', undefined, [
        ['2026-01-01', ['KWH'], 60],
        ['2026-07-02', ['KWH', 'GKWH'], 60],
      ])
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: DAY_A },
      'KWH/2026-07-02': { values: DAY_A },
      'GKWH/2026-07-02': { values: flat(10) },
    });
    const quantities = frame(facts, '2026-07-01', '2026-07-03', rows);
    expect(quantities.map((q) => `${q.segmentNo} ${q.channel}`)).toEqual([
      '1 KWH',
      '2 KWH',
      '2 GKWH',
    ]);
  });

  it('counts estimates, edits and zeros of an outage apart', () => {
    const facts = new FactsBuilder().build();
    const codes = `EEDDDZ${'V'.repeat(18)}`;
    const rows = channelDays({ 'KWH/2026-07-01': { values: flat(1), codes } });
    const [quantity] = frame(facts, '2026-07-01', '2026-07-02', rows);
    expect(quantity).toMatchObject({ intervals: 24, measured: 18, estimated: 2, edited: 3 });
    expect(quantity!.totalWh).toBe(24);
  });

  it('bins always add up to the total, whatever the days, zone and length', () => {
    const zones = fc.constantFrom('EASTERN', 'CENTRAL', 'EASTERN_STANDARD');
    const lengths = fc.constantFrom(5, 15, 30, 60);
    const starts = fc.integer({ min: day('2023-05-01'), max: day('2035-12-01') });
    fc.assert(
      fc.property(zones, lengths, starts, fc.integer({ min: 1, max: 40 }), (zone, l, start, n) => {
        const facts = new FactsBuilder()
          .status('2023-01-01', 'ACTIVE', zone as 'EASTERN')
          .service('2023-01-01', 'TOU', l > 15 ? 'ON-ULO' : 'ON-TOU')
          .account('a1', '2023-01-01')
          .meter('2023-01-01', undefined, [['2023-01-01', ['KWH'], l]])
          .build();
        const values = Array.from({ length: 1440 / l }, (_, i) => ((i * 7919 + start) % 3001) - 50);
        const row = channelDays({ 'KWH/2023-05-01': { values } })('KWH', day('2023-05-01'));
        const item = {
          usdpId: facts.usdpId,
          startDay: start,
          endDay: start + n,
          accountGiven: false,
          accountRef: null,
          asKnownOnMs: null,
        };
        const outcome = answerNow(item, facts, () => row, context());
        if (outcome.kind !== 'ANSWERED') throw new Error('not answered');
        const total = sum(outcome.quantities.map((q) => q.totalWh));
        expect(total).toBe(n * sum(values));
        for (const q of outcome.quantities) expect(sum(q.binsWh!)).toBe(q.totalWh);
      }),
      { numRuns: 60 },
    );
  });
});
