import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, type Feeder, type TestHub } from '@mdmr/testing';
import { reportingService } from '../reporting.module.js';
import { eventReports, scheduledReports } from '../report/reports.js';
import { door, idle, setClock, type Door } from './door.js';
import { reportStep } from './run-reporter.js';
import * as story from './story.js';

const { at } = story;
const [ANNA, BEN, CARL] = story.SDPS as [string, string, string];

let hub: TestHub;
let service: RunningService;
let feed: Feeder;
let admin: Door;

/** Nothing is left to take in. */
const settled = (): Promise<void> => idle(service);

async function run(schedule: string, on: string, org: string | null = null): Promise<string> {
  await settled();
  const asked = await admin.call('POST', 'runs', { schedule, day: on, org });
  expect(asked.status).toBe(200);
  return asked.body.run_id;
}

beforeAll(async () => {
  hub = await testHub({ MDMR_CLOCK: '2026-07-03T07:00:00-05:00', MDMR_SCHEDULE: 'off' });
  setClock(hub, at('2026-07-03T07:00:00'));
  service = await hub.start(reportingService);
  feed = await feeder(hub);
  admin = door(hub, () => service);
  await feed.send(...story.participants(['MAPLE', 'OAK']), story.directory(), story.accounts());
}, 60_000);
afterAll(async () => {
  await feed?.close();
  await hub?.close();
}, 60_000);

describe('an interim run', () => {
  it('counts the collection as of its start, for the LDC and its AMI operator', async () => {
    const night = at('2026-07-03T03:50:00');
    await feed.send(
      story.channelDay(ANNA, '2026-07-02', 1, 20, night),
      story.channelDay(ANNA, '2026-07-02', 2, 24, night + 60_000),
      story.channelDay(BEN, '2026-07-02', 1, 24, at('2026-07-03T05:00:01')),
      story.channelDay(CARL, '2026-07-02', 1, 20, night),
      story.channelDay(CARL, '2026-07-02', 2, 24, at('2026-07-03T23:00:00')),
      story.channelDay(ANNA, '2026-07-01', 1, 24, night),
    );
    const runId = await run('interim', '2026-07-02');
    expect(runId).toBe('INTERIM-2026-07-02');
    await admin.done(runId);
    const rows = await admin.rows('DC01', `org=MAPLE&run=${runId}`);
    // The first run counts from the beginning: every day since the first of May.
    expect(rows).toHaveLength(63);
    expect(rows.slice(-3)).toEqual([
      'NA1,2026-06-30,3,0,0,3,0',
      'NA1,2026-07-01,3,1,0,2,1',
      'NA1,2026-07-02,3,2,1,0,1',
    ]);
    expect(await admin.rows('DC01', `org=NORTHAMI&run=${runId}&ldc=MAPLE`)).toEqual(rows);
    expect(await admin.rows('DC01', `org=OAK&run=${runId}`)).toEqual([]);
    expect(await admin.rows('DC04', `org=NORTHAMI&run=${runId}&ldc=OAK`)).toEqual([]);
  }, 60_000);

  it('run again, tells the data day and the days that changed since', async () => {
    setClock(hub, at('2026-07-04T12:00:00'));
    await feed.send(
      story.channelDay(BEN, '2026-06-18', 1, 24, at('2026-07-04T11:00:00')),
      story.statusChanged(CARL, 'DISCONNECTED', '2026-07-02', at('2026-07-04T11:30:00')),
    );
    const runId = await run('interim', '2026-07-02', 'MAPLE');
    expect(runId).toBe('INTERIM-2026-07-02.2');
    await admin.done(runId);
    expect(await admin.rows('DC01', `org=MAPLE&run=${runId}`)).toEqual([
      'NA1,2026-06-18,3,1,0,2,1',
      'NA1,2026-07-02,2,2,0,0,1',
      'NA1,2026-07-03,2,0,0,2,0',
    ]);
    const third = await run('interim', '2026-07-02', 'MAPLE');
    await admin.done(third);
    expect(await admin.rows('DC01', `org=MAPLE&run=${third}`)).toEqual([
      'NA1,2026-07-02,2,2,0,0,1',
    ]);
    const list = await admin.call('GET', 'reports?org=OAK');
    expect(list.body.reports.map((r: { run_id: string }) => r.run_id)).not.toContain(third);
  }, 60_000);

  it('lists held values every day, others once', async () => {
    setClock(hub, at('2026-07-05T07:00:00'));
    const received = at('2026-07-05T06:00:00');
    await feed.send(story.heldValues(received), story.segmentDecided(received));
    const first = await run('interim', '2026-07-04');
    await admin.done(first);
    const held =
      'x4648c5e2cb598eea,2,M-7777,,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,2,UNKNOWN_METER,HELD,,,NA1_late.cmep';
    const rejected = 'x4648c5e2cb598eea,3,M-1003,,KWH,,,3,COUNT_MISMATCH,REJECTED,,,NA1_late.cmep';
    expect(await admin.rows('DC04', `org=NORTHAMI&run=${first}&ldc=MAPLE`)).toEqual([
      held,
      rejected,
    ]);
    expect(await admin.rows('DC04', `org=MAPLE&run=${first}`)).toEqual([held, rejected]);
    const second = await run('interim', '2026-07-04');
    await admin.done(second);
    expect(await admin.rows('DC04', `org=MAPLE&run=${second}`)).toEqual([held]);

    setClock(hub, at('2026-08-20T07:00:00'));
    const later = await run('interim', '2026-08-19', 'MAPLE');
    await admin.done(later);
    expect(await admin.rows('DC04', `org=MAPLE&run=${later}`)).toEqual([
      ',,M-7777,,,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,2,UNKNOWN_METER,HELD,,,',
    ]);
    await feed.send(story.reattributed(at('2026-08-20T07:00:30'), 2, ANNA, null));
    setClock(hub, at('2026-08-20T07:01:00'));
    const applied = await run('interim', '2026-08-19');
    await admin.done(applied);
    const line =
      'x4648c5e2cb598eea,2,M-7777,,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,2,';
    expect(await admin.rows('DC04', `org=MAPLE&run=${applied}`)).toEqual([
      `${line},APPLIED,${ANNA},,NA1_late.cmep`,
    ]);
    await feed.send(story.reattributed(at('2026-08-20T07:01:30'), 3, BEN, ANNA));
    setClock(hub, at('2026-08-20T07:02:00'));
    const moved = await run('interim', '2026-08-19');
    await admin.done(moved);
    expect(await admin.rows('DC04', `org=MAPLE&run=${moved}`)).toEqual([
      `${line},MOVED,${BEN},${ANNA},NA1_late.cmep`,
    ]);
  }, 90_000);

  it('sends what no LDC can be named for to its sender alone', async () => {
    setClock(hub, at('2026-08-21T07:00:00'));
    await feed.send(story.heldValues(at('2026-08-21T06:00:00'), null, 'c-open'));
    const runId = await run('interim', '2026-08-20');
    await admin.done(runId);
    expect(await admin.rows('DC04', `org=MAPLE&run=${runId}`)).toEqual([]);
    expect(await admin.rows('DC04', `org=NORTHAMI&run=${runId}&ldc=`)).toHaveLength(1);
  }, 60_000);
});

