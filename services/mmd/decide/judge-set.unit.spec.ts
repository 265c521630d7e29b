import { describe, expect, it } from '@jest/globals';
import type { ForeignMeter } from './judge-meter.js';
import { Directory, U1, U2, U3, april, at, shownRelation } from './spec-world.js';
import type { World } from './spec-world.js';

function relations(lines: readonly string[], world: World = {}, d = april()): string[] {
  return shownRelation(d.judge(world, lines));
}

const KEY = {
  u1: `INS/${U1}/M-1001/2026-05-01T00:00:00-05:00`,
  u3: `INS/${U3}/M-1003/2026-05-01T00:00:00-05:00`,
};

function foreign(more: Partial<ForeignMeter>): ForeignMeter {
  const base = { ldc: 'BIRCH', meter: 'M-9', amcc: 'NA1', amcd: 'D-9', from: at('2026-06-01') };
  return { ...base, to: null, given_up_at: null, ...more };
}

describe('accounts and organizations', () => {
  it('never overlap; the held one wins', () => {
    expect(relations([`ACC,${U1},A-2,2026-06-01`])).toEqual([
      `4.2 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-9001/2026-05-01`,
    ]);
  });

  it('follow each other when the old key is sent with its end', () => {
    const lines = [`ACC,${U1},A-9001,2026-05-01,2026-06-01`, `ACC,${U1},A-2,2026-06-01`];
    expect(relations(lines)).toEqual([]);
    expect(relations([...lines].reverse())).toEqual([]);
  });

  it('reject the highest line among rows of the set, whoever is earlier in time', () => {
    const lines = [
      `ACC,${U1},A-9001,2026-05-01,2026-06-01`,
      `ACC,${U1},A-3,2026-06-10`,
      `ACC,${U1},A-2,2026-06-05`,
    ];
    expect(relations(lines)).toEqual([`4.4 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-3/2026-06-10`]);
  });

  it('need an end after their start', () => {
    expect(relations([`ACC,${U1},A-9001,2026-05-01,2026-05-01`])).toEqual([
      '4.2 EFFECTIVE_DATE_CONFLICT',
    ]);
  });

  it('need a registered organization with the function', () => {
    const lines = [
      `ORG,${U1},BILLING_AGENT,NOBODY,2026-07-01`,
      `ORG,${U2},BILLING_AGENT,NORTHAMI,2026-07-01`,
      `ORG,${U3},BILLING_AGENT,BILLCO,2026-07-01`,
      `ORG,${U3},LDC,MAPLE,2026-07-01`,
    ];
    expect(relations(lines)).toEqual(['5.2 UNKNOWN_ORG', '5.3 NOT_DELEGATED']);
  });

  it('are judged on the later of date and day of application', () => {
    const world = { delegations: ['BILLCO BILLING 2026-08-01'] };
    const lines = [
      `ORG,${U1},BILLING_AGENT,BILLCO,2026-07-31,2026-09-01`,
      `ORG,${U2},BILLING_AGENT,BILLCO,2026-08-01`,
    ];
    expect(relations(lines, world)).toEqual(['5.2 NOT_DELEGATED']);
    const end = [`ORG,${U1},AMI_OPERATOR,NORTHAMI,2026-05-01,2026-07-02`];
    expect(relations(end, { delegations: [] })).toEqual([]);
  });
});

describe('dates', () => {
  it('need an SDP that has a version then', () => {
    expect(relations([`ATR,${U1},CYCLE,C1,2026-04-30`])).toEqual([
      `1.2 EFFECTIVE_DATE_CONFLICT SDP/${U1}`,
    ]);
    const alone = relations([`ATR,${U1},CYCLE,C1,2026-04-30`], {}, new Directory());
    expect(alone).toEqual(['1.2 EFFECTIVE_DATE_CONFLICT']);
  });

  it('lie at most 800 days back, unless the set creates the SDP', () => {
    const d = april();
    d.apply({ mode: 'PSYNC', now: '2026-05-02T12:00' }, []);
    const world = { now: '2026-07-02T15:52' };
    const old = new Directory();
    const all = [
      `SDP,${U1},MP-0101,2020-01-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      'MTR,M-1,D-1,NA1,2020-01-01,60,1,6,KWH',
      `INS,${U1},M-1,2020-01-01T00:00:00-05:00`,
      `ACC,${U1},A-1,2020-01-01`,
    ];
    expect(shownRelation(old.apply(world, all))).toEqual([]);
    const later = [
      'MTR,M-1,D-1,NA1,2024-04-22,60,1,6,KWH',
      `ATR,${U1},CYCLE,C1,2024-04-22`,
      `ATR,${U1},SEASONAL,Y,2024-04-23`,
      `ACC,${U1},A-1,2020-01-01`,
      `SVC,${U1},2024-04-22,STD,HOURLY`,
    ];
    expect(relations(later, world, old)).toEqual([
      '1.2 EFFECTIVE_DATE_CONFLICT',
      '2.2 EFFECTIVE_DATE_CONFLICT',
      '6.2 EFFECTIVE_DATE_CONFLICT',
    ]);
  });

  it('let an old relation be ended now, and not change what it was', () => {
    const old = new Directory();
    const world = { now: '2026-07-02T15:52' };
    old.apply(world, [
      `SDP,${U1},MP-0101,2020-01-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      'MTR,M-1,D-1,NA1,2020-01-01,60,1,6,KWH',
      `INS,${U1},M-1,2020-01-01T00:00:00-05:00,,KWH=1`,
    ]);
    const key = `INS,${U1},M-1,2020-01-01T00:00:00-05:00,2026-07-01T12:00:00-05:00`;
    expect(relations([`${key},KWH=1,KWH=20`], world, old)).toEqual([]);
    expect(relations([`${key},KWH=2,KWH=20`], world, old)).toEqual(['3.2 EFFECTIVE_DATE_CONFLICT']);
  });
});

