/** The service on a real broker and database: days in, verdicts out, final runs, directory changes, rebuild. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import { type EstDay, formatEstDay, parseEstDay, startOfDay } from '@mdmr/kernel';
import type { RunningService } from '@mdmr/service';
import { type Feeder, feeder, type TestHub, testHub, until } from '@mdmr/testing';
import type { Validated } from '../decide/channel-day-event.js';
import { decodeDay } from '../store/day-body.js';
import { veeService } from '../vee.module.js';
import { channelDay, directoryChanged, home, runDue, timeline } from './hub-fixture.js';

/** A busy machine may take its time. */
const LIMIT = 60_000;
const S1 = '4071829533';
const S2 = '2684517307';
const FIRST = parseEstDay('2026-06-01')!;
const D = parseEstDay('2026-07-02')!;
const DAY_A = [
  400, 400, 300, 300, 300, 400, 700, 1200, 1100, 800, 700, 700, 800, 700, 700, 900, 1300, 1900,
  2100, 1800, 1500, 1200, 800, 500,
];
const EVENING_MISSING = DAY_A.map((v, i) => (i >= 17 && i < 21 ? null : v));

let hub: TestHub;
let vee: RunningService;
let feed: Feeder;

beforeAll(async () => {
  hub = await testHub({ MDMR_CLOCK: '2026-07-03T08:00:00-05:00' });
  feed = await feeder(hub);
  vee = await hub.start(veeService);
}, 60_000);
afterAll(async () => {
  await feed.close();
  await hub.close();
});

async function stored(usdpId: string, day: EstDay): Promise<Validated | undefined> {
  const found = await vee.tools.db.query<{ channel: string; body: Buffer }>(
    'select channel, body from channel_day where usdp_id = $1 and est_day = $2',
    [usdpId, day],
  );
  const row = found.rows[0];
  return row && decodeDay(row.body, usdpId, row.channel);
}

async function dayWhere(
  what: string,
  usdpId: string,
  day: EstDay,
  holds: (value: Validated) => boolean,
): Promise<Validated> {
  return until(what, async () => {
    const value = await stored(usdpId, day);
    return value !== undefined && holds(value) ? value : undefined;
  });
}

async function runDone(runId: string): Promise<number> {
  return until(runId, async () => {
    const found = await vee.tools.db.query<{ n: number }>(
      'select estimated_channel_days + 1 as n from estimation_run_done where run_id = $1',
      [runId],
    );
    return found.rows[0]?.n;
  });
}

interface Answer {
  readonly services: { id: string }[];
  readonly thresholds: Record<string, number>;
  readonly channels: { intervals: object[] }[];
}

