import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@mdmr/testing';
import { APRIL, MmdHub, U1, U2, U3, at } from './spec-hub.js';

let mmd: MmdHub;

beforeAll(async () => {
  mmd = await MmdHub.start('2026-04-30T15:40');
  await mmd.registerWorld();
}, 60_000);
afterAll(() => mmd?.close(), 60_000);

/** Each step goes on where the one before it ended; the machine may be busy. */
const step = (name: string, run: () => Promise<void>) => it(name, run, 60_000);

const APRIL_SET = { set: 'MP-S-1', sequence: 1, mode: 'PSYNC' } as const;
const JULY = [
  `SDP,${U1},MP-0101,2026-07-02,ACTIVE,12 Elm St,K0A 1A,EASTERN,RESIDENTIAL`,
  'MTR,M-1012,D-1012,NA1,2026-07-02T10:37:00-05:00,60,1,6,KWH,3',
  `INS,${U2},M-1002,2026-05-01T00:00:00-05:00,2026-07-02T10:37:00-05:00,KWH=100.000,KWH=1439.300`,
  `INS,${U2},M-1012,2026-07-02T10:37:00-05:00,,KWH=0.000`,
  `INS,${U1},M-1003,2026-07-02T09:00:00-05:00`,
  `SVC,${U3},2026-05-01,STD,HOURLY,,R1`,
];

function lines(rows: readonly object[], set: string, columns: string): string[] {
  return rows.map((row) => {
    const values: Record<string, unknown> = { set_id: set, ...row };
    return columns
      .split(',')
      .map((name) => values[name] ?? '')
      .join(',');
  });
}

