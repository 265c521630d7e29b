import { describe, expect, it } from '@jest/globals';
import { formatEstDay } from '@mdmr/kernel';
import { FactsBuilder, SHIPPED, day } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';
import { segmentsOf } from './segments.js';

/** `no from..to framing/calendar/account`, one a segment. */
function told(facts: SdpFacts, start: string, end: string, splits = true): string[] {
  return segmentsOf(facts, day(start), day(end), SHIPPED, () => splits).map(
    (s) =>
      `${s.no} ${formatEstDay(s.startDay)}..${formatEstDay(s.endDay)} ` +
      `${s.framing}/${s.calendarId}/${s.accountRef ?? ''}`,
  );
}

describe('segments', () => {
  it('are one while nothing changes', () => {
    const facts = new FactsBuilder().service('2026-01-01', 'TOU', 'ON-TOU').build();
    expect(told(facts, '2026-06-01', '2026-07-01')).toEqual([
      '1 2026-06-01..2026-07-01 TOU/ON-TOU/a1',
    ]);
  });

  it('start where framing, calendar or rate class change, at the day of the change', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'PERIODIC', 'ON-TIERED')
      .service('2026-06-10', 'TOU', 'ON-TOU')
      .service('2026-06-20', 'TOU', 'ON-ULO')
      .service('2026-06-25', 'TOU', 'ON-ULO', 'R2')
      .build();
    expect(told(facts, '2026-06-01', '2026-07-01')).toEqual([
      '1 2026-06-01..2026-06-10 PERIODIC/ON-TIERED/a1',
      '2 2026-06-10..2026-06-20 TOU/ON-TOU/a1',
      '3 2026-06-20..2026-06-25 TOU/ON-ULO/a1',
      '4 2026-06-25..2026-07-01 TOU/ON-ULO/a1',
    ]);
  });

  it('are not cut by a version that says the same again', () => {
    const facts = new FactsBuilder()
      .service('2026-01-01', 'HOURLY')
      .service('2026-06-10', 'HOURLY')
      .account('a1', '2026-01-01', '2026-06-15')
      .account('a1', '2026-06-15')
      .build();
    expect(told(facts, '2026-06-01', '2026-07-01')).toHaveLength(1);
  });

  it('are one per account, and one for the days of nobody', () => {
    const facts = new FactsBuilder()
      .account('a1', '2026-01-01', '2026-06-10')
      .account('a2', '2026-06-15')
      .build();
    expect(told(facts, '2026-06-01', '2026-07-01')).toEqual([
      '1 2026-06-01..2026-06-10 PERIODIC/ON-TIERED/a1',
      '2 2026-06-10..2026-06-15 PERIODIC/ON-TIERED/',
      '3 2026-06-15..2026-07-01 PERIODIC/ON-TIERED/a2',
    ]);
  });

  it('start on a price date strictly inside the period', () => {
    const facts = new FactsBuilder().service('2026-01-01', 'TOU', 'ON-TOU').build();
    expect(told(facts, '2026-10-15', '2026-11-15')).toHaveLength(2);
    expect(told(facts, '2026-11-01', '2026-11-15')).toHaveLength(1);
    expect(told(facts, '2026-10-15', '2026-11-01')).toHaveLength(1);
    expect(told(facts, '2026-04-15', '2026-05-15')).toHaveLength(1);
    expect(told(facts, '2026-10-15', '2026-11-15', false)).toHaveLength(1);
  });

  it('know price dates of the calendar in force on that day only', () => {
    const hourly = new FactsBuilder()
      .service('2026-01-01', 'TOU', 'ON-TOU')
      .service('2026-10-20', 'HOURLY')
      .build();
    expect(told(hourly, '2026-10-15', '2026-11-15')).toEqual([
      '1 2026-10-15..2026-10-20 TOU/ON-TOU/a1',
      '2 2026-10-20..2026-11-15 HOURLY//a1',
    ]);
    const tiered = new FactsBuilder().service('2026-01-01', 'PERIODIC', 'ON-TIERED').build();
    expect(told(tiered, '2026-10-15', '2026-11-15')).toHaveLength(2);
  });

  it('had two price dates a year until November 2022', () => {
    const facts = new FactsBuilder()
      .status('2020-01-01')
      .service('2020-01-01', 'TOU', 'ON-TOU')
      .account('a1', '2020-01-01')
      .build();
    expect(told(facts, '2022-04-01', '2022-12-01')).toHaveLength(3);
    expect(told(facts, '2023-04-01', '2023-12-01')).toHaveLength(2);
  });
});
