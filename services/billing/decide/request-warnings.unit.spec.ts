import { describe, expect, it } from '@jest/globals';
import { day } from './sdp-facts.builder.js';
import { warningsOf } from './request-warnings.js';

/** Earlier items `<file> <start> <end>` in custody order. */
function told(start: string, end: string, ...earlier: string[]): string[] {
  const items = earlier.map((text) => {
    const [requestFileId = '', from = '', to = ''] = text.split(' ');
    return { requestFileId, startDay: day(from), endDay: day(to) };
  });
  return warningsOf(day(start), day(end), items).map((w) => `${w.warning} ${w.otherRequestFileId}`);
}

describe('request warnings', () => {
  it('are none for the first item and for one that follows on', () => {
    expect(told('2026-06-01', '2026-07-01')).toEqual([]);
    expect(told('2026-06-01', '2026-07-01', 'Q1 2026-05-01 2026-06-01')).toEqual([]);
  });

  it('name the latest request of a duplicate', () => {
    expect(
      told(
        '2026-06-01',
        '2026-07-01',
        'Q1 2026-05-01 2026-06-01',
        'Q2 2026-06-01 2026-07-01',
        'Q3 2026-06-01 2026-07-01',
      ),
    ).toEqual(['DUPLICATE Q3']);
  });

  it('tell an overlap from a duplicate, and both where both hold', () => {
    expect(
      told(
        '2026-06-01',
        '2026-07-01',
        'Q1 2026-05-01 2026-06-02',
        'Q2 2026-06-01 2026-07-01',
        'Q3 2026-06-30 2026-08-01',
      ),
    ).toEqual(['DUPLICATE Q2', 'OVERLAP Q3']);
  });

  it('see a gap when one ends earlier and none covers the day before', () => {
    expect(told('2026-06-02', '2026-07-01', 'Q1 2026-05-01 2026-06-01')).toEqual(['GAP Q1']);
    expect(
      told('2026-06-02', '2026-07-01', 'Q1 2026-05-01 2026-06-01', 'Q2 2026-08-01 2026-09-01'),
    ).toEqual(['GAP Q1']);
    expect(told('2026-06-02', '2026-07-01', 'Q2 2026-08-01 2026-09-01')).toEqual([]);
    expect(
      told('2026-06-02', '2026-07-01', 'Q1 2026-04-01 2026-05-01', 'Q2 2026-05-01 2026-06-02'),
    ).toEqual([]);
  });
});
