import { describe, expect, it } from '@jest/globals';
import { parseInstant } from '@mdmr/kernel';
import { evaluateItem } from './evaluate-item.js';
import type { Asker, Item, Outcome } from './evaluate-item.js';
import type { ChannelDays } from './frame-item.js';
import { FactsBuilder, channelDays, context, day, flat } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';

const LDC: Asker = {
  sender: 'MAPLE',
  ldc: 'MAPLE',
  hasBilling: false,
  windowEndMs: parseInstant('2026-07-03T17:30:00-05:00')!,
};
const BILLCO: Asker = { ...LDC, sender: 'BILLCO', hasBilling: true };

function item(start: string, end: string, account?: string | null): Item {
  return {
    usdpId: '4071829533',
    startDay: day(start),
    endDay: day(end),
    accountGiven: account !== undefined,
    accountRef: account ?? null,
    asKnownOnMs: null,
  };
}

const TWO_DAYS = item('2026-07-01', '2026-07-03');
const COMPLETE = channelDays({
  'KWH/2026-07-01': { values: flat(1000) },
  'KWH/2026-07-02': { values: flat(500) },
});

function told(outcome: Outcome): string {
  if (outcome.kind === 'ANSWERED') return 'ANSWERED';
  return `${outcome.refusal.reason} ${outcome.refusal.detail}`.trim();
}

function evaluate(
  facts: SdpFacts | null,
  options: { item?: Item; asker?: Asker; rows?: ChannelDays; sum?: number } = {},
): string {
  const { item: one = TWO_DAYS, asker = LDC, rows = COMPLETE, sum } = options;
  return told(evaluateItem(one, asker, facts, rows, context({ sumCheck: () => sum ?? null })));
}

describe('reasons that end an item at once', () => {
  it('UNKNOWN_USDP comes before everything that the directory knows', () => {
    expect(evaluate(null, { item: item('2026-07-03', '2026-07-01') })).toBe('UNKNOWN_USDP');
  });

  it('NOT_AUTHORIZED: an agent must be the BILLING_AGENT on the last day', () => {
    const mine = new FactsBuilder().agent('BILLCO', '2026-07-02').build();
    expect(evaluate(mine, { asker: BILLCO })).toBe('ANSWERED');
    const until = new FactsBuilder().agent('BILLCO', '2026-01-01', '2026-07-02').build();
    expect(evaluate(until, { asker: BILLCO })).toBe('NOT_AUTHORIZED');
    expect(evaluate(new FactsBuilder().build(), { asker: BILLCO })).toBe('NOT_AUTHORIZED');
    expect(evaluate(mine, { asker: { ...BILLCO, hasBilling: false } })).toBe('NOT_AUTHORIZED');
    expect(evaluate(mine, { asker: { ...BILLCO, sender: 'OTHER' } })).toBe('NOT_AUTHORIZED');
  });

  it.each([
    ['2026-07-03', '2026-07-03', 'BAD_PERIOD ORDER'],
    ['2026-07-03', '2020-07-01', 'BAD_PERIOD ORDER'],
    ['2004-01-01', '2026-07-01', 'BAD_PERIOD TOO_LONG'],
    ['2025-05-28', '2026-07-03', 'BAD_PERIOD TOO_LONG'],
    ['2005-12-31', '2006-01-10', 'BAD_PERIOD TOO_OLD'],
    ['2026-07-01', '2026-07-04', 'BAD_PERIOD BEYOND_WINDOW'],
  ])('%s to %s is %s', (start, end, reason) => {
    expect(evaluate(new FactsBuilder().build(), { item: item(start, end) })).toBe(reason);
  });

  it('takes 400 days, and an end on the day the window ends', () => {
    const facts = new FactsBuilder().status('2025-01-01').service('2025-01-01', 'PERIODIC');
    const old = facts.account('a1', '2025-01-01').meter('2025-01-01').build();
    expect(evaluate(old, { item: item('2025-05-29', '2026-07-03') })).toMatch(/^MISSING/);
  });

  it('ACCOUNT_MISMATCH names the first day that is not under the account', () => {
    const facts = new FactsBuilder()
      .account('a1', '2026-01-01', '2026-07-02')
      .account('a2', '2026-07-02')
      .build();
    const asked = (account: string | null): string =>
      evaluate(facts, { item: item('2026-07-01', '2026-07-03', account) });
    expect(asked('a1')).toBe('ACCOUNT_MISMATCH 2026-07-02');
    expect(asked('a2')).toBe('ACCOUNT_MISMATCH 2026-07-01');
    expect(asked(null)).toBe('ACCOUNT_MISMATCH 2026-07-01');
    expect(evaluate(facts)).toBe('ANSWERED');
  });

  it('are told in their order', () => {
    const bad = item('2026-07-03', '2026-07-01', null);
    expect(evaluate(new FactsBuilder().build(), { item: bad, asker: BILLCO })).toBe(
      'NOT_AUTHORIZED',
    );
    expect(evaluate(new FactsBuilder().build(), { item: bad })).toBe('BAD_PERIOD ORDER');
  });
});

