import { describe, expect, it } from '@jest/globals';
import { dayLength, expectedOn, installationsOn } from './expected-intervals.js';
import { FactsBuilder, day } from './sdp-facts.builder.js';
import type { Channel, SdpFacts } from './sdp-facts.js';

/** The mask as digits, or ALL or NONE. */
function told(facts: SdpFacts, date: string, channel: Channel = 'KWH', minutes = 60): string {
  const at = day(date);
  const expected = expectedOn(facts, installationsOn(facts, at), at, channel, minutes);
  return typeof expected === 'string' ? expected : [...expected].join('');
}

describe('expected intervals', () => {
  it('are all of a day with one meter', () => {
    const facts = new FactsBuilder().build();
    expect(told(facts, '2026-07-01')).toBe('ALL');
    expect(told(facts, '2026-07-01', 'GKWH')).toBe('NONE');
    expect(told(facts, '2025-12-31')).toBe('NONE');
  });

  it('are none while INACTIVE or RETIRED, all while DISCONNECTED', () => {
    const facts = new FactsBuilder()
      .status('2026-01-01')
      .status('2026-07-02', 'INACTIVE')
      .status('2026-07-03', 'DISCONNECTED')
      .status('2026-07-04', 'RETIRED')
      .build();
    const days = ['2026-07-01', '2026-07-02', '2026-07-03', '2026-07-04'];
    expect(days.map((date) => told(facts, date))).toEqual(['ALL', 'NONE', 'ALL', 'NONE']);
  });

  it('count an interval that an installation covers in part', () => {
    const facts = new FactsBuilder().meter('2026-07-02T10:37:00-05:00').build();
    expect(told(facts, '2026-07-02')).toBe('0'.repeat(10) + '1'.repeat(14));
    const removed = new FactsBuilder().meter('2026-01-01', '2026-07-02T10:37:00-05:00').build();
    expect(told(removed, '2026-07-02')).toBe('1'.repeat(11) + '0'.repeat(13));
    const onGrid = new FactsBuilder().meter('2026-01-01', '2026-07-02T10:00:00-05:00').build();
    expect(told(onGrid, '2026-07-02')).toBe('1'.repeat(10) + '0'.repeat(14));
  });

  it('bridge an exchange inside an interval', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', '2026-07-02T10:37:00-05:00')
      .meter('2026-07-02T10:37:00-05:00')
      .build();
    expect(told(facts, '2026-07-02')).toBe('ALL');
  });

  it('leave a gap between two meters unexpected', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', '2026-07-02T10:00:00-05:00')
      .meter('2026-07-02T12:30:00-05:00')
      .build();
    expect(told(facts, '2026-07-02')).toBe(`${'1'.repeat(10)}00${'1'.repeat(12)}`);
  });

  it('follow the channels of the meter version in force', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', undefined, [
        ['2026-01-01', ['KWH'], 60],
        ['2026-07-02T12:00:00-05:00', ['KWH', 'GKWH'], 60],
      ])
      .build();
    expect(told(facts, '2026-07-02', 'GKWH')).toBe('0'.repeat(12) + '1'.repeat(12));
    expect(told(facts, '2026-07-02')).toBe('ALL');
    expect(told(facts, '2026-07-03', 'GKWH')).toBe('ALL');
  });

  it('take the first meter version for an interval in which it starts', () => {
    const facts = new FactsBuilder()
      .meter('2026-07-02T10:37:00-05:00', undefined, [['2026-07-02T10:37:00-05:00', ['KWH'], 60]])
      .build();
    expect(told(facts, '2026-07-02')).toBe('0'.repeat(10) + '1'.repeat(14));
  });

  it('come in the longest length of the day', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', '2026-07-02T12:00:00-05:00')
      .meter('2026-07-02T12:00:00-05:00', undefined, [['2026-07-02T12:00:00-05:00', ['KWH'], 15]])
      .build();
    const length = (date: string): number | null =>
      dayLength(installationsOn(facts, day(date)), day(date));
    expect(['2026-07-01', '2026-07-02', '2026-07-03'].map(length)).toEqual([60, 60, 15]);
    expect(length('2025-07-01')).toBeNull();
    expect(told(facts, '2026-07-03', 'KWH', 15)).toBe('ALL');
  });
});
