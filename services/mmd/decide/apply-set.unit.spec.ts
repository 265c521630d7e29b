import { describe, expect, it } from '@jest/globals';
import { APRIL, APRIL_WORLD, Directory, U1, U2, U3, april } from './spec-world.js';
import { shownApplied, shownContent, shownRelation } from './spec-world.js';

const JULY = [
  `SDP,${U1},MP-0101,2026-07-02,ACTIVE,12 Elm St,K0A 1A,EASTERN,RESIDENTIAL`,
  'MTR,M-1012,D-1012,NA1,2026-07-02T10:37:00-05:00,60,1,6,KWH,3',
  `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,2026-07-02T10:37:00-05:00,KWH=100.000,KWH=1439.300`,
  `INS,${U2},M-1012,2026-07-02T10:37:00-05:00,,KWH=0.000`,
  `INS,${U1},M-1003,2026-07-02T09:00:00-05:00`,
  `SVC,${U3},2026-05-01,STD,HOURLY,,R1`,
];

/** Values of the example's rows, joined as the report's ROW records are. */
function reportLines(rows: readonly object[], columns: string): string[] {
  return rows.map((row) =>
    columns
      .split(',')
      .map((name) => (row as Record<string, unknown>)[name] ?? (name === 'set_id' ? 'MP-S-2' : ''))
      .join(','),
  );
}

describe('the example of the synchronization page', () => {
  const outcome = april().judge({}, JULY, 'MP-S-2');

  it('loads the first PSYNC whole', () => {
    const first = new Directory().judge(APRIL_WORLD, APRIL, 'MP-S-1');
    expect(first.applied.map((r) => r.action)).toEqual(APRIL.map(() => 'CREATED'));
    expect(first.applied.every((r) => r.lacks === '')).toBe(true);
    expect(first.guard).toEqual({ affected: 0, active: 0, inactivated: 0, meter: 0, framing: 0 });
  });

  it('gives the rows of IR06', () => {
    const columns =
      'file_id,line,set_id,part,usdp_id,record_key,action,effective_from,source,lacks';
    expect(reportLines(outcome.applied, columns)).toEqual([
      'MP-S-2.2,2,MP-S-2,2,,MTR/M-1012,CREATED,2026-07-02T10:37:00-05:00,FILE,',
      'MP-S-2.3,2,MP-S-2,3,2684517307,INS/2684517307/M-1002/2026-05-01T00:00:00-05:00,CHANGED,2026-05-01T00:00:00-05:00,FILE,',
      'MP-S-2.3,3,MP-S-2,3,2684517307,INS/2684517307/M-1012/2026-07-02T10:37:00-05:00,CREATED,2026-07-02T10:37:00-05:00,FILE,',
      'MP-S-2.6,2,MP-S-2,6,9153064828,SVC/9153064828,UNCHANGED,2026-05-01,FILE,',
    ]);
  });

  it('gives the row of IR07', () => {
    const columns = 'file_id,line,set_id,part,usdp_id,record_key,field,reason,value';
    expect(reportLines(outcome.contentRejected, columns)).toEqual([
      'MP-S-2.1,2,MP-S-2,1,4071829533,SDP/4071829533,postal_code,BAD_POSTAL_CODE,K0A 1A',
    ]);
  });

  it('gives the row of IR14', () => {
    const columns = 'file_id,line,set_id,part,usdp_id,record_key,reason,conflicting_with';
    expect(reportLines(outcome.relationRejected, columns)).toEqual([
      'MP-S-2.3,4,MP-S-2,3,4071829533,INS/4071829533/M-1003/2026-07-02T09:00:00-05:00,METER_ALREADY_INSTALLED,INS/9153064828/M-1003/2026-05-01T00:00:00-05:00',
    ]);
  });

  it('counts records by part', () => {
    expect(Object.fromEntries(outcome.counts)).toEqual({
      1: { applied: 0, rejected: 1 },
      2: { applied: 1, rejected: 0 },
      3: { applied: 2, rejected: 1 },
      6: { applied: 1, rejected: 0 },
    });
  });
});

