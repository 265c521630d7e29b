import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until, type Feeder, type TestHub } from '@mdmr/testing';
import { reportingService } from '../reporting.module.js';
import { door, idle, setClock, type Door } from './door.js';
import * as story from './story.js';

const { at } = story;
let hub: TestHub;
let service: RunningService;
let feed: Feeder;
let admin: Door;

interface Listed {
  readonly report: string;
  readonly recipient: string;
  readonly ldc: string;
  readonly run_id: string;
  readonly file_id: string;
}

async function reports(run: string, atLeast: number): Promise<Listed[]> {
  return until(`${atLeast} reports of ${run}`, async () => {
    const { body } = await admin.call('GET', 'reports');
    const found = (body.reports as Listed[]).filter((r) => r.run_id === run);
    return found.length >= atLeast && found;
  });
}

beforeAll(async () => {
  hub = await testHub({ MDMR_CLOCK: '2026-07-03T11:00:00-05:00', MDMR_SCHEDULE: 'off' });
  setClock(hub, at('2026-07-03T11:00:00'));
  service = await hub.start(reportingService);
  feed = await feeder(hub);
  admin = door(hub, () => service);
}, 60_000);
afterAll(async () => {
  await feed?.close();
  await hub?.close();
}, 60_000);

const applied = (line: number) => ({
  file_id: 'MP-S-9.6',
  line,
  part: 6,
  usdp_id: '4071829533',
  record_key: 'SVC/4071829533',
  action: 'UNCHANGED',
  effective_from: '2026-05-01',
  source: 'FILE',
  lacks: '',
});
const outcomes = (chunk: number, last: boolean, lines: number[]) =>
  emit('mmd.SyncOutcomesRecorded', 'MAPLE', {
    at_ms: at('2026-07-03T10:59:00') + chunk,
    ldc: 'MAPLE',
    set_id: 'MP-S-9',
    mode: 'ISYNC',
    sender: 'AGENT',
    custody_at_ms: at('2026-07-03T10:58:00'),
    chunk,
    last,
    applied: lines.map(applied),
    content_rejected: [],
    relation_rejected: [],
    custody: last ? [{ custody_id: 'c-9-6', applied: 3, rejected: 0 }] : [],
  });

describe('event reports', () => {
  it('are made once the last chunk has come, each also when it is empty', async () => {
    await feed.send(outcomes(0, false, [2, 3]));
    await feed.send(outcomes(1, true, [4]));
    const made = await reports('MP-S-9', 6);
    expect(made.map((r) => `${r.report} ${r.recipient}`).sort()).toEqual([
      'IR06 AGENT',
      'IR06 MAPLE',
      'IR07 AGENT',
      'IR07 MAPLE',
      'IR14 AGENT',
      'IR14 MAPLE',
    ]);
    const rows = await admin.rows('IR06', 'org=MAPLE&run=MP-S-9');
    expect(rows.map((row) => row.split(',')[1])).toEqual(['2', '3', '4']);
    expect(await admin.rows('IR14', 'org=AGENT')).toEqual([]);
  }, 60_000);

  it('answer a read file to its sender and its LDC', async () => {
    await feed.send(story.segmentDecided(at('2026-07-03T11:00:20')));
    const made = await reports('x4648c5e2cb598eea', 2);
    expect(made.map((r) => `${r.report} ${r.ldc} ${r.recipient}`).sort()).toEqual([
      'DC07 MAPLE MAPLE',
      'DC07 MAPLE NORTHAMI',
    ]);
    const { body } = await admin.call('GET', 'reports/DC07?org=NORTHAMI');
    expect(body.header).toMatchObject({
      report_id: 'DC07',
      ldc: 'MAPLE',
      recipient: 'NORTHAMI',
      run_id: 'x4648c5e2cb598eea',
      period_start: '2026-07-03',
      period_end: '2026-07-04',
      as_of: '2026-07-03T11:00:20-05:00',
    });
    expect(body.name).toBe(`NORTHAMI_DC07_MAPLE_${body.header.file_id}.csv`);
    expect(body.rows).toHaveLength(3);
  }, 60_000);

  it('tell a refusal again each time, under another file id', async () => {
    const refused = (custody: string) =>
      emit('gateway.FileRefused', 'MAPLE', {
        at_ms: at('2026-07-03T11:01:00'),
        custody_id: custody,
        custody_seq: 1,
        org: 'MAPLE',
        door: 'drop',
        name: 'MAPLE_USDP-REQ_MP-U-2.csv',
        sha256: '',
        bytes: 10,
        kind: 'USDP-REQ',
        sender_org: 'MAPLE',
        ldc: 'MAPLE',
        to_ldc: true,
        file_id: 'MP-U-2',
        line: 3,
        reason: 'COUNT_MISMATCH',
        detail: 'TRL 5 records 1',
        rejected: 1,
      });
    await feed.send(refused('c-a'), refused('c-b'));
    const made = await reports('MP-U-2', 2);
    expect(new Set(made.map((r) => r.file_id)).size).toBe(2);
  }, 60_000);

  it('are made again byte for byte, from rows that the topics give again', async () => {
    const { body } = await admin.call('GET', 'reports');
    const blank = (text: string) => text.replace(/^(HDR(?:,[^,]*){4}),[^,]*,[^,]*,/, '$1,,,');
    for (const { report, recipient, run_id } of body.reports as Listed[]) {
      const route = `reports/${report}?org=${recipient}&run=${run_id}`;
      const told = (await admin.call('GET', route)).body.content as string;
      const anew = (await admin.call('GET', `${route}&anew=true`)).body.content as string;
      expect(anew).not.toBe(told);
      expect(blank(anew)).toBe(blank(told));
    }
    await idle(service);
    const tables = await service.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
  }, 60_000);

  it('that were never made are not found', async () => {
    expect((await admin.call('GET', 'reports/IR10?org=MAPLE')).status).toBe(404);
  });
});