describe('the sets of a utility', () => {
  step('begin with a PSYNC, applied when its sixth part is in', async () => {
    await mmd.receiveSet(APRIL_SET, APRIL);
    const applied = await mmd.state('MP-S-1', 'APPLIED');
    expect(applied).toMatchObject({ reason: '', expected_sequence: 2, parts_missing: [] });
    const outcomes = await mmd.outcomes('MP-S-1');
    expect(outcomes.applied.map((r) => r.action)).toEqual(APRIL.map(() => 'CREATED'));
    expect(outcomes.applied.map((r) => r.lacks).join('')).toBe('');
    expect(outcomes.custody).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => ({ custody_id: `C${n}`, applied: 3, rejected: 0 })),
    );
    expect(mmd.about('mmd.SyncPartAccepted', 'MP-S-1')).toHaveLength(6);
  });

  step('keep accounts, addresses and postal codes in the identity compartment', async () => {
    const changed = mmd.about('mmd.DirectoryChanged', 'MP-S-1');
    expect(changed.map((c) => c.last)).toEqual([true]);
    const text = JSON.stringify(changed);
    for (const secret of ['A-900', 'Elm', 'K0A']) expect(text).not.toContain(secret);
    const timelines = changed.flatMap((c) => c.timelines);
    const account = timelines.find((t) => t.record_type === 'ACC' && t.usdp_id === U1);
    const identified = await until('the accounts', async () => {
      const all = mmd.seen.filter((e) => e.type === 'mmd.AccountsIdentified');
      return all.length > 0 && all.flatMap((e) => e.value.accounts);
    });
    expect(identified).toContainEqual({
      account_id: 'A-9001',
      account_ref: account!.versions[0]!.values['account_ref'],
    });
    const located = await until('the addresses', async () => {
      const all = mmd.about('mmd.SdpsLocated', 'MP-S-1');
      return all.length > 0 && all.flatMap((s) => s.locations);
    });
    expect(located).toContainEqual({
      usdp_id: U2,
      from_ms: at('2026-05-01T00:00'),
      service_address: '14 Elm St, rear',
      postal_code: null,
    });
  });

  step('go on with an ISYNC whose rows come out as the synchronization page says', async () => {
    await mmd.setClock(at('2026-07-02T15:40'));
    await mmd.receiveSet({ set: 'MP-S-2', sequence: 2 }, JULY);
    const o = await mmd.outcomes('MP-S-2');
    const ir06 = 'file_id,line,set_id,part,usdp_id,record_key,action,effective_from,source,lacks';
    const old = `INS/${U2}/M-1002/2026-05-01T00:00:00-05:00`;
    const fresh = `INS/${U2}/M-1012/2026-07-02T10:37:00-05:00`;
    expect(lines(o.applied, 'MP-S-2', ir06)).toEqual([
      'MP-S-2.2,2,MP-S-2,2,,MTR/M-1012,CREATED,2026-07-02T10:37:00-05:00,FILE,',
      `MP-S-2.3,2,MP-S-2,3,${U2},${old},CHANGED,2026-05-01T00:00:00-05:00,FILE,`,
      `MP-S-2.3,3,MP-S-2,3,${U2},${fresh},CREATED,2026-07-02T10:37:00-05:00,FILE,`,
      `MP-S-2.6,2,MP-S-2,6,${U3},SVC/${U3},UNCHANGED,2026-05-01,FILE,`,
    ]);
    const ir07 = 'file_id,line,set_id,part,usdp_id,record_key,field,reason,value';
    expect(lines(o.content_rejected, 'MP-S-2', ir07)).toEqual([
      `MP-S-2.1,2,MP-S-2,1,${U1},SDP/${U1},postal_code,BAD_POSTAL_CODE,K0A 1A`,
    ]);
    const ir14 = 'file_id,line,set_id,part,usdp_id,record_key,reason,conflicting_with';
    expect(lines(o.relation_rejected, 'MP-S-2', ir14)).toEqual([
      `MP-S-2.3,4,MP-S-2,3,${U1},INS/${U1}/M-1003/2026-07-02T09:00:00-05:00,` +
        `METER_ALREADY_INSTALLED,INS/${U3}/M-1003/2026-05-01T00:00:00-05:00`,
    ]);
  });

  step('say UNCHANGED for addresses and accounts that are held', async () => {
    await mmd.receiveSet({ set: 'MP-S-3', sequence: 3 }, [
      `SDP,${U1},MP-0101,2026-05-01,ACTIVE,12 Elm St,K0A1A0,EASTERN,RESIDENTIAL`,
      `ACC,${U1},A-9001,2026-05-01`,
      `SVC,${U2},2026-05-01,STD,PERIODIC,ON-TIERED,R2`,
    ]);
    const o = await mmd.outcomes('MP-S-3');
    expect(o.applied.map((r) => r.action)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(o.content_rejected.map((r) => r.reason)).toEqual(['UNKNOWN_RATE_CLASS']);
    expect(mmd.about('mmd.DirectoryChanged', 'MP-S-3')).toEqual([]);
  });

  step('know what was true at one time as known at another', async () => {
    await mmd.setClock(at('2026-07-03T09:00'));
    const now = await mmd.get(`/admin/directory/${U2}`);
    expect(now.body).toMatchObject({
      ldc: 'MAPLE',
      sdp: { status: 'ACTIVE', service_address: '14 Elm St, rear', line: 3 },
      installations: [{ meter_id: 'M-1012', meter: { amcd_id: 'D-1012' } }],
      accounts: [{ account_id: 'A-9002', from: '2026-05-01T00:00:00-05:00', to: null }],
      organizations: [{ role: 'AMI_OPERATOR', org_id: 'NORTHAMI' }],
      service: { framing: 'PERIODIC' },
    });
    const then = await mmd.get(`/admin/directory/${U2}?as_of=2026-07-02T10:00-05:00`);
    expect(then.body).toMatchObject({
      installations: [{ meter_id: 'M-1002', to: '2026-07-02T10:37:00-05:00' }],
    });
    const known = 'as_known_on=2026-07-01T00:00-05:00';
    const before = await mmd.get(`/admin/directory/${U2}?as_of=2026-07-03&${known}`);
    expect(before.body).toMatchObject({ installations: [{ meter_id: 'M-1002', to: null }] });
    const unknown = await mmd.get(`/admin/directory/${U2}?as_known_on=2026-04-01`);
    expect(unknown.status).toBe(404);
    expect((await mmd.get(`/admin/directory/${U2}?as_of=soon`)).status).toBe(400);
  });

  step('know meters and AMCD ids of other utilities at a shared head-end', async () => {
    await mmd.receiveSet({ set: 'BI-S-1', sequence: 1, sender: 'BIRCH', ldc: 'BIRCH' }, [
      'SDP,3560287145,BI-0101,2026-07-01,ACTIVE,,,EASTERN,OTHER',
      'MTR,M-1001,D-2001,NA1,2026-07-01,60,1,6,KWH',
      'MTR,M-2002,D-1003,NA1,2026-07-01,60,1,6,KWH',
      'MTR,M-2003,D-1002,NA1,2026-07-02T10:37:00-05:00,60,1,6,KWH',
      'INS,3560287145,M-2003,2026-07-02T10:37:00-05:00',
      `ACC,${U1},A-1,2026-07-01`,
    ]);
    const o = await mmd.outcomes('BI-S-1');
    expect(o.relation_rejected.map((r) => `${r.record_key} ${r.reason}`)).toEqual([
      'MTR/M-1001 METER_ID_CONFLICT',
      'MTR/M-2002 AMCD_CONFLICT',
    ]);
    expect(o.content_rejected.map((r) => r.reason)).toEqual(['WRONG_LDC']);
    expect(o.applied.map((r) => r.lacks)).toEqual([
      'AMI_OPERATOR+VEE_SERVICE+FRAMING',
      '',
      'AMI_OPERATOR+VEE_SERVICE+FRAMING',
    ]);
  });
});