describe('reasons that wait', () => {
  it('SDP_NOT_ACTIVE: inactive, retired or not yet created on any day', () => {
    const facts = (status: 'INACTIVE' | 'RETIRED' | 'DISCONNECTED'): SdpFacts =>
      new FactsBuilder().status('2026-01-01').status('2026-07-02', status).build();
    expect(evaluate(facts('INACTIVE'))).toBe('SDP_NOT_ACTIVE 2026-07-02');
    expect(evaluate(facts('RETIRED'))).toBe('SDP_NOT_ACTIVE 2026-07-02');
    expect(evaluate(facts('DISCONNECTED'))).toBe('ANSWERED');
    const later = new FactsBuilder().status('2026-07-02').build();
    expect(evaluate(later)).toBe('SDP_NOT_ACTIVE 2026-07-01');
    const never = { ...new FactsBuilder().build(), sdp: [] };
    expect(evaluate(never)).toBe('SDP_NOT_ACTIVE 2026-07-01');
  });

  it('FRAMING_UNDEFINED: no framing, or a calendar that does not hold on the day', () => {
    const since = new FactsBuilder().service('2026-07-02', 'PERIODIC').build();
    expect(evaluate(since)).toBe('FRAMING_UNDEFINED 2026-07-01');
    const unknown = new FactsBuilder().service('2026-01-01', 'TOU', 'ON-NEW').build();
    expect(evaluate(unknown)).toBe('FRAMING_UNDEFINED 2026-07-01');
    const ulo = new FactsBuilder()
      .status('2023-01-01')
      .service('2023-01-01', 'TOU', 'ON-ULO')
      .account('a1', '2023-01-01')
      .meter('2023-01-01')
      .build();
    expect(evaluate(ulo, { item: item('2023-04-29', '2023-05-03') })).toBe(
      'FRAMING_UNDEFINED 2023-04-29',
    );
    expect(evaluate(ulo, { item: item('2023-05-01', '2023-05-03') })).toMatch(/^MISSING/);
    const none = new FactsBuilder().service('2026-01-01', 'HOURLY').build();
    expect(evaluate(none)).toBe('ANSWERED');
  });

  it('NO_METER: a whole day without any installation', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', '2026-06-30T10:00:00-05:00')
      .meter('2026-07-01T10:00:00-05:00')
      .build();
    expect(evaluate(facts)).toBe('ANSWERED');
    const late = new FactsBuilder().meter('2026-07-02').build();
    expect(evaluate(late)).toBe('NO_METER 2026-07-01');
  });

  it('MISSING_INTERVALS counts what nobody sent, over KWH and GKWH', () => {
    const facts = new FactsBuilder()
      .meter('2026-01-01', undefined, [['2026-01-01', ['KWH', 'GKWH'], 60]])
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: flat(1000) },
      'KWH/2026-07-02': { values: flat(0), codes: `${'V'.repeat(12)}MSMS${'V'.repeat(8)}` },
      'GKWH/2026-07-01': { values: flat(0) },
    });
    // 2 + a whole GKWH day; needs a person counts for nothing while something is missing.
    expect(evaluate(facts, { rows })).toBe('MISSING_INTERVALS 2026-07-02T01:00:00-05:00 26');
    const none = evaluate(new FactsBuilder().build(), { rows: () => undefined });
    expect(none).toBe('MISSING_INTERVALS 2026-07-01T01:00:00-05:00 48');
  });

  it('NEEDS_VERIFY_EDIT counts the others, or names the sum check', () => {
    const rows = channelDays({
      'KWH/2026-07-01': { values: flat(1000) },
      'KWH/2026-07-02': { values: flat(0), codes: `${'V'.repeat(22)}SS` },
    });
    const facts = new FactsBuilder().build();
    expect(evaluate(facts, { rows })).toBe('NEEDS_VERIFY_EDIT 2026-07-02T23:00:00-05:00 2');
    expect(evaluate(facts, { sum: -1234 })).toBe('NEEDS_VERIFY_EDIT R-024 -1.234');
  });

  it('never waits for KVARH, nor for what is not expected', () => {
    const facts = new FactsBuilder()
      .meter('2026-07-01T10:37:00-05:00', undefined, [['2026-07-01', ['KWH', 'KVARH'], 60]])
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: flat(1000), codes: '-'.repeat(10) + 'V'.repeat(14) },
      'KWH/2026-07-02': { values: flat(500) },
    });
    expect(evaluate(facts, { rows })).toBe('ANSWERED');
  });
});
