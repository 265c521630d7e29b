import { describe, expect, it } from '@jest/globals';
import { guardDetail, isSuspicious } from './guard.js';
import { APRIL, U1, U2, U3, april, shownApplied, shownContent } from './spec-world.js';
import { Directory, shownRelation } from './spec-world.js';
import type { World } from './spec-world.js';

const JULY: World = { mode: 'PSYNC', now: '2026-07-10T12:00' };

function without(...starts: string[]): string[] {
  return APRIL.filter((line) => !starts.some((start) => line.startsWith(start)));
}

function swapped(from: string, to: string | null, lines: readonly string[] = APRIL): string[] {
  const replaced = lines.map((line) => (line.startsWith(from) ? to : line));
  return replaced.filter((line) => line !== null);
}

/** IR06 but for the rows that only count what is unchanged. */
function changes(lines: readonly string[], d = april(), world = JULY): string[] {
  const shown = shownApplied(d.apply(world, lines).applied);
  return shown.filter((line) => !/^\d\. \d+ UNCHANGED/.test(line));
}

describe('a PSYNC of what is held', () => {
  it('is one UNCHANGED row a part that has any, without line', () => {
    const o = april().judge(JULY, APRIL, 'MP-S-9');
    expect(o.applied.map((r) => [r.file_id, r.line, r.usdp_id, r.record_key, r.action])).toEqual([
      ['MP-S-9.1', null, '', '3', 'UNCHANGED'],
      ['MP-S-9.2', null, '', '3', 'UNCHANGED'],
      ['MP-S-9.3', null, '', '3', 'UNCHANGED'],
      ['MP-S-9.4', null, '', '3', 'UNCHANGED'],
      ['MP-S-9.5', null, '', '3', 'UNCHANGED'],
      ['MP-S-9.6', null, '', '3', 'UNCHANGED'],
    ]);
    expect(o.applied.every((r) => r.effective_from === '' && r.lacks === '')).toBe(true);
    expect(o.changes).toEqual([]);
    expect(o.counts.get(1)).toEqual({ applied: 3, rejected: 0 });
  });

  it('is UNCHANGED whatever its dates', () => {
    const moved = APRIL.filter((l) => /^(SDP|MTR|SVC)/.test(l)).map((l) =>
      l.replace('2026-05-01', l.includes('1003') ? '2026-07-20' : '2020-01-01'),
    );
    const rest = APRIL.filter((l) => !/^(SDP|MTR|SVC)/.test(l));
    expect(changes([...moved, ...rest])).toEqual([]);
  });
});

describe('a PSYNC with other values', () => {
  const svc = (from: string, framing = 'HOURLY'): string => `SVC,${U1},${from},STD,${framing},,R1`;
  const set = (line: string): string[] => swapped(`SVC,${U1}`, line);

  it('starts a version at the date if that is later than the version in force', () => {
    const d = april();
    expect(changes(set(svc('2026-06-15')), d)).toEqual([`6.2 SVC/${U1} CHANGED 2026-06-15`]);
    expect(d.show('SVC', U1)).toEqual(['2026-05-01 STD TOU ON-TOU R1', '2026-06-15 STD HOURLY R1']);
  });

  it('else on the day of application, so that history stays', () => {
    const d = april();
    expect(changes(set(svc('2026-05-01')), d)).toEqual([`6.2 SVC/${U1} CHANGED 2026-07-10`]);
    expect(changes(set(svc('2020-01-01', 'PERIODIC')), d)).toEqual([
      `6.2 SVC/${U1} CHANGED 2026-07-10`,
    ]);
    expect(d.show('SVC', U1)).toEqual([
      '2026-05-01 STD TOU ON-TOU R1',
      '2026-07-10 STD PERIODIC R1',
    ]);
  });

  it('compares a date ahead with what will be in force then', () => {
    const d = april();
    d.apply({ now: '2026-07-01T12:00' }, [`SVC,${U1},2026-08-01,STD,PERIODIC,,R1`]);
    expect(changes(set(svc('2026-08-15', 'PERIODIC')), d)).toEqual([]);
    expect(changes(set(svc('2026-08-15')), d)).toEqual([`6.2 SVC/${U1} CHANGED 2026-08-15`]);
    expect(d.show('SVC', U1).map((v) => v.slice(0, 10))).toEqual([
      '2026-05-01',
      '2026-08-01',
      '2026-08-15',
    ]);
  });

  it('creates a key without version from its date, of any age', () => {
    const d = april();
    const o = changes([...APRIL, `ATR,${U1},CYCLE,C1,2026-05-01`], d);
    expect(o).toEqual([`1.5 ATR/${U1}/CYCLE CREATED 2026-05-01`]);
  });

  it('revives an SDP', () => {
    const d = april();
    d.apply({ now: '2026-07-01T12:00' }, [
      `SDP,${U1},MP-0101,2026-07-01,INACTIVE,12 Elm St,K0A 1A0,EASTERN,RESIDENTIAL`,
    ]);
    expect(changes(APRIL, d)).toEqual([`1.2 SDP/${U1} REVIVED 2026-07-10`]);
  });

  it('leaves SVC, MTR and ATR alone that are not named', () => {
    expect(changes(without('SVC', 'MTR'))).toEqual([]);
  });
});