describe('parts and windows', () => {
  step('refuse what does not fit the set', async () => {
    const part = { set: 'MP-S-4', sequence: 4, part: 1 };
    await mmd.receive(part);
    await mmd.receive({ ...part, part: 2, sequence: 5 });
    await mmd.receive(part, 'again.csv');
    await mmd.receive({ ...part, set: 'MP-S-2', sequence: 2 });
    const refused = await until('three refusals', async () => {
      const all = mmd.seen.flatMap((e) => (e.type === 'mmd.SyncPartRefused' ? [e.value] : []));
      return all.length === 3 && all;
    });
    expect(refused.map((r) => `${r.set_id} ${r.reason} ${r.detail}`)).toEqual([
      'MP-S-4 SET_HEADER_MISMATCH sequence',
      'MP-S-4 DUPLICATE_PART 1',
      'MP-S-2 SET_HEADER_MISMATCH set has ended',
    ]);
    expect(refused[1]).toMatchObject({ sender: 'MAPLE', file_name: 'again.csv', line: 1 });
  });

  step(
    'let a complete set wait, end the incomplete one at its window, then the one that waited',
    async () => {
      await mmd.receiveSet({ set: 'MP-S-5', sequence: 5 }, []);
      const waiting = await mmd.state('MP-S-5', 'WAITING');
      expect(waiting).toMatchObject({ ended: false, reason: '' });
      const shown = await mmd.get('/admin/sets/MAPLE/MP-S-4');
      expect(shown.body).toMatchObject({ state: 'OPEN', parts: [1], next_sequence: 4 });
      const status = await mmd.get('/admin/status');
      expect(status.body).toMatchObject({
        details: {
          open_sets: [
            { set_id: 'MP-S-4', parts: 1 },
            { set_id: 'MP-S-5', parts: 6 },
          ],
        },
      });
      await mmd.setClock(at('2026-07-03T11:30'));
      const incomplete = await mmd.state('MP-S-4', 'INCOMPLETE');
      expect(incomplete).toMatchObject({
        ended: true,
        reason: 'INCOMPLETE',
        parts_missing: [2, 3, 4, 5, 6],
        expected_sequence: 4,
      });
      const out = await mmd.state('MP-S-5', 'OUT_OF_SEQUENCE');
      expect(out).toMatchObject({ reason: 'OUT_OF_SEQUENCE', expected_sequence: 4 });
    },
  );

  step(
    'apply sets in sequence, whatever the order in which they come, also after a restart',
    async () => {
      await mmd.receiveSet({ set: 'MP-T-5', sequence: 5 }, [`ATR,${U1},CYCLE,C2,2026-07-02`]);
      await mmd.state('MP-T-5', 'WAITING');
      await mmd.service.stop();
      await mmd.startService();
      await mmd.receiveSet({ set: 'MP-T-4', sequence: 4 }, [`ATR,${U1},CYCLE,C1,2026-07-02`]);
      await mmd.state('MP-T-5', 'APPLIED');
      const [first] = (await mmd.outcomes('MP-T-4')).applied;
      const [second] = (await mmd.outcomes('MP-T-5')).applied;
      expect([first?.action, second?.action]).toEqual(['CREATED', 'CHANGED']);
    },
  );
});