describe('installations', () => {
  it('need the meter at installed_at', () => {
    const lines = [
      'MTR,M-5,D-5,NA1,2026-06-10T10:00:00-05:00,60,1,6,KWH',
      `INS,${U1},M-1001,2026-05-01T00:00:00-05:00,2026-06-10T09:59:59-05:00`,
      `INS,${U1},M-5,2026-06-10T09:59:59-05:00`,
      `INS,${U2},M-6,2026-06-10T09:59:59-05:00`,
    ];
    expect(relations(lines)).toEqual(['3.3 UNKNOWN_METER MTR/M-5', '3.4 UNKNOWN_METER']);
  });

  it('are one meter at an SDP at a time', () => {
    const lines = [
      'MTR,M-5,D-5,NA1,2026-06-10,60,1,6,KWH',
      `INS,${U1},M-5,2026-06-10T00:00:00-05:00`,
      `INS,${U3},M-1003,2026-06-10T00:00:00-05:00`,
    ];
    expect(relations(lines)).toEqual([
      `3.2 INSTALL_OVERLAP ${KEY.u1}`,
      `3.3 INSTALL_OVERLAP ${KEY.u3}`,
    ]);
  });

  it('are one SDP of a meter at a time, told before the overlap at the SDP', () => {
    expect(relations([`INS,${U1},M-1003,2026-06-10T00:00:00-05:00`])).toEqual([
      `3.2 METER_ALREADY_INSTALLED ${KEY.u3}`,
    ]);
  });

  it('fall with a rejected row that should have made room: the rest is judged again', () => {
    const lines = [
      'MTR,M-5,D-5,NA1,2026-06-10,60,1,6,KWH',
      `INS,${U1},M-5,2026-06-10T10:00:00-05:00`,
      `INS,${U1},M-1001,2026-05-01T00:00:00-05:00,2026-06-10T11:00:00-05:00`,
    ];
    // The closing row overlaps the new one and is the higher; without it the meter stays on.
    expect(relations(lines)).toEqual([
      `3.2 INSTALL_OVERLAP ${KEY.u1}`,
      `3.3 INSTALL_OVERLAP INS/${U1}/M-5/2026-06-10T10:00:00-05:00`,
    ]);
  });

  it('of a chain of conflicts lose from the highest down', () => {
    const lines = [
      `SDP,${U1},MP-0101,2026-06-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      `ACC,${U1},A-1,2026-06-01,2026-06-11`,
      `ACC,${U1},A-2,2026-06-10,2026-06-21`,
      `ACC,${U1},A-3,2026-06-20,2026-07-01`,
    ];
    expect(relations(lines, {}, new Directory())).toEqual([
      `4.3 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-1/2026-06-01`,
      `4.4 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-2/2026-06-10`,
    ]);
  });
});

describe('meter and AMCD ids', () => {
  it('of another LDC at the same head-end at the time are taken', () => {
    const world = (more: Partial<ForeignMeter>): World => ({ foreign: [foreign(more)] });
    const row = ['MTR,M-9,D-1009,NA1,2026-07-01,60,1,6,KWH'];
    expect(relations(row, world({}))).toEqual(['2.2 METER_ID_CONFLICT MTR/M-9']);
    expect(relations(row, world({ amcc: 'NA2' }))).toEqual([]);
    expect(relations(row, world({ to: at('2026-07-01') }))).toEqual([]);
    const other = ['MTR,M-8,D-9,NA1,2026-07-01,60,1,6,KWH'];
    expect(relations(other, world({}))).toEqual(['2.2 AMCD_CONFLICT']);
    expect(relations(other, world({ given_up_at: at('2026-07-01') }))).toEqual([]);
  });

  it('stay with a meter that is installed or never was, and are given up at the last removal', () => {
    const taken = 'MTR,M-9,D-1002,NA1,2026-07-01T12:00:00-05:00,60,1,6,KWH';
    const close = `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,2026-07-01T12:00:00-05:00,KWH=100.000`;
    expect(relations([taken])).toEqual(['2.2 AMCD_CONFLICT MTR/M-1002']);
    expect(relations([taken, close])).toEqual([]);
    const early = taken.replace('T12', 'T11');
    expect(relations([early, close])).toEqual(['2.2 AMCD_CONFLICT MTR/M-1002']);
    const spare = [
      'MTR,M-7,D-7,NA1,2026-06-01,60,1,6,KWH',
      'MTR,M-9,D-7,NA1,2026-06-02,60,1,6,KWH',
    ];
    expect(relations(spare)).toEqual(['2.3 AMCD_CONFLICT MTR/M-7']);
  });

  it('cannot be taken back by installing the old meter again', () => {
    const d = april();
    d.apply({}, [
      'MTR,M-9,D-1002,NA1,2026-07-01T12:00:00-05:00,60,1,6,KWH',
      `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,2026-07-01T12:00:00-05:00,KWH=100.000`,
    ]);
    const again = [`INS,${U2},M-1002,2026-07-02T09:00:00-05:00`];
    expect(relations(again, {}, d)).toEqual(['3.2 AMCD_CONFLICT MTR/M-9']);
    const other = ['MTR,M-1002,D-2002,NA1,2026-07-01T12:00:00-05:00,60,1,6,KWH', ...again];
    expect(relations(other, {}, d)).toEqual([]);
  });

  it('take the installation down with the meter', () => {
    const lines = [
      'MTR,M-9,D-1001,NA1,2026-07-01,60,1,6,KWH',
      `INS,${U2},M-9,2026-07-01T00:00:00-05:00`,
    ];
    expect(relations(lines)).toEqual([
      '2.2 AMCD_CONFLICT MTR/M-1001',
      '3.2 DEPENDS_ON_REJECTED MTR/M-9',
    ]);
  });
});

describe('an interval in two bins', () => {
  const half = `SVC,${U1},2026-06-01,STD,TOU,HALF`;

  it('rejects the service for the meter that is there', () => {
    expect(relations([half])).toEqual(['6.2 INTERVAL_STRADDLES_BIN MTR/M-1001']);
    expect(relations([half.replace('TOU', 'HOURLY')])).toEqual([]);
  });

  it('rejects the meter or the installation for the service that is there', () => {
    const d = new Directory();
    d.apply({}, [
      `SDP,${U1},MP-0101,2026-06-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      'MTR,M-1,D-1,NA1,2026-06-01,30,1,6,KWH',
      'MTR,M-2,D-2,NA1,2026-06-01,60,1,6,KWH',
      `INS,${U1},M-1,2026-06-01T00:00:00-05:00`,
      `SVC,${U1},2026-06-01,STD,TOU,HALF`,
    ]);
    expect(relations(['MTR,M-1,D-1,NA1,2026-06-10,60,1,6,KWH'], {}, d)).toEqual([
      `2.2 INTERVAL_STRADDLES_BIN SVC/${U1}`,
    ]);
    const swap = [
      `INS,${U1},M-1,2026-06-01T00:00:00-05:00,2026-06-10T00:00:00-05:00`,
      `INS,${U1},M-2,2026-06-10T00:00:00-05:00`,
    ];
    expect(relations(swap, {}, d)).toEqual([`3.3 INTERVAL_STRADDLES_BIN SVC/${U1}`]);
    const apart = [...swap, `SVC,${U1},2026-06-10,STD,HOURLY`];
    expect(relations(apart, {}, d)).toEqual([]);
  });

  it('comes up too when a withdrawal lets the service reach further', () => {
    const d = new Directory();
    d.apply({}, [
      `SDP,${U1},MP-0101,2026-06-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      'MTR,M-1,D-1,NA1,2026-06-01,60,1,6,KWH',
      `INS,${U1},M-1,2026-06-10T00:00:00-05:00`,
      `SVC,${U1},2026-06-01,STD,TOU,HALF`,
      `SVC,${U1},2026-06-10,STD,HOURLY`,
    ]);
    expect(relations([`SVC,${U1},2026-06-10,,,,,WITHDRAW`], {}, d)).toEqual([
      '6.2 INTERVAL_STRADDLES_BIN MTR/M-1',
    ]);
  });
});

describe('reasons', () => {
  it('are told in the order of the table', () => {
    const lines = [
      'MTR,M-9,D-1001,NOWHERE,2020-01-01,60,1,6,KWH',
      `INS,${U1},M-9,2020-01-01T00:00:00-05:00,2019-01-01T00:00:00-05:00`,
      `INS,${U2},M-77,2020-01-01T00:00:00-05:00,2019-01-01T00:00:00-05:00`,
    ];
    expect(relations(lines)).toEqual([
      '2.2 UNKNOWN_AMCC',
      '3.2 DEPENDS_ON_REJECTED MTR/M-9',
      '3.3 UNKNOWN_METER',
    ]);
  });
});