async function call(method: string, path: string, body?: object): Promise<[number, Answer]> {
  const response = await fetch(`${vee.url}/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${hub.operatorKey}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return [response.status, (await response.json()) as Answer];
}

function registersOf(day: EstDay): [number, number] {
  const first = 1_000_000 + (day - FIRST) * 21_500;
  return [first, first + 21_500];
}

describe('the vee service', () => {
  it(
    'registers what it ships',
    async () => {
      const [status, body] = await call('GET', 'vee-services');
      expect(status).toBe(200);
      expect(body.services.map((s) => s.id)).toEqual(['COMM', 'STD', 'TEXTBOOK']);
      expect(body.thresholds['r-021.near']).toBe(0.9);
    },
    LIMIT,
  );

  it(
    'validates every day at once',
    async () => {
      const directory = [...home(S1, 'M-1001', FIRST), ...home(S2, 'M-1002', FIRST)];
      await feed.send(directoryChanged(directory, startOfDay(FIRST)));
      const days = [];
      for (let day = FIRST; day < D; day++) {
        const registers = registersOf(day);
        days.push(channelDay({ usdpId: S1, meterId: 'M-1001', day, values: DAY_A, registers }));
      }
      await feed.send(...days);
      const values = EVENING_MISSING;
      await feed.send(
        channelDay({ usdpId: S1, meterId: 'M-1001', day: D, values, registers: registersOf(D) }),
      );
      const day = await dayWhere('day D', S1, D, (v) => v.service_id === 'STD');
      expect(day.states).toBe('VVVVVVVVVVVVVVVVVMMMMVVV');
      expect(day.values.slice(16, 22)).toEqual([1300, null, null, null, null, 1200]);
      expect(day.findings[0]).toMatchObject({
        rule: 'VEE-R-020',
        severity: 'FAIL',
        outcome: 'OPEN',
      });
      const before = await dayWhere('the day before', S1, D - 1, (v) => v.service_id === 'STD');
      expect(before).toMatchObject({
        states: 'V'.repeat(24),
        findings: [],
        passed: [20, 21, 22, 25, 23, 30, 31],
      });
    },
    LIMIT,
  );

  it(
    'estimates what is due in the final run, and days that nobody ever heard of',
    async () => {
      await feed.send(runDue('FINAL-2026-07-02', D, startOfDay(D + 1) + 27_000_000));
      // One day of S1; no history for S2, so that all its days are NVE.
      expect(await runDone('FINAL-2026-07-02')).toBe(1 + 1);
      const day = await dayWhere('day D', S1, D, (v) => v.cause === 'FINAL');
      expect(day.states).toBe('VVVVVVVVVVVVVVVVVEEEEVVV');
      expect(day.values.reduce<number>((a, b) => a + (b ?? 0), 0)).toBe(21_500);
      expect(day.estimates).toMatchObject([
        { method: 'EST-HIS', scaling: 'SCALED', energy_wh: 7300 },
      ]);
      expect(day.source_values[17]).toBeNull();
      expect(day.source_values[16]).toBe(1300);
      const silent = await dayWhere('a silent day', S2, FIRST, (v) => v.cause === 'FINAL');
      expect(silent).toMatchObject({ reads_version: 0, states: 'N'.repeat(24), flags: '' });
      expect(silent.nve).toEqual([{ from: 0, to: 24, reason: 'NO_HISTORY' }]);
      const old = await dayWhere('day 32', S2, FIRST + 31, (v) => v.cause === 'FINAL');
      expect(old.nve).toEqual([{ from: 0, to: 24, reason: 'GAP_TOO_LONG' }]);
    },
    LIMIT,
  );

  it(
    'lets late actuals replace estimates',
    async () => {
      const values = EVENING_MISSING.map((v, i) => (i === 17 ? 1900 : v));
      const registers = registersOf(D);
      await feed.send(
        channelDay({ usdpId: S1, meterId: 'M-1001', day: D, version: 2, values, registers }),
      );
      const day = await dayWhere('version 2', S1, D, (v) => v.reads_version === 2);
      expect(day.states).toBe('VVVVVVVVVVVVVVVVVVEEEVVV');
      expect(day.values.reduce<number>((a, b) => a + (b ?? 0), 0)).toBe(21_500);
      // An older version that comes later changes nothing.
      await feed.send(
        channelDay({ usdpId: S1, meterId: 'M-1001', day: D, version: 1, values: DAY_A, registers }),
        channelDay({ usdpId: S1, meterId: 'M-1001', day: D + 1, values: DAY_A }),
      );
      await dayWhere('the next day', S1, D + 1, () => true);
      expect((await stored(S1, D))!.reads_version).toBe(2);
    },
    LIMIT,
  );

  it(
    'judges again when the directory changes',
    async () => {
      const split = startOfDay(D);
      const accounts = timeline('ACC', S1, [
        { from: startOfDay(FIRST), to: split, values: { account_ref: 'old' } },
        { from: split, values: { account_ref: 'new' } },
      ]);
      await feed.send(directoryChanged([accounts], startOfDay(D + 1) + 28_000_000));
      const day = await dayWhere('the new account', S1, D, (v) => v.context.includes('"new"'));
      // The new occupant has no history: what is missing is shared out flat to the registers.
      expect(day.cause).toBe('DIRECTORY');
      expect(day.estimates).toMatchObject([
        { method: 'EST-FLT', scaling: 'FLAT', energy_wh: 5400 },
      ]);
      expect((await stored(S1, D - 1))!.context).toContain('"old"');
    },
    LIMIT,
  );

  it(
    'takes a default service of the LDC',
    async () => {
      const usdpId = '9153064828';
      await feed.send(
        directoryChanged(
          home(usdpId, 'M-1003', FIRST, '').map((t) => t),
          startOfDay(D + 1) + 28_100_000,
        ),
        channelDay({ usdpId, meterId: 'M-1003', day: D, values: EVENING_MISSING }),
      );
      await dayWhere('a day without service', usdpId, D, (v) => v.service_id === '');
      const setting = {
        ldc: 'MAPLE',
        name: 'default-vee.RESIDENTIAL',
        value: 'STD',
        from_day: FIRST,
      };
      await feed.send(
        emit('participants.LdcSettingSet', 'MAPLE', { at_ms: startOfDay(D + 1), ...setting }),
      );
      const day = await dayWhere('the default', usdpId, D, (v) => v.service_id === 'STD');
      expect(day.findings.some((f) => f.rule === 'VEE-R-020')).toBe(true);
    },
    LIMIT,
  );

  it(
    'defines services in versions and refuses nonsense',
    async () => {
      const add = { id: 'STRICT', rules: 'STANDARD', ladder: null, strict: true, profile: null };
      const first = { ...add, set: { 'r-031.kw': '40' }, from: '2026-06-01' };
      expect(await call('POST', 'vee-services', first)).toEqual([
        200,
        { id: 'STRICT', changed: true, version: 1, from: '2026-06-01' },
      ]);
      expect(await call('POST', 'vee-services', first)).toMatchObject([200, { changed: false }]);
      const next = { ...first, set: { 'r-031.kw': '41' }, from: '2026-07-03' };
      expect(await call('POST', 'vee-services', next)).toMatchObject([200, { version: 2 }]);
      const wrong = [
        { ...add, set: { 'r-031.volt': '1' } },
        { ...add, set: { 'r-031.kw': 'many' } },
        { ...add, rules: 'NONE' },
        { ...add, ladder: 'mean11' },
      ];
      for (const body of wrong) expect((await call('POST', 'vee-services', body))[0]).toBe(422);
    },
    LIMIT,
  );

  it(
    'lets a person accept, once',
    async () => {
      const registers = registersOf(D);
      const day = D - 3;
      registers[1] += 1000;
      await feed.send(
        channelDay({
          usdpId: S1,
          meterId: 'M-1001',
          day,
          version: 2,
          values: DAY_A,
          registers: [registersOf(day)[0], registersOf(day)[1] + 1000],
        }),
      );
      await dayWhere('a sum check that fails', S1, day, (v) => v.states === 'M'.repeat(24));
      const [start, end] = [formatEstDay(day), formatEstDay(day + 1)];
      const body = { usdp_id: S1, start, end, rule: 'R-023', user: 'ann', reason: 'seen on site' };
      expect(await call('POST', 'accept', body)).toEqual([200, { accepted: 1 }]);
      const value = (await stored(S1, day))!;
      expect(value).toMatchObject({ states: 'V'.repeat(24), cause: 'ACCEPT' });
      expect(value.findings).toMatchObject([
        { rule: 'VEE-R-023', severity: 'FAIL', outcome: 'ACCEPTED' },
      ]);
      expect(await call('POST', 'accept', body)).toMatchObject([
        409,
        { code: 'NOTHING_TO_ACCEPT' },
      ]);
      expect((await call('POST', 'accept', { ...body, rule: 'R-030' }))[0]).toBe(422);
    },
    LIMIT,
  );

  it(
    'traces an interval back to its line',
    async () => {
      const [status, body] = await call(
        'GET',
        `trace/interval/${S1}/${formatEstDay(D)}?channel=KWH`,
      );
      expect(status).toBe(200);
      expect(body.channels[0]!.intervals[16]).toMatchObject({
        end: '2026-07-02T17:00:00-05:00',
        kwh: '1.300',
        state: 'VAL',
        file_id: 'x1',
        line: 2,
      });
      expect(body.channels[0]!.intervals[18]).toMatchObject({ state: 'EST', method: 'EST-FLT' });
    },
    LIMIT,
  );

  it(
    'is rebuilt equal from its topics',
    async () => {
      const tables = await vee.tools.bus.rebuild(true);
      expect(tables.filter((t) => !t.equal)).toEqual([]);
      expect(tables.find((t) => t.table.startsWith('channel_day'))?.live_rows).toBeGreaterThan(0);
    },
    LIMIT,
  );
});
