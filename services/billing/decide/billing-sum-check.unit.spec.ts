import { describe, expect, it } from '@jest/globals';
import { parseInstant, startOfDay } from '@mdmr/kernel';
import { formatRegister, sumDifference } from './billing-sum-check.js';
import { answerNow } from './evaluate-item.js';
import type { ChannelDays, Quantity } from './frame-item.js';
import { FactsBuilder, channelDays, context, day, flat } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';

const START = day('2026-07-01');
const END = day('2026-07-03');
const EXCHANGE = '2026-07-02T10:00:00-05:00';

interface Read {
  date: string;
  at: string;
  meter: string;
  wh: string;
  kind?: string;
  resolution?: string;
}

function instant(text: string): number {
  return text.length === 10 ? startOfDay(day(text)) : parseInstant(text)!;
}

/** Two days of 1 kWh an hour, with registers on the days they are listed on. */
function withRegisters(...reads: Read[]): ChannelDays {
  const plain = channelDays({
    'KWH/2026-07-01': { values: flat(1000) },
    'KWH/2026-07-02': { values: flat(1000) },
  });
  return (channel, at) => {
    const row = plain(channel, at);
    if (row === undefined) return undefined;
    const own = reads.filter((read) => day(read.date) === at);
    const registers = own
      .map(({ at: when, meter: meterId, wh, kind = 'READ', resolution: resolutionWh = '1' }) =>
        formatRegister({ atMs: instant(when), kind, meterId, wh, resolutionWh }),
      )
      .join(';');
    return { ...row, registers };
  };
}

function difference(facts: SdpFacts, rows: ChannelDays): number | null {
  const item = {
    usdpId: facts.usdpId,
    startDay: START,
    endDay: END,
    accountGiven: false,
    accountRef: null,
    asKnownOnMs: null,
  };
  const outcome = answerNow(item, facts, rows, context());
  const quantities: Quantity[] = outcome.kind === 'ANSWERED' ? outcome.quantities : [];
  return sumDifference(facts, START, END, quantities, rows);
}

const ONE = new FactsBuilder().build();
const open = (wh: string, resolution = '1'): Read => ({
  ...{ date: '2026-07-01', at: '2026-07-01', meter: 'M-1', wh, resolution },
});
const close = (wh: string, resolution = '1'): Read => ({
  ...{ date: '2026-07-02', at: '2026-07-03', meter: 'M-1', wh, resolution },
});

describe('the billing sum check R-024', () => {
  it('passes within the tolerance and does not run without both registers', () => {
    expect(difference(ONE, withRegisters(open('0'), close('48000')))).toBeNull();
    // T = 0.1 % of 48 kWh or one Wh an interval and one resolution: 49 Wh.
    expect(difference(ONE, withRegisters(open('0'), close('48049')))).toBeNull();
    expect(difference(ONE, withRegisters(open('0'), close('48050')))).toBe(-50);
    expect(difference(ONE, withRegisters(open('0'), close('47950.4')))).toBe(50);
    expect(difference(ONE, withRegisters(close('99000')))).toBeNull();
    expect(difference(ONE, withRegisters(open('0')))).toBeNull();
  });

  it('is capped at 1 kWh, or at twice a coarser resolution', () => {
    const coarse = withRegisters(open('0', '400'), close('48800', '400'));
    expect(difference(ONE, coarse)).toBeNull();
    const beyond = withRegisters(open('0', '400'), close('48801', '400'));
    expect(difference(ONE, beyond)).toBe(-801);
    const kwh = withRegisters(open('0', '1000'), close('50000', '1000'));
    expect(difference(ONE, kwh)).toBeNull();
    expect(difference(ONE, withRegisters(open('0', '1000'), close('50001', '1000')))).toBe(-2001);
  });

  it('takes each meter of an exchange by its own registers', () => {
    const facts = new FactsBuilder().meter('2026-01-01', EXCHANGE).meter(EXCHANGE).build();
    const removal = { date: '2026-07-02', at: EXCHANGE, meter: 'M-1', kind: 'REMOVAL' };
    const install = { date: '2026-07-02', at: EXCHANGE, meter: 'M-2', kind: 'INSTALL' };
    const end = { ...close('14000'), meter: 'M-2' };
    const rows = withRegisters(
      open('5000'),
      { ...removal, wh: '39000' },
      { ...install, wh: '0' },
      end,
    );
    expect(difference(facts, rows)).toBeNull();
    const lost = withRegisters(
      open('5000'),
      { ...removal, wh: '37000' },
      { ...install, wh: '0' },
      end,
    );
    expect(difference(facts, lost)).toBe(2000);
    expect(difference(facts, withRegisters(open('5000'), { ...install, wh: '0' }, end))).toBeNull();
  });

  it('does not run over a decrease, nor over a change of the multiplier', () => {
    expect(difference(ONE, withRegisters(open('90000'), close('100')))).toBeNull();
    const built = new FactsBuilder()
      .meter('2026-01-01', undefined, [
        ['2026-01-01', ['KWH'], 60],
        ['2026-07-02', ['KWH'], 60],
      ])
      .build();
    const [one] = built.installations;
    const meter = [one!.meter[0]!, { ...one!.meter[1]!, multiplier: '40' }];
    const changed = { ...built, installations: [{ ...one!, meter }] };
    expect(difference(built, withRegisters(open('0'), close('99000')))).toBe(-51000);
    expect(difference(changed, withRegisters(open('0'), close('99000')))).toBeNull();
  });
});
