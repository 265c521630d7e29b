import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  csvFile,
  custody,
  dropSet,
  edited,
  enlist,
  fieldsOf,
  HubDriver,
  joined,
  midnight,
  reportsOf,
  rowsOf,
  setFiles,
  setOf,
  uncounted,
  usdpIds,
  wholeParts,
  type Parts,
  type PointText,
  type SetText,
} from './index.js';
import {
  contentCases,
  misjudged,
  partsOf,
  relationCases,
  toldOf,
  type CaseIds,
} from './sync-cases.js';

const TODAY = '2026-07-02';
const MAY = '2026-05-01';
const CLASSES = csvFile('HDR,CODES,1,MDMR,MAPLE,CODES-1,2026-07-02T08:00:00-05:00', [
  'COD,rate-class,R1,Residential',
]);

describe('sets of the master directory', () => {
  let hub: HubDriver;
  let maple: Record<string, string>;
  let oak: Record<string, string>;
  let elm: Record<string, string>;
  const u = (n: number) => maple[`MP-${n}`]!;
  const n = (k: number) => maple[`MP-N${k}`]!;
  const o = (k: number) => oak[`OK-${k}`]!;
  const e = (k: number) => elm[`EL-${k}`]!;
  const ids = (): CaseIds => ({ u, n, oak: o(1) });

  const show = (ldc: string, setId: string) => hub.mdmr('sync', 'show', ldc, setId);
  const ir = (report: string, ldc: string, setId: string) => rowsOf(hub, ldc, report, setId);
  const send = async (...sets: SetText[]) => {
    for (const set of sets) await dropSet(hub, set);
    await hub.idle();
  };
  const returned = async (org: string, setId: string) =>
    (await readdir(path.join(hub.folder(org, 'outbox'), 'returned', setId)).catch(() => [])).sort();

  const point = (usdp: string, sdp: string, meter: string, more: Partial<PointText> = {}) => ({
    usdp,
    sdp,
    meter,
    amcc: 'NA1',
    from: MAY,
    ami: 'NORTHAMI',
    ...more,
  });
  const maplePoints = () =>
    Array.from({ length: 8 }, (_, i) =>
      point(u(i + 1), `MP-${i + 1}`, `M-${i + 1}`, { agent: 'BILLCO' }),
    );
  const oakPoints = () =>
    Array.from({ length: 4 }, (_, i) =>
      point(o(i + 1), `OK-${i + 1}`, `O-${i + 1}`, { agent: 'BILLCO' }),
    );
  const elmPoints = () =>
    Array.from({ length: 3 }, (_, i) =>
      point(e(i + 1), `EL-${i + 1}`, `E-${i + 1}`, { amcc: 'EA1' }),
    );

  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: '2026-07-02T08:00:00-05:00',
      env: { MDMR_SCHEDULE: 'off' },
    });
    await enlist(hub, {
      orgs: {
        MAPLE: 'LDC',
        OAK: 'LDC',
        ELM: 'LDC',
        PINE: 'LDC',
        NORTHAMI: 'AMI_OPERATOR',
        SOUTHAMI: 'AMI_OPERATOR',
        BILLCO: 'BILLING_AGENT',
        BILL2: 'BILLING_AGENT',
        OTHERBILL: 'BILLING_AGENT',
      },
      delegations: [
        'MAPLE NORTHAMI READS',
        'OAK NORTHAMI READS',
        'ELM NORTHAMI READS',
        'MAPLE BILLCO BILLING',
        'MAPLE BILL2 BILLING',
        'OAK BILLCO BILLING',
        'MAPLE BILLCO SYNC',
        'PINE BILLCO SYNC',
      ],
      amccs: [
        'NA1 --org NORTHAMI --ldc MAPLE --ldc OAK',
        'OA9 --org NORTHAMI --ldc OAK',
        'EA1 --org NORTHAMI --ldc ELM',
      ],
    });
    const classes = path.join(hub.dataDir, 'classes.csv');
    await writeFile(classes, CLASSES);
    await hub.mdmr('codes', 'load', 'rate-class', classes, '--ldc', 'MAPLE');
    const numbered = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
    maple = await usdpIds(hub, 'MAPLE', [...numbered('MP-', 8), ...numbered('MP-N', 9)]);
    oak = await usdpIds(hub, 'OAK', numbered('OK-', 4));
    elm = await usdpIds(hub, 'ELM', numbered('EL-', 3));
    await send(
      setOf('MAPLE', 'ISYNC', 1, wholeParts(maplePoints())),
      setOf('OAK', 'PSYNC', 1, wholeParts(oakPoints())),
      setOf('ELM', 'PSYNC', 1, wholeParts(elmPoints())),
    );
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('creates what a first set names, readable and billable', async () => {
    for (const [ldc, count] of [
      ['MAPLE', 8 * 7],
      ['OAK', 4 * 7],
      ['ELM', 3 * 6],
    ] as const) {
      const rows = await ir('IR06', ldc, `${ldc}-S-1`);
      expect(rows).toHaveLength(count);
      expect(rows.filter((row) => !/,CREATED,[^,]+,FILE,$/.test(row))).toEqual([]);
      expect(await ir('IR07', ldc, `${ldc}-S-1`)).toEqual([]);
      expect(await ir('IR14', ldc, `${ldc}-S-1`)).toEqual([]);
    }
  });

  it('refuses records alone: their content in IR07, their relations in IR14', async () => {
    const content = contentCases(ids());
    const relations = relationCases(ids());
    await send(
      setOf('MAPLE', 'ISYNC', 2, partsOf(content)),
      setOf('MAPLE', 'ISYNC', 3, partsOf(relations), { org: 'BILLCO' }),
    );
    const first = toldOf('MAPLE-S-2', content);
    expect(misjudged(first, await ir('IR07', 'MAPLE', 'MAPLE-S-2'))).toEqual([]);
    expect(await ir('IR14', 'MAPLE', 'MAPLE-S-2')).toEqual([]);
    const second = toldOf('MAPLE-S-3', relations);
    const rows = [
      ...(await ir('IR07', 'MAPLE', 'MAPLE-S-3')),
      ...(await ir('IR14', 'MAPLE', 'MAPLE-S-3')),
    ];
    expect(misjudged(second, rows)).toEqual([]);
    expect((await ir('IR07', 'MAPLE', 'MAPLE-S-3')).length).toBe(2);
    // what was not refused is in force
    for (const [setId, all] of [
      ['MAPLE-S-2', first],
      ['MAPLE-S-3', second],
    ] as const) {
      const accepted = all.filter(({ told }) => told === null).map(({ head }) => head);
      const told = (await ir('IR06', 'MAPLE', setId)).map(
        (row) => row.split(',').slice(0, 5).join(',') + ',',
      );
      expect(told).toEqual(accepted);
    }
    // to the sender and the LDC alike, but for the recipient and the file_id
    for (const report of ['IR06', 'IR07', 'IR14']) {
      expect(await ir(report, 'BILLCO', 'MAPLE-S-3')).toEqual(
        await ir(report, 'MAPLE', 'MAPLE-S-3'),
      );
      expect(await reportsOf(hub, 'BILLCO', report, { run: 'MAPLE-S-2' })).toEqual([]);
    }
    const [ir06] = await reportsOf(hub, 'BILLCO', 'IR06', { run: 'MAPLE-S-3' });
    expect([...ir06!.header.slice(0, 5), ...ir06!.header.slice(7, 11)]).toEqual([
      'HDR',
      'IR06',
      '1',
      'MDMR',
      'MAPLE',
      'BILLCO',
      'MAPLE-S-3',
      TODAY,
      '2026-07-03',
    ]);
    expect(await show('MAPLE', 'MAPLE-S-3')).toMatchObject({ state: 'APPLIED', next_sequence: 4 });
  }, 180_000);

  it('tells each thing a set does, and what a point still lacks', async () => {
    const ins5 = `INS/${u(5)}/M-5/${midnight(MAY)}`;
    const change = setOf('MAPLE', 'ISYNC', 4, {
      1: [
        `SDP,${n(3)},MP-N3,2026-06-01,ACTIVE,,K0A 1A1,EASTERN,RESIDENTIAL`,
        `SDP,${n(4)},MP-N4,2026-06-01,INACTIVE,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(7)},MP-7,2026-06-15,INACTIVE,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(6)},MP-6,2026-06-15,RETIRED,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(2)},MP-2,2026-06-15,DISCONNECTED,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(3)},MP-3,2027-01-01,INACTIVE,,,EASTERN,RESIDENTIAL`,
      ],
      2: ['MTR,M-5B,D-M-5,NA1,2026-07-01T10:00:00-05:00,60,1,6,KWH,3'],
      3: [
        `INS,${u(5)},M-5,${midnight(MAY)},2026-07-01T10:00:00-05:00`,
        `INS,${u(5)},M-5B,2026-07-01T10:00:00-05:00`,
        `INS,${u(8)},M-8,${midnight(MAY)},2026-07-01T10:00:00-05:00`,
      ],
      6: [
        `SVC,${u(8)},2026-06-01,STD,PERIODIC,,R1`,
        `SVC,${u(1)},${MAY},STD,TOU,ON-TOU,R1`,
        `SVC,${u(1)},2026-06-01,STD,TOU,ON-TOU,R1`,
        `SVC,${u(4)},${MAY},STD,TOU,ON-ULO,R1`,
        `SVC,${n(3)},2026-06-01,,HOURLY`,
      ],
    });
    const back = setOf('MAPLE', 'ISYNC', 5, {
      1: [
        `SDP,${u(7)},MP-7,2026-06-20,ACTIVE,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(6)},MP-6,2026-06-20,ACTIVE,,,EASTERN,RESIDENTIAL`,
        `SDP,${u(2)},,2026-06-15,,,,,,WITHDRAW`,
      ],
      6: [`SVC,${u(8)},2026-06-01,,,,,WITHDRAW`],
    });
    await send(change, back);
    const s4 = (part: number, line: number) => `ROW,MAPLE-S-4.${part},${line},MAPLE-S-4,${part}`;
    const s5 = (part: number, line: number) => `ROW,MAPLE-S-5.${part},${line},MAPLE-S-5,${part}`;
    const at = '2026-07-01T10:00:00-05:00';
    expect(await ir('IR14', 'MAPLE', 'MAPLE-S-4')).toEqual([]);
    expect(await ir('IR06', 'MAPLE', 'MAPLE-S-4')).toEqual([
      `${s4(1, 2)},${n(3)},SDP/${n(3)},CREATED,2026-06-01,FILE,METER+AMI_OPERATOR+VEE_SERVICE`,
      `${s4(1, 3)},${n(4)},SDP/${n(4)},CREATED,2026-06-01,FILE,ACTIVE+METER+AMI_OPERATOR+VEE_SERVICE+FRAMING`,
      `${s4(1, 4)},${u(7)},SDP/${u(7)},CHANGED,2026-06-15,FILE,ACTIVE`,
      `${s4(1, 5)},${u(6)},SDP/${u(6)},CHANGED,2026-06-15,FILE,ACTIVE`,
      `${s4(1, 6)},${u(2)},SDP/${u(2)},CHANGED,2026-06-15,FILE,`,
      `${s4(1, 7)},${u(3)},SDP/${u(3)},CHANGED,2027-01-01,FILE,ACTIVE`,
      `${s4(2, 2)},,MTR/M-5B,CREATED,${at},FILE,`,
      `${s4(3, 2)},${u(5)},${ins5},CHANGED,${midnight(MAY)},FILE,`,
      `${s4(3, 3)},${u(5)},INS/${u(5)}/M-5B/${at},CREATED,${at},FILE,`,
      `${s4(3, 4)},${u(8)},INS/${u(8)}/M-8/${midnight(MAY)},CHANGED,${midnight(MAY)},FILE,METER`,
      `${s4(6, 2)},${u(8)},SVC/${u(8)},CHANGED,2026-06-01,FILE,METER`,
      `${s4(6, 3)},${u(1)},SVC/${u(1)},UNCHANGED,${MAY},FILE,`,
      `${s4(6, 4)},${u(1)},SVC/${u(1)},CHANGED,2026-06-01,FILE,`,
      `${s4(6, 5)},${u(4)},SVC/${u(4)},CHANGED,${MAY},FILE,`,
      `${s4(6, 6)},${n(3)},SVC/${n(3)},CREATED,2026-06-01,FILE,METER+AMI_OPERATOR+VEE_SERVICE`,
    ]);
    expect(await ir('IR06', 'MAPLE', 'MAPLE-S-5')).toEqual([
      `${s5(1, 2)},${u(7)},SDP/${u(7)},REVIVED,2026-06-20,FILE,`,
      `${s5(1, 3)},${u(6)},SDP/${u(6)},REVIVED,2026-06-20,FILE,`,
      `${s5(1, 4)},${u(2)},SDP/${u(2)},WITHDRAWN,2026-06-15,FILE,`,
      `${s5(6, 2)},${u(8)},SVC/${u(8)},WITHDRAWN,2026-06-01,FILE,METER`,
    ]);
  }, 120_000);

  it('takes a PSYNC for the whole present', async () => {
    const parts = edited(wholeParts(elmPoints()), (record) => {
      if (record.startsWith(`INS,${e(1)},`)) return `INS,${e(1)},E-1B,2026-06-10T09:00:00-05:00`;
      if (record.startsWith(`ACC,${e(1)},`)) return `ACC,${e(1)},A-NEW,2026-06-20`;
      if (record.startsWith(`ACC,${e(2)},`)) return `ACC,${e(2)},A-EARLY,${MAY}`;
      if (record.startsWith(`ORG,${e(2)},`)) return null;
      if (record.startsWith(`ACC,${e(3)},`)) return `ACC,${e(3)},A-EL-3,${MAY},2026-06-25`;
      if (record.startsWith(`SVC,${e(3)},`)) return `SVC,${e(3)},${MAY},STD,TOU,ON-TOU,R2`;
      if (record.startsWith(`SVC,${e(2)},`)) return `SVC,${e(2)},${MAY},STD,TOU,,,WITHDRAW`;
      if (record.startsWith('MTR,E-1,')) return `MTR,E-1B,D-E-1B,EA1,2026-06-10,60,1,6,KWH,3`;
      return record;
    });
    const psync = setOf(
      'ELM',
      'PSYNC',
      2,
      joined(parts, {
        1: [`SDP,${e(1)},EL-1,2026-06-01,ACTIVE,,,CENTRAL,RESIDENTIAL`],
        4: [`ACC,${e(3)},A-GONE,2026-02-01,2026-03-01`],
      }),
    );
    await send(psync);
    const s = (part: number, line: number | '') => `ROW,ELM-S-2.${part},${line},ELM-S-2,${part}`;
    expect(await ir('IR06', 'ELM', 'ELM-S-2')).toEqual([
      `${s(1, '')},,3,UNCHANGED,,FILE,`,
      expect.stringMatching(
        /^ROW,ELM-S-2\.2,2,ELM-S-2,2,,MTR\/E-1B,CREATED,2026-06-10(T00:00:00-05:00)?,FILE,$/,
      ),
      `${s(2, '')},,2,UNCHANGED,,FILE,`,
      `${s(3, 2)},${e(1)},INS/${e(1)}/E-1B/2026-06-10T09:00:00-05:00,CREATED,2026-06-10T09:00:00-05:00,FILE,`,
      `${s(3, '')},,2,UNCHANGED,,FILE,`,
      `${s(3, '')},${e(1)},INS/${e(1)}/E-1/${midnight(MAY)},ENDED,2026-06-10T09:00:00-05:00,FILE,`,
      `${s(4, 2)},${e(1)},ACC/${e(1)}/A-NEW/2026-06-20,CREATED,2026-06-20,FILE,`,
      `${s(4, 4)},${e(3)},ACC/${e(3)}/A-EL-3/${MAY},CHANGED,${MAY},FILE,`,
      `${s(4, '')},${e(1)},ACC/${e(1)}/A-EL-1/${MAY},ENDED,2026-06-20,FILE,`,
      `${s(5, '')},,2,UNCHANGED,,FILE,`,
      `${s(5, '')},${e(2)},ORG/${e(2)}/AMI_OPERATOR/${MAY},ENDED,${TODAY},FILE,AMI_OPERATOR`,
      `${s(6, 4)},${e(3)},SVC/${e(3)},CHANGED,${TODAY},FILE,`,
      `${s(6, '')},,1,UNCHANGED,,FILE,`,
    ]);
    expect((await ir('IR07', 'ELM', 'ELM-S-2')).map((row) => fieldsOf(row).slice(1, 9))).toEqual([
      [
        'ELM-S-2.1',
        '5',
        'ELM-S-2',
        '1',
        e(1),
        `SDP/${e(1)}`,
        expect.any(String),
        'DUPLICATE_RECORD',
      ],
      ['ELM-S-2.6', '3', 'ELM-S-2', '6', e(2), `SVC/${e(2)}`, 'action', 'BAD_VALUE'],
    ]);
    expect((await ir('IR14', 'ELM', 'ELM-S-2')).map((row) => fieldsOf(row).slice(1, 9))).toEqual([
      [
        'ELM-S-2.4',
        '3',
        'ELM-S-2',
        '4',
        e(2),
        `ACC/${e(2)}/A-EARLY/${MAY}`,
        'EFFECTIVE_DATE_CONFLICT',
        `ACC/${e(2)}/A-EL-2/${MAY}`,
      ],
      [
        'ELM-S-2.4',
        '5',
        'ELM-S-2',
        '4',
        e(3),
        `ACC/${e(3)}/A-GONE/2026-02-01`,
        'EFFECTIVE_DATE_CONFLICT',
        '',
      ],
    ]);
  }, 120_000);

  it('parks a PSYNC that would do too much, and obeys who decides', async () => {
    const whole = wholeParts(oakPoints());
    const without = (...gone: string[]) =>
      edited(whole, (record) => (gone.some((id) => record.includes(`,${id},`)) ? null : record));
    await send(setOf('OAK', 'PSYNC', 2, without(o(4))));
    const s = (set: number, part: number) => `ROW,OAK-S-${set}.${part},,OAK-S-${set},${part}`;
    const unchanged = (set: number, left: number) =>
      [1, 2, 3, 4, 5, 6].map((part) => {
        const count = part === 2 ? 4 : part === 5 ? left * 2 : left;
        return `${s(set, part)},,${count},UNCHANGED,,FILE,`;
      });
    const [sdps, ...others] = unchanged(2, 3);
    expect(await ir('IR06', 'OAK', 'OAK-S-2')).toEqual([
      sdps,
      `${s(2, 1)},${o(4)},SDP/${o(4)},INACTIVATED,${TODAY},FILE,ACTIVE`,
      ...others,
    ]);

    const parkedParts = edited(without(o(1), o(4)), (record) =>
      record.startsWith('SVC,') ? record.replace('TOU,ON-TOU', 'HOURLY,') : record,
    );
    await send(setOf('OAK', 'PSYNC', 3, parkedParts), setOf('OAK', 'ISYNC', 4, {}));
    expect(await show('OAK', 'OAK-S-3')).toMatchObject({
      state: 'PARKED',
      affected: 3,
      active: 3,
      next_sequence: 3,
    });
    expect(await show('OAK', 'OAK-S-4')).toMatchObject({ state: 'WAITING' });
    expect(await ir('IR10', 'OAK', 'OAK-S-3')).toEqual([
      'ROW,OAK-S-3,3,PSYNC_GUARD,1+2+3+4+5+6,,affected=3 active=3 inactivated=1 meter=0 framing=2,3',
    ]);
    expect(await ir('IR10', 'OAK', 'OAK-S-4')).toEqual([
      'ROW,OAK-S-4,4,WAITING_FOR_PARKED,1+2+3+4+5+6,,OAK-S-3,3',
    ]);
    const status = await hub.mdmr<{ parked: unknown[]; work: unknown[] }>('status');
    expect(JSON.stringify(status.parked)).toContain('OAK-S-3');
    expect(status.work).toEqual([]);
    expect((await hub.say('sync', 'release', 'OAK', 'OAK-S-4')).code).toBe(1);
    expect((await hub.say('sync', 'discard', 'OAK', 'OAK-S-2')).code).toBe(1);
    expect(await reportsOf(hub, 'OAK', 'IR06', { run: 'OAK-S-3' })).toEqual([]);

    await hub.mdmr('sync', 'discard', 'OAK', 'OAK-S-3');
    await hub.idle();
    expect(await show('OAK', 'OAK-S-3')).toMatchObject({ state: 'DISCARDED', next_sequence: 5 });
    expect(await show('OAK', 'OAK-S-4')).toMatchObject({ state: 'APPLIED' });
    const told = await reportsOf(hub, 'OAK', 'IR10', { run: 'OAK-S-3' });
    expect(told.map(({ rows }) => rows[0]).sort()).toEqual([
      expect.stringMatching(/^ROW,OAK-S-3,3,DISCARDED,1\+2\+3\+4\+5\+6,,[^,]*,4$/),
      expect.stringContaining('PSYNC_GUARD'),
    ]);
    expect(await returned('OAK', 'OAK-S-3')).toEqual(
      setFiles(setOf('OAK', 'PSYNC', 3, {}))
        .map(({ name }) => name)
        .sort(),
    );

    await send(setOf('OAK', 'PSYNC', 5, without(o(1), o(2))));
    await hub.mdmr('sync', 'release', 'OAK', 'OAK-S-5');
    await hub.idle();
    const inactivated = [o(1), o(2)].sort();
    expect((await ir('IR06', 'OAK', 'OAK-S-5')).filter((row) => row.includes('OAK-S-5.1'))).toEqual(
      [
        `ROW,OAK-S-5.1,3,OAK-S-5,1,${o(4)},SDP/${o(4)},REVIVED,${TODAY},FILE,`,
        `${s(5, 1)},,1,UNCHANGED,,FILE,`,
        ...inactivated.map((id) => `${s(5, 1)},${id},SDP/${id},INACTIVATED,${TODAY},FILE,ACTIVE`),
      ],
    );
  }, 180_000);

  it('keeps the order of sequences, waits, and gives parts back', async () => {
    const set = (sequence: number, more: Partial<SetText> = {}) =>
      setOf('PINE', 'ISYNC', sequence, {} as Parts, more);
    await send(set(1), set(3));
    expect(await show('PINE', 'PINE-S-3')).toMatchObject({ state: 'WAITING', next_sequence: 2 });
    expect(await reportsOf(hub, 'PINE', 'IR10')).toEqual([]);
    await send(set(2));
    await send(set(2, { setId: 'PINE-S-2b' }));
    expect(await show('PINE', 'PINE-S-3')).toMatchObject({ state: 'APPLIED', next_sequence: 4 });
    expect(await show('PINE', 'PINE-S-2b')).toMatchObject({ state: 'OUT_OF_SEQUENCE' });
    expect(await ir('IR10', 'PINE', 'PINE-S-2b')).toEqual([
      'ROW,PINE-S-2b,2,OUT_OF_SEQUENCE,1+2+3+4+5+6,,,4',
    ]);
    expect(await returned('PINE', 'PINE-S-2b')).toHaveLength(6);

    // 5 is complete at 8:00 and waits for 4, begun half an hour later by the agent, never completed;
    // OAK's parked set and its follower wait without end
    const keepOak = wholeParts(oakPoints());
    const parked = edited(keepOak, (r) =>
      r.startsWith('SVC,') ? r.replace('TOU,ON-TOU', 'PERIODIC,') : r,
    );
    await send(set(5), setOf('OAK', 'PSYNC', 6, parked), setOf('OAK', 'ISYNC', 7, {}));
    await hub.mdmr('clock', 'advance', 'PT30M');
    const open = set(4, { org: 'BILLCO' });
    await dropSet(hub, open, [1, 2, 3, 4, 5]);
    await hub.idle();
    await hub.mdmr('clock', 'advance', 'PT1H45M');
    expect(await show('PINE', 'PINE-S-5')).toMatchObject({ state: 'WAITING' });
    await hub.mdmr('clock', 'advance', 'PT30M');
    expect(await show('PINE', 'PINE-S-4')).toMatchObject({ state: 'INCOMPLETE', next_sequence: 4 });
    expect(await show('PINE', 'PINE-S-5')).toMatchObject({ state: 'OUT_OF_SEQUENCE' });
    const incomplete = ['ROW,PINE-S-4,4,INCOMPLETE,1+2+3+4+5,6,,4'];
    expect(await ir('IR10', 'PINE', 'PINE-S-4')).toEqual(incomplete);
    expect(await ir('IR10', 'BILLCO', 'PINE-S-4')).toEqual(incomplete);
    expect(await ir('IR10', 'PINE', 'PINE-S-5')).toEqual([
      'ROW,PINE-S-5,5,OUT_OF_SEQUENCE,1+2+3+4+5+6,,,4',
    ]);
    expect(await reportsOf(hub, 'PINE', 'IR06', { run: 'PINE-S-4' })).toEqual([]);
    const parts = setFiles(open).slice(0, 5);
    expect(await returned('BILLCO', 'PINE-S-4')).toEqual(parts.map(({ name }) => name).sort());
    expect(await returned('PINE', 'PINE-S-4')).toEqual([]);
    for (const { name, content } of parts) {
      const file = path.join(hub.folder('BILLCO', 'outbox'), 'returned', 'PINE-S-4', name);
      expect(await readFile(file, 'utf8')).toBe(content);
    }

    // the same number under a new set_id, with the freed ids; the old set_id names its set for ever
    const again = setFiles(open).map(({ name, content }) => ({
      name: `again ${name}`,
      content: content.replace('PINE-S-4,4,', 'PINE-S-4b,4,'),
    }));
    for (const { name, content } of again) await hub.drop('BILLCO', name, content);
    await hub.idle();
    expect(await show('PINE', 'PINE-S-4b')).toMatchObject({ state: 'APPLIED', next_sequence: 5 });
    await dropSet(hub, set(5, { setId: 'PINE-S-4' }), [1]);
    await hub.idle();
    const refused = await reportsOf(hub, 'PINE', 'IR17');
    expect(refused.map(({ rows }) => fieldsOf(rows[0]!)[4])).toEqual(['SET_HEADER_MISMATCH']);
    expect(await show('OAK', 'OAK-S-7')).toMatchObject({ state: 'WAITING' });
  }, 240_000);

  it('discards a parked set by itself after its days', async () => {
    expect(await show('OAK', 'OAK-S-6')).toMatchObject({ state: 'PARKED' });
    await hub.mdmr('clock', 'advance', 'P5D');
    expect(await show('OAK', 'OAK-S-6')).toMatchObject({ state: 'DISCARDED' });
    expect(await show('OAK', 'OAK-S-7')).toMatchObject({ state: 'APPLIED', next_sequence: 8 });
    const told = await reportsOf(hub, 'OAK', 'IR10', { run: 'OAK-S-6' });
    expect(told.map(({ rows }) => fieldsOf(rows[0]!)[3]).sort()).toEqual([
      'DISCARDED',
      'PSYNC_GUARD',
    ]);
  }, 120_000);

  it('counts every record, and is the same rebuilt', async () => {
    const files = await custody(hub);
    expect(uncounted(files)).toEqual([]);
    const of = (name: RegExp) => files.filter((f) => name.test(f.name));
    for (const f of of(/_MAPLE-S-2\.1\./))
      expect(f).toMatchObject({ in: 25, applied: 2, rejected: 23 });
    expect(of(/^BILLCO_SYNC.*PINE-S-4\./).every((f) => f.state === 'RETURNED')).toBe(true);
    expect(files.filter((f) => f.pending > 0)).toEqual([]);
    expect(await hub.mdmr('rebuild', 'mmd', '--check')).toMatchObject({ equal: true });
  }, 120_000);
});