describe('an ISYNC', () => {
  it('keeps every accepted record as a version, later ones stay', () => {
    const d = april();
    d.apply({}, [
      `SVC,${U1},2026-08-01,STD,PERIODIC,,R1`,
      `SVC,${U1},2026-06-01,COMM,TOU,ON-TOU,R1`,
      `SVC,${U1},2026-07-01,COMM,TOU,ON-TOU,R1`,
    ]);
    expect(d.show('SVC', U1)).toEqual([
      '2026-05-01 STD TOU ON-TOU R1',
      '2026-06-01 COMM TOU ON-TOU R1',
      '2026-07-01 COMM TOU ON-TOU R1',
      '2026-08-01 STD PERIODIC R1',
    ]);
  });

  it('replaces a version of the same date and empties what is not stated', () => {
    const d = april();
    const o = d.apply({}, [`SVC,${U1},2026-05-01,,TOU,ON-TOU`]);
    expect(shownApplied(o.applied)).toEqual([`6.2 SVC/${U1} CHANGED 2026-05-01 VEE_SERVICE`]);
    expect(d.show('SVC', U1)).toEqual(['2026-05-01 TOU ON-TOU']);
  });

  it('says UNCHANGED for key, date and values held, whatever form they have', () => {
    const o = april().apply({}, [
      `INS,${U2},M-1002,2026-05-01T05:00:00Z,,KWH=100`,
      'MTR,M-1001,D-1001,NA1,2026-05-01T00:00-05:00,60,1.0,6,KWH,3',
      `SDP,${U1},MP-0101,2026-05-01,ACTIVE,12 Elm St,K0A1A0,EASTERN,RESIDENTIAL`,
    ]);
    expect(o.applied.map((r) => r.action)).toEqual(['UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
    expect(o.changes).toEqual([]);
  });

  it('says CHANGED for a new date with the same values', () => {
    const o = april().apply({}, [`SVC,${U3},2026-06-01,STD,HOURLY,,R1`]);
    expect(shownApplied(o.applied)).toEqual([`6.2 SVC/${U3} CHANGED 2026-06-01`]);
  });

  it('calls the earliest of several new versions CREATED', () => {
    const o = april().apply({}, [`ATR,${U1},CYCLE,C2,2026-06-01`, `ATR,${U1},CYCLE,C1,2026-05-10`]);
    expect(shownApplied(o.applied)).toEqual([
      `1.2 ATR/${U1}/CYCLE CHANGED 2026-06-01`,
      `1.3 ATR/${U1}/CYCLE CREATED 2026-05-10`,
    ]);
  });

  it('revives from INACTIVE and RETIRED', () => {
    const d = april();
    d.apply({}, [
      `SDP,${U1},MP-0101,2026-06-01,INACTIVE,,,EASTERN,RESIDENTIAL`,
      `SDP,${U2},MP-0102,2026-06-01,RETIRED,,,EASTERN,RESIDENTIAL`,
      `SDP,${U3},MP-0103,2026-06-01,DISCONNECTED,,,EASTERN,RESIDENTIAL`,
    ]);
    const o = d.apply({}, [
      `SDP,${U1},MP-0101,2026-07-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      `SDP,${U2},MP-0102,2026-07-01,DISCONNECTED,,,EASTERN,RESIDENTIAL`,
      `SDP,${U3},MP-0103,2026-07-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
    ]);
    expect(o.applied.map((r) => r.action)).toEqual(['REVIVED', 'REVIVED', 'CHANGED']);
  });

  it('closes an installation by its exact key, and tells what is then lacking', () => {
    const d = april();
    const close = `INS,${U1},M-1001,2026-05-01T00:00:00-05:00,2026-07-01T12:00:00-05:00`;
    const o = d.apply({}, [close]);
    expect(shownApplied(o.applied)).toEqual([
      `3.2 INS/${U1}/M-1001/2026-05-01T00:00:00-05:00 CHANGED 2026-05-01T00:00:00-05:00 METER`,
    ]);
    expect(d.show('INS', U1)).toEqual(['2026-05-01..2026-07-01T12:00 M-1001']);
  });

  it('tells in fixed order all that is lacking on the later of date and day of application', () => {
    const o = new Directory().apply({}, [
      `SDP,${U1},MP-0101,2026-07-01,INACTIVE,,,EASTERN,RESIDENTIAL`,
      `SDP,${U2},MP-0102,2026-08-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      `ORG,${U2},LDC,MAPLE,2026-08-01,2026-08-02`,
      `ORG,${U2},BILLING_AGENT,BILLCO,2026-08-02`,
    ]);
    expect(shownApplied(o.applied)).toEqual([
      `1.2 SDP/${U1} CREATED 2026-07-01 ACTIVE+METER+AMI_OPERATOR+VEE_SERVICE+FRAMING`,
      `1.3 SDP/${U2} CREATED 2026-08-01 METER+VEE_SERVICE+FRAMING`,
      `5.2 ORG/${U2}/LDC/2026-08-01 CREATED 2026-08-01 METER+VEE_SERVICE+FRAMING`,
      `5.3 ORG/${U2}/BILLING_AGENT/2026-08-02 CREATED 2026-08-02 METER+AMI_OPERATOR+VEE_SERVICE+FRAMING`,
    ]);
  });

  it('takes the default VEE service of the category', () => {
    const world = { defaultVee: { RESIDENTIAL: 'STD' } };
    const o = april().apply(world, [`SVC,${U1},2026-07-02,,TOU,ON-TOU`]);
    expect(o.applied[0]!.lacks).toBe('');
  });
});

describe('a withdrawal', () => {
  it('takes the version with this key and date away', () => {
    const d = april();
    d.apply({}, [`SVC,${U1},2026-06-01,COMM,PERIODIC`]);
    const o = d.apply({}, [`SVC,${U1},2026-06-01,,,,,WITHDRAW`]);
    expect(shownApplied(o.applied)).toEqual([`6.2 SVC/${U1} WITHDRAWN 2026-06-01`]);
    expect(d.show('SVC', U1)).toEqual(['2026-05-01 STD TOU ON-TOU R1']);
  });

  it('needs a version to withdraw', () => {
    const o = april().apply({}, [
      `ACC,${U1},A-9001,2026-05-02,,WITHDRAW`,
      `ORG,${U1},BILLING_AGENT,,2026-05-01,,WITHDRAW`,
    ]);
    expect(shownRelation(o)).toEqual(['4.2 NOTHING_TO_WITHDRAW', '5.2 NOTHING_TO_WITHDRAW']);
  });

  it('repairs crossed meters in one set', () => {
    const d = april();
    const o = d.apply({}, [
      `INS,${U1},M-1001,2026-05-01T00:00:00-05:00,,,,WITHDRAW`,
      `INS,${U3},M-1003,2026-05-01T00:00:00-05:00,,,,WITHDRAW`,
      `INS,${U1},M-1003,2026-05-01T00:00:00-05:00`,
      `INS,${U3},M-1001,2026-05-01T00:00:00-05:00`,
    ]);
    expect(shownRelation(o)).toEqual([]);
    expect(d.show('INS', U1)).toEqual(['2026-05-01 M-1003']);
    expect(d.show('INS', U3)).toEqual(['2026-05-01 M-1001']);
  });

  it('may not leave a held record without its SDP or meter', () => {
    const o = april().apply({}, [
      `SDP,${U1},,2026-05-01,,,,,,WITHDRAW`,
      'MTR,M-1002,,,2026-05-01,,,,,,WITHDRAW',
    ]);
    expect(shownRelation(o)).toEqual([
      `1.2 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-9001/2026-05-01`,
      `2.2 EFFECTIVE_DATE_CONFLICT INS/${U2}/M-1002/2026-05-01T00:00:00-05:00`,
    ]);
  });

  it('may take an SDP away with all that is its own', () => {
    const d = april();
    const o = d.apply({}, [
      `SDP,${U1},,2026-05-01,,,,,,WITHDRAW`,
      `INS,${U1},M-1001,2026-05-01T00:00:00-05:00,,,,WITHDRAW`,
      `ACC,${U1},A-9001,2026-05-01,,WITHDRAW`,
      `ORG,${U1},AMI_OPERATOR,,2026-05-01,,WITHDRAW`,
      `SVC,${U1},2026-05-01,,,,,WITHDRAW`,
    ]);
    expect(shownRelation(o)).toEqual([]);
    expect(o.applied.map((r) => r.action)).toEqual(Array(5).fill('WITHDRAWN'));
    expect(d.show('SDP', U1)).toEqual([]);
  });

  it('loses to nobody when a new row needs what it withdraws: the higher row goes first', () => {
    const d = april();
    d.apply({}, [`SDP,${U1},MP-0101,2026-04-01,ACTIVE,,,EASTERN,RESIDENTIAL`]);
    const o = d.apply({}, [
      `SDP,${U1},,2026-04-01,,,,,,WITHDRAW`,
      `SVC,${U1},2026-04-10,STD,HOURLY`,
    ]);
    expect(shownRelation(o)).toEqual([`6.2 EFFECTIVE_DATE_CONFLICT SDP/${U1}`]);
    expect(shownApplied(o.applied)).toEqual([`1.2 SDP/${U1} WITHDRAWN 2026-04-01`]);
  });
});

describe('content and relations together', () => {
  it('rejects dependents of a rejected SDP or meter, and nothing else', () => {
    const o = new Directory().apply({}, [
      `SDP,${U1},MP-0101,2026-07-01,ACTIVE,,K0A,EASTERN,RESIDENTIAL`,
      `ATR,${U1},CYCLE,C1,2026-07-01`,
      `SDP,${U2},MP-0102,2026-07-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      'MTR,M-1,D-1,NOWHERE,2026-07-01,60,1,6,KWH',
      `INS,${U2},M-1,2026-07-01T00:00:00-05:00`,
      `ACC,${U1},A-1,2026-07-01`,
    ]);
    expect(shownContent(o)).toEqual(['1.2 postal_code BAD_POSTAL_CODE']);
    expect(shownRelation(o)).toEqual([
      `1.3 DEPENDS_ON_REJECTED SDP/${U1}`,
      '2.2 UNKNOWN_AMCC',
      '3.2 DEPENDS_ON_REJECTED MTR/M-1',
      `4.2 DEPENDS_ON_REJECTED SDP/${U1}`,
    ]);
    expect(o.applied.map((r) => r.record_key)).toEqual([`SDP/${U2}`]);
  });
});
