/** The example of the contract, byte for byte. */
import { describe, expect, it } from '@jest/globals';
import { formatCsvRecord } from '@mdmr/formats';
import { answerNow } from './evaluate-item.js';
import type { Item } from './evaluate-item.js';
import { bqIdOf, recordsOf } from './bq-records.js';
import type { ChannelDays } from './frame-item.js';
import { contentHash, toDelivered } from './delivered-quantity.js';
import { nextDelivery } from './delivery.js';
import { FactsBuilder, channelDays, context, day, kwh } from './sdp-facts.builder.js';
import type { SdpFacts } from './sdp-facts.js';

const START = day('2026-07-01');
const END = day('2026-07-03');
const DAY_A =
  '0.4 0.4 0.3 0.3 0.3 0.4 0.7 1.2 1.1 0.8 0.7 0.7 0.8 0.7 0.7 0.9 1.3 1.9 2.1 1.8 1.5 1.2 0.8 0.5';
const HOLIDAY = kwh(DAY_A);
/** HE18-21 of 2 July: estimated to the register, later as measured. */
const evening = (text: string): number[] => {
  const values = kwh(DAY_A);
  values.splice(17, 4, ...kwh(text));
  return values;
};
const ESTIMATED = evening('1.825 2.129 1.926 1.420');
const ACTUAL = evening('1.900 2.100 1.800 1.500');

function records(
  facts: SdpFacts,
  rows: ChannelDays,
  options: { file: string; account: string; revision?: number; purpose?: string },
): string[] {
  const item: Item = {
    usdpId: facts.usdpId,
    startDay: START,
    endDay: END,
    accountGiven: false,
    accountRef: null,
    asKnownOnMs: null,
  };
  const outcome = answerNow(item, facts, rows, context());
  if (outcome.kind !== 'ANSWERED') throw new Error(JSON.stringify(outcome));
  const quantities = outcome.quantities.map((q) => ({
    ...toDelivered(q, context().calendars),
    accountId: options.account,
  }));
  const delivered = {
    requestFileId: options.file,
    usdpId: facts.usdpId,
    bqId: bqIdOf(facts.usdpId, START, END),
    revision: options.revision ?? 1,
    purpose: options.purpose ?? '',
  };
  return recordsOf(delivered, quantities).map(formatCsvRecord);
}

describe('the records of the contract', () => {
  const tou = new FactsBuilder('4071829533').service('2026-01-01', 'TOU', 'ON-TOU').build();

  it('a TOU home with estimates', () => {
    const rows = channelDays({
      'KWH/2026-07-01': { values: HOLIDAY },
      'KWH/2026-07-02': { values: ESTIMATED, codes: `${'V'.repeat(17)}EEEEVVV` },
    });
    expect(records(tou, rows, { file: 'BC-Q-7', account: 'A-9001' })).toEqual([
      'BQ,BC-Q-7,4071829533,A-9001,2026-07-01,2026-07-03,TOU,ON-TOU,KWH,43.000,4.500,6.925,31.575,,48,4,0,4071829533-20260701-20260703,1,KWH,1,',
    ]);
  });

  it('the same asked again after the late actuals', () => {
    const rows = channelDays({
      'KWH/2026-07-01': { values: HOLIDAY },
      'KWH/2026-07-02': { values: ACTUAL, version: 2 },
    });
    const options = { file: 'BC-Q-9', account: 'A-9001', revision: 2, purpose: 'REBILL' };
    expect(records(tou, rows, options)).toEqual([
      'BQ,BC-Q-9,4071829533,A-9001,2026-07-01,2026-07-03,TOU,ON-TOU,KWH,43.000,4.500,7.000,31.500,,48,0,0,4071829533-20260701-20260703,2,KWH,1,REBILL',
    ]);
  });

  it('a meter exchange inside the period makes no segment', () => {
    const facts = new FactsBuilder('2684517307')
      .meter('2026-01-01', '2026-07-02T10:37:00-05:00')
      .meter('2026-07-02T10:37:00-05:00')
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: HOLIDAY },
      'KWH/2026-07-02': { values: HOLIDAY },
    });
    expect(records(facts, rows, { file: 'BC-Q-7', account: 'A-9002' })).toEqual([
      'BQ,BC-Q-7,2684517307,A-9002,2026-07-01,2026-07-03,PERIODIC,ON-TIERED,KWH,43.000,,,,,48,0,0,2684517307-20260701-20260703,1,KWH,1,',
    ]);
  });

  it('an hourly home without calendar', () => {
    const facts = new FactsBuilder('9153064828').service('2026-01-01', 'HOURLY').build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: kwh(new Array(24).fill('1.0').join(' ')) },
      'KWH/2026-07-02': { values: HOLIDAY },
    });
    expect(records(facts, rows, { file: 'BC-Q-7', account: 'A-9003' })).toEqual([
      'BQ,BC-Q-7,9153064828,A-9003,2026-07-01,2026-07-03,HOURLY,,KWH,45.500,,,,,48,0,0,9153064828-20260701-20260703,1,KWH,1,',
      'HRL,BC-Q-7,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-01,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000,1.000',
      'HRL,BC-Q-7,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-02,0.400,0.400,0.300,0.300,0.300,0.400,0.700,1.200,1.100,0.800,0.700,0.700,0.800,0.700,0.700,0.900,1.300,1.900,2.100,1.800,1.500,1.200,0.800,0.500',
    ]);
  });

  it('always has 24 hours, unexpected ones empty, and four bins on ON-ULO', () => {
    const facts = new FactsBuilder('9153064828')
      .service('2026-01-01', 'HOURLY')
      .service('2026-07-02', 'TOU', 'ON-ULO')
      .meter('2026-07-01T22:00:00-05:00')
      .build();
    const rows = channelDays({
      'KWH/2026-07-01': { values: HOLIDAY, codes: `${'-'.repeat(22)}VV` },
      'KWH/2026-07-02': { values: HOLIDAY },
    });
    const [, hrl, tou4] = records(facts, rows, { file: 'Q', account: '' });
    expect(hrl).toBe(
      `HRL,Q,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-01,${','.repeat(22)}0.800,0.500`,
    );
    expect(tou4).toBe(
      'BQ,Q,9153064828,,2026-07-02,2026-07-03,TOU,ON-ULO,KWH,21.500,8.000,10.100,0.000,3.400,24,0,0,9153064828-20260701-20260703,1,KWH,2,',
    );
  });
});

describe('the revision', () => {
  it('moves with any field but request and purpose, the delivery number always', () => {
    const base = {
      segmentNo: 1,
      startDay: START,
      endDay: END,
      accountRef: 'a1',
      framing: 'PERIODIC' as const,
      calendarId: '',
      channel: 'KWH' as const,
      totalWh: 10,
      bins: [],
      intervals: 48,
      estimated: 4,
      edited: 0,
      hours: [],
    };
    const first = nextDelivery(null, contentHash([base]));
    expect(first).toMatchObject({ deliveryNo: 1, revision: 1 });
    const again = nextDelivery(first, contentHash([base]));
    expect(again).toMatchObject({ deliveryNo: 2, revision: 1 });
    const measured = nextDelivery(again, contentHash([{ ...base, estimated: 0 }]));
    expect(measured).toMatchObject({ deliveryNo: 3, revision: 2 });
  });
});