describe('an SDP that is not named', () => {
  it('is INACTIVE from the day of application, its values and relations stay', () => {
    const d = april();
    const o = d.apply(JULY, without(`SDP,${U1}`, `INS,${U1}`), 'P');
    const rows = o.applied.filter((r) => r.action === 'INACTIVATED');
    expect(rows).toEqual([
      {
        file_id: 'P.1',
        line: null,
        part: 1,
        usdp_id: U1,
        record_key: `SDP/${U1}`,
        action: 'INACTIVATED',
        effective_from: '2026-07-10',
        source: 'FILE',
        lacks: 'ACTIVE',
      },
    ]);
    expect(d.show('SDP', U1)[1]).toBe(
      '2026-07-10 MP-0101 INACTIVE 12 Elm St K0A1A0 EASTERN RESIDENTIAL',
    );
    expect(d.show('INS', U1)).toEqual(['2026-05-01 M-1001']);
    expect(o.guard).toEqual({ affected: 1, active: 3, inactivated: 1, meter: 0, framing: 0 });
  });

  it('may be left out when RETIRED, or INACTIVE already', () => {
    const d = april();
    d.apply({ now: '2026-07-01T12:00' }, [
      `SDP,${U1},MP-0101,2026-07-01,RETIRED,,,EASTERN,RESIDENTIAL`,
      `SDP,${U2},MP-0102,2026-07-01,INACTIVE,,,EASTERN,RESIDENTIAL`,
    ]);
    expect(changes(without(`SDP,${U1}`, `SDP,${U2}`), d)).toEqual([]);
  });

  it('is present when its row is rejected', () => {
    const bad = `SDP,${U1},MP-0101,2026-05-01,ACTIVE,,K0A,EASTERN,RESIDENTIAL`;
    const d = april();
    expect(changes(swapped(`SDP,${U1}`, bad), d)).toEqual([]);
    expect(d.show('SDP', U1)).toHaveLength(1);
  });
});