describe('a final run', () => {
  it('waits for vee and billing, then tells open gaps and changed bills', async () => {
    setClock(hub, at('2026-09-01T07:30:00'));
    const before = at('2026-09-01T07:00:00');
    await feed.send(
      story.validated(ANNA, 1, before, 'MULTIPLIER'),
      story.validated(BEN, 1, before, 'NO_HISTORY'),
      story.validated(BEN, 2, before + 1, null),
    );
    const runId = await run('final', '2026-08-31');
    const asOf = (
      await service.tools.db.query<{ at: number }>(
        'select as_of_ms as at from run where run_id = $1',
        [runId],
      )
    ).rows[0]!.at;
    await feed.send(
      // The run's own estimate belongs to it, what is received meanwhile does not.
      story.validated(CARL, 1, asOf + 5_000, 'GAP_TOO_LONG', runId),
      story.validated(ANNA, 2, asOf + 6_000, null),
    );
    await settled();
    expect((await admin.call('GET', `runs/${runId}`)).body.state).toBe('RUNNING');
    await feed.send(...story.compared(runId, '2026-08-31', asOf));
    await admin.done(runId);
    const gap = (usdp: string, reason: string) =>
      `${usdp},KWH,2026-07-02,2026-07-02T01:00:00-05:00,2026-07-03T00:00:00-05:00,${reason}`;
    expect(await admin.rows('VE02', `org=MAPLE&run=${runId}`)).toEqual([
      gap(ANNA, 'MULTIPLIER'),
      gap(CARL, 'GAP_TOO_LONG'),
    ]);
    const bills = await admin.rows('BR03', `org=BILLCO&run=${runId}&ldc=MAPLE`);
    expect(bills).toEqual([
      '4071829533-20260701-20260703,4071829533,A-9001,2026-07-01,2026-07-03,1,2026-07-01,2026-07-03,KWH,1,2,CHANGED,43.000,43.000,0.000,4.500,4.500,0.000,6.925,7.000,0.075,31.575,31.500,-0.075,,,,,LATE_DATA,BC-Q-7,2026-07-03T09:00:40-05:00,BILLCO',
    ]);
    expect(await admin.rows('BR03', `org=MAPLE&run=${runId}`)).toEqual(bills);
    expect(await admin.rows('BR03', `org=OAK&run=${runId}`)).toEqual([]);
  }, 60_000);

  it('tells a gap no more once it is closed', async () => {
    setClock(hub, at('2026-09-02T07:30:00'));
    const runId = await run('final', '2026-09-01', 'MAPLE');
    await feed.send(...story.compared(runId, '2026-09-01', at('2026-09-02T07:30:00')).slice(1));
    await admin.done(runId);
    const rows = await admin.rows('VE02', `org=MAPLE&run=${runId}`);
    expect(rows.map((row) => row.split(',')[0])).toEqual([CARL]);
    expect(await admin.rows('BR03', `org=MAPLE&run=${runId}`)).toEqual([]);
  }, 60_000);
});