describe('a suspicious PSYNC', () => {
  const only = APRIL.filter((line) => line.includes(U1) || line.startsWith('MTR'));

  step('is parked, later sets wait and are told once', async () => {
    await mmd.receiveSet({ set: 'MP-P-6', sequence: 6, mode: 'PSYNC' }, only);
    const parked = await mmd.state('MP-P-6', 'PARKED');
    expect(parked).toMatchObject({
      reason: 'PSYNC_GUARD',
      detail: 'affected=2 active=3 inactivated=2 meter=0 framing=0',
      expected_sequence: 6,
      affected: 2,
      active: 3,
    });
    await mmd.receiveSet({ set: 'MP-S-7', sequence: 7 }, []);
    const waiting = await mmd.state('MP-S-7', 'WAITING');
    expect(waiting).toMatchObject({ reason: 'WAITING_FOR_PARKED', detail: 'MP-P-6' });
    const status = await mmd.get('/admin/status');
    expect(status.body).toMatchObject({ details: { parked: [{ set_id: 'MP-P-6' }] }, work: [] });
    const wrong = await mmd.get('/admin/sets/MAPLE/MP-S-7/release', 'POST');
    expect(wrong).toMatchObject({ status: 409, body: { code: 'SET_NOT_PARKED' } });
    expect((await mmd.get('/admin/sets/MAPLE/NONE/discard', 'POST')).status).toBe(404);
  });

  step('is discarded by an operator and uses its sequence', async () => {
    const answer = await mmd.get('/admin/sets/MAPLE/MP-P-6/discard', 'POST');
    expect(answer).toMatchObject({
      status: 200,
      body: { state: 'DISCARDED', affected: 2, active: 3, next_sequence: 7 },
    });
    expect(await mmd.state('MP-P-6', 'DISCARDED')).toMatchObject({ reason: 'DISCARDED' });
    expect(await mmd.state('MP-S-7', 'APPLIED')).toMatchObject({ expected_sequence: 8 });
    expect(mmd.about('mmd.SyncSetStateChanged', 'MP-S-7')).toHaveLength(2);
  });

  step('is applied when released', async () => {
    await mmd.receiveSet({ set: 'MP-P-8', sequence: 8, mode: 'PSYNC' }, only);
    await mmd.state('MP-P-8', 'PARKED');
    const answer = await mmd.get('/admin/sets/MAPLE/MP-P-8/release', 'POST');
    expect(answer.body).toMatchObject({ state: 'APPLIED', affected: 2, next_sequence: 9 });
    const o = await mmd.outcomes('MP-P-8');
    expect(o.applied.filter((r) => r.line === null).map((r) => r.action)).toEqual([
      'UNCHANGED',
      'INACTIVATED',
      'INACTIVATED',
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
    ]);
  });

  step('is discarded by itself after its days', async () => {
    await mmd.receiveSet({ set: 'MP-S-9', sequence: 9, mode: 'PSYNC' }, APRIL);
    const { applied } = await mmd.outcomes('MP-S-9');
    expect(applied.filter((r) => r.action === 'REVIVED')).toHaveLength(2);
    await mmd.receiveSet({ set: 'MP-P-10', sequence: 10, mode: 'PSYNC' }, []);
    const parked = await mmd.state('MP-P-10', 'PARKED');
    expect(parked.detail).toBe('affected=3 active=3 inactivated=3 meter=0 framing=0');
    await mmd.setClock(at('2026-07-10T09:00'));
    const ended = await mmd.state('MP-P-10', 'DISCARDED');
    expect(ended).toMatchObject({ ended: true, reason: 'DISCARDED', expected_sequence: 11 });
  });
});

describe('mmd', () => {
  step('is rebuilt from the topics without a difference', async () => {
    const tables = await mmd.service.tools.bus.rebuild(true);
    expect(tables.filter((t) => !t.equal)).toEqual([]);
    const filled = tables.filter((t) => t.live_rows > 0).map((t) => t.table);
    expect(filled).toEqual(
      expect.arrayContaining([
        'account_identity',
        'directory_timeline',
        'sdp_identity',
        'sync_set',
      ]),
    );
  });
});