describe('a relation that is not named', () => {
  it('ends at 00:00 of the day of application', () => {
    const d = april();
    expect(changes(without(`INS,${U1}`, `ACC,${U2}`, `ORG,${U3}`), d)).toEqual([
      `3. INS/${U1}/M-1001/2026-05-01T00:00:00-05:00 ENDED 2026-07-10T00:00:00-05:00 METER`,
      `4. ACC/${U2}/A-9002/2026-05-01 ENDED 2026-07-10`,
      `5. ORG/${U3}/AMI_OPERATOR/2026-05-01 ENDED 2026-07-10 AMI_OPERATOR`,
    ]);
    expect(d.show('INS', U1)).toEqual(['2026-05-01..2026-07-10 M-1001']);
  });

  it('ends where the row that replaces it starts', () => {
    const d = april();
    const lines = [
      ...without(`INS,${U1}`, `ACC,${U2}`),
      'MTR,M-5,D-5,NA1,2026-07-01,60,1,6,KWH',
      `INS,${U1},M-5,2026-07-02T10:37:00-05:00`,
      `ACC,${U2},A-8,2026-07-20`,
    ];
    expect(changes(lines, d)).toEqual([
      '2.5 MTR/M-5 CREATED 2026-07-01T00:00:00-05:00',
      `3.4 INS/${U1}/M-5/2026-07-02T10:37:00-05:00 CREATED 2026-07-02T10:37:00-05:00`,
      `3. INS/${U1}/M-1001/2026-05-01T00:00:00-05:00 ENDED 2026-07-02T10:37:00-05:00`,
      `4.4 ACC/${U2}/A-8/2026-07-20 CREATED 2026-07-20`,
      `4. ACC/${U2}/A-9002/2026-05-01 ENDED 2026-07-20`,
    ]);
  });

  it('of a meter ends where the meter goes on to another SDP', () => {
    const d = april();
    const lines = [
      ...without(`INS,${U1}`, `INS,${U2}`),
      `INS,${U1},M-1002,2026-07-03T00:00:00-05:00`,
      `INS,${U2},M-1001,2026-07-04T00:00:00-05:00`,
    ];
    expect(changes(lines, d)).toEqual([
      `3.3 INS/${U1}/M-1002/2026-07-03T00:00:00-05:00 CREATED 2026-07-03T00:00:00-05:00`,
      `3.4 INS/${U2}/M-1001/2026-07-04T00:00:00-05:00 CREATED 2026-07-04T00:00:00-05:00`,
      `3. INS/${U2}/M-1002/2026-05-01T00:00:00-05:00 ENDED 2026-07-03T00:00:00-05:00`,
      `3. INS/${U1}/M-1001/2026-05-01T00:00:00-05:00 ENDED 2026-07-03T00:00:00-05:00`,
    ]);
  });

  it('conflicts with a row that does not start later, and then goes on', () => {
    const d = april();
    const o = d.apply(JULY, [
      ...without(`INS,${U1}`, `ACC,${U2}`),
      `ACC,${U2},A-8,2026-05-01`,
      'MTR,M-5,D-5,NA1,2026-04-30,60,1,6,KWH',
      `SDP,${U1},MP-0101,2026-05-01,ACTIVE,,,EASTERN,RESIDENTIAL`,
      `INS,${U1},M-5,2026-05-01T00:00:00-05:00`,
    ]);
    expect(shownContent(o)).toEqual(['1.5 usdp_id DUPLICATE_RECORD']);
    expect(shownRelation(o)).toEqual([
      `3.4 EFFECTIVE_DATE_CONFLICT INS/${U1}/M-1001/2026-05-01T00:00:00-05:00`,
      `4.4 EFFECTIVE_DATE_CONFLICT ACC/${U2}/A-9002/2026-05-01`,
    ]);
    expect(o.applied.filter((r) => r.action === 'ENDED')).toEqual([]);
    expect(d.show('ACC', U2)).toEqual(['2026-05-01 A-9002']);
  });

  it('goes on when the row that would replace it is rejected', () => {
    const d = april();
    const o = d.apply(JULY, swapped(`ORG,${U1}`, `ORG,${U1},AMI_OPERATOR,SOUTHAMI,2026-07-01`));
    expect(shownRelation(o)).toEqual(['5.2 NOT_DELEGATED']);
    expect(d.show('ORG', U1, 'AMI_OPERATOR')).toEqual(['2026-05-01 NORTHAMI']);
  });

  it('goes on to a replacing row ahead that is held already', () => {
    const d = april();
    const lines = [...without(`ACC,${U2}`), `ACC,${U2},A-8,2026-07-20`];
    d.apply(JULY, lines);
    expect(changes(lines, d, { ...JULY, now: '2026-07-12T12:00' })).toEqual([]);
    expect(d.show('ACC', U2)).toEqual(['2026-05-01..2026-07-20 A-9002', '2026-07-20 A-8']);
  });

  it('of an SDP that is not named stays', () => {
    expect(changes(without(`ACC,${U1}`, `SDP,${U1}`)).map((l) => l.split(' ')[2])).toEqual([
      'INACTIVATED',
    ]);
  });
});

describe('a row that ended in the past', () => {
  const closed = `ACC,${U1},A-9001,2026-05-01,2026-07-01`;

  it('closes a held key', () => {
    const d = april();
    expect(changes(swapped(`ACC,${U1}`, closed), d)).toEqual([
      `4.2 ACC/${U1}/A-9001/2026-05-01 CHANGED 2026-05-01`,
    ]);
    expect(changes(swapped(`ACC,${U1}`, closed), d)).toEqual([]);
    expect(d.show('ACC', U1)).toEqual(['2026-05-01..2026-07-01 A-9001']);
  });

  it('is a conflict when not held, or held otherwise', () => {
    const d = april();
    d.apply(JULY, swapped(`ACC,${U1}`, closed));
    const o = d.judge(JULY, [
      ...swapped(`ACC,${U1}`, `ACC,${U1},A-9001,2026-05-01,2026-06-15`),
      `ACC,${U2},A-8,2026-05-02,2026-06-15`,
    ]);
    expect(shownRelation(o)).toEqual([
      `4.2 EFFECTIVE_DATE_CONFLICT ACC/${U1}/A-9001/2026-05-01`,
      '4.5 EFFECTIVE_DATE_CONFLICT',
    ]);
  });

  it('may be followed by its successor', () => {
    const d = april();
    const lines = [...swapped(`ACC,${U1}`, closed), `ACC,${U1},A-8,2026-07-01`];
    expect(changes(lines, d)).toEqual([
      `4.2 ACC/${U1}/A-9001/2026-05-01 CHANGED 2026-05-01`,
      `4.5 ACC/${U1}/A-8/2026-07-01 CREATED 2026-07-01`,
    ]);
  });
});