describe('reports of the past', () => {
  it('are made again byte for byte, but for file_id and generated_at', async () => {
    const { body } = await admin.call('GET', 'reports');
    const list = body.reports as {
      report: string;
      recipient: string;
      run_id: string;
      ldc: string;
    }[];
    expect(list.length).toBeGreaterThan(30);
    const ids = new Set([...eventReports, ...scheduledReports].map((report) => report.id));
    const blank = (text: string) => text.replace(/^(HDR(?:,[^,]*){4}),[^,]*,[^,]*,/, '$1,,,');
    for (const { report, recipient, run_id, ldc } of list) {
      expect(ids.has(report)).toBe(true);
      const route = `reports/${report}?org=${recipient}&run=${run_id}&ldc=${ldc}`;
      const told = (await admin.call('GET', route)).body.content as string;
      const anew = (await admin.call('GET', `${route}&anew=true`)).body.content as string;
      expect(anew).not.toBe(told);
      expect(blank(anew)).toBe(blank(told));
    }
  }, 60_000);

  it('come from rows that the topics give again', async () => {
    await settled();
    const tables = await service.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
  }, 60_000);
});

describe('a run that is interrupted', () => {
  it('goes on where it was and makes no report twice', async () => {
    await service.stop();
    setClock(hub, at('2026-09-03T07:30:00'));
    // Without its reporter, as if it were killed after the first LDC.
    service = await hub.start({ ...reportingService, onStarted: undefined });
    const runId = await run('interim', '2026-09-02');
    const { files, config } = service.tools;
    const composer = { reports: scheduledReports, files, settings: config };
    const made = await service.tools.bus.decide((ctx) => reportStep(ctx, composer, runId));
    expect(made.map((event) => event.type)).toContain('reporting.FileComposed');
    expect((await admin.call('GET', `runs/${runId}`)).body.state).toBe('RUNNING');
    await service.stop();

    service = await hub.start(reportingService);
    await admin.done(runId);
    const { body } = await admin.call('GET', 'reports');
    const names = (
      body.reports as { run_id: string; report: string; ldc: string; recipient: string }[]
    )
      .filter((r) => r.run_id === runId)
      .map((r) => `${r.report} ${r.ldc} ${r.recipient}`)
      .sort();
    expect(names).toEqual([
      'DC01 MAPLE MAPLE',
      'DC01 MAPLE NORTHAMI',
      'DC01 OAK NORTHAMI',
      'DC01 OAK OAK',
      'DC04  NORTHAMI',
      'DC04 MAPLE MAPLE',
      'DC04 MAPLE NORTHAMI',
      'DC04 OAK NORTHAMI',
      'DC04 OAK OAK',
    ]);
    expect((await admin.call('GET', `runs/${runId}`)).body.files).toBe(9);
  }, 90_000);
});