describe('a held relation with other values', () => {
  it('hands a role over on the day of application, once', () => {
    const d = april();
    const world = { ...JULY, delegations: ['NORTHAMI READS', 'SOUTHAMI READS'] };
    const lines = swapped(`ORG,${U1}`, `ORG,${U1},AMI_OPERATOR,SOUTHAMI,2026-05-01`);
    expect(changes(lines, d, world)).toEqual([
      `5.2 ORG/${U1}/AMI_OPERATOR/2026-05-01 CHANGED 2026-07-10`,
    ]);
    expect(d.show('ORG', U1, 'AMI_OPERATOR')).toEqual([
      '2026-05-01..2026-07-10 NORTHAMI',
      '2026-07-10 SOUTHAMI',
    ]);
    expect(changes(lines, d, { ...world, now: '2026-07-12T12:00' })).toEqual([]);
  });

  it('goes on from the day of application when it was over', () => {
    const d = april();
    d.apply({ now: '2026-07-02T12:00' }, [`ACC,${U1},A-9001,2026-05-01,2026-06-01`]);
    expect(changes(APRIL, d)).toEqual([`4.2 ACC/${U1}/A-9001/2026-05-01 CHANGED 2026-07-10`]);
    expect(d.show('ACC', U1)).toEqual(['2026-05-01..2026-06-01 A-9001', '2026-07-10 A-9001']);
    expect(changes(APRIL, d, { ...JULY, now: '2026-07-12T12:00' })).toEqual([]);
  });

  it('takes an end ahead, and keeps the install read of the past', () => {
    const d = april();
    const row = `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,2026-08-01T00:00:00-05:00`;
    expect(changes(swapped(`INS,${U2}`, row), d)).toEqual([
      `3.3 INS/${U2}/M-1002/2026-05-01T00:00:00-05:00 CHANGED 2026-05-01T00:00:00-05:00`,
    ]);
    expect(d.show('INS', U2)).toEqual(['2026-05-01..2026-08-01 M-1002 KWH=100.000']);
  });
});

describe('the guard', () => {
  it('counts SDPs that are turned off, lose or change their meter, or change framing', () => {
    const d = april();
    const o = d.judge(JULY, [
      ...without(`SDP,${U1}`, `INS,${U2}`, `SVC,${U2}`),
      `SVC,${U2},2026-07-01,STD,HOURLY`,
    ]);
    expect(guardDetail(o.guard!)).toBe('affected=2 active=3 inactivated=1 meter=1 framing=1');
  });

  it('counts an exchange, not a first installation or a read', () => {
    const d = new Directory();
    d.apply({ mode: 'PSYNC', now: '2026-04-30T16:00' }, without(`INS,${U1}`));
    const o = d.judge(JULY, [
      ...without(`INS,${U2}`),
      'MTR,M-5,D-5,NA1,2026-07-01,60,1,6,KWH',
      `INS,${U2},M-5,2026-07-02T10:37:00-05:00`,
    ]);
    expect(o.guard).toMatchObject({ affected: 1, meter: 1 });
  });

  it('parks above the larger of one and the share', () => {
    const guard = { active: 40, inactivated: 0, meter: 0, framing: 0 };
    expect(isSuspicious({ ...guard, affected: 2 }, '0.05')).toBe(false);
    expect(isSuspicious({ ...guard, affected: 3 }, '0.05')).toBe(true);
    expect(isSuspicious({ ...guard, active: 3, affected: 1 }, '0.05')).toBe(false);
    expect(isSuspicious({ ...guard, active: 3, affected: 2 }, '0.05')).toBe(true);
    expect(isSuspicious({ ...guard, active: 100, affected: 29 }, '0.29')).toBe(false);
  });
});
