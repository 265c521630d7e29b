import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@mdmr/service';
import { feeder, testHub, until, type Feeder, type TestHub } from '@mdmr/testing';
import { reportingService } from '../reporting.module.js';
import { door, setClock, type Door } from './door.js';
import * as story from './story.js';

const { at } = story;
let hub: TestHub;
let service: RunningService;
let feed: Feeder;
let admin: Door;

interface RunRow {
  readonly run_id: string;
  readonly as_of_ms: number;
}
async function runs(count: number): Promise<string[]> {
  const found = await until(`${count} runs`, async () => {
    const { rows } = await service.tools.db.query<RunRow>(
      'select run_id, as_of_ms from run order by as_of_ms, run_id',
    );
    return rows.length >= count && rows;
  });
  return found.map((row) => row.run_id);
}

const compared = (run: string, day: string) =>
  feed.send(...story.compared(run, day, service.tools.clock.now()).slice(1));
const status = async () => (await admin.call('GET', 'status')).body;
const advance = (text: string) =>
  admin.call('POST', 'clock', { instant: at(text), windows_until: null });

beforeAll(async () => {
  hub = await testHub({ MDMR_CLOCK: '2026-07-03T07:00:00-05:00' });
  setClock(hub, at('2026-07-03T07:00:00'));
  service = await hub.start(reportingService);
  feed = await feeder(hub);
  admin = door(hub, () => service);
}, 60_000);
afterAll(async () => {
  await feed?.close();
  await hub?.close();
}, 60_000);

describe('the schedule', () => {
  it('waits until there is an LDC, then for its next instant', async () => {
    // A status asked for while topics are being made may fail once.
    await until('a status', async () => (await status()).next_due === null);
    await feed.send(...story.participants(['MAPLE'], at('2026-07-03T06:59:00')));
    await until('a due run', async () => (await status()).next_due === at('2026-07-03T07:10:00'));
    expect((await status()).work).toEqual([]);
  }, 60_000);

  it('runs when the clock comes to it, as of that instant', async () => {
    const moved = await advance('2026-07-03T07:10:00');
    expect(moved).toEqual({ status: 200, body: { clock: at('2026-07-03T07:10:00') } });
    expect(await runs(1)).toEqual(['INTERIM-2026-07-02']);
    await admin.done('INTERIM-2026-07-02');
    const { body } = await admin.call('GET', 'reports/DC01?org=MAPLE');
    expect(body.header).toMatchObject({
      run_id: 'INTERIM-2026-07-02',
      period_start: '2026-07-02',
      period_end: '2026-07-03',
      as_of: '2026-07-03T07:10:00-05:00',
    });
    await until('the next run', async () => {
      const { next_due } = await status();
      return next_due === at('2026-07-03T07:30:00');
    });
  }, 60_000);

  it('never goes back, and moves the limit of windows alone', async () => {
    const answer = await advance('2026-07-03T07:00:00');
    expect(answer.status).toBe(200);
    expect(answer.body.clock).toBeGreaterThan(at('2026-07-03T07:10:00'));
    const wrong = await admin.call('POST', 'clock', { instant: 'soon', windows_until: null });
    expect(wrong.status).toBe(400);
  });

  it('names a final run as work until billing has compared', async () => {
    await advance('2026-07-03T07:30:00');
    expect(await runs(2)).toContain('FINAL-2026-07-02');
    expect((await status()).work).toEqual(['reports of FINAL-2026-07-02 are due']);
    await compared('FINAL-2026-07-02', '2026-07-02');
    await admin.done('FINAL-2026-07-02');
  }, 60_000);

  it('makes up what was missed while the hub was down, once and oldest first', async () => {
    await service.stop();
    setClock(hub, at('2026-07-05T08:00:00'));
    service = await hub.start(reportingService);
    await admin.done('DAILY-2026-07-02.late');
    await admin.done('INTERIM-2026-07-03.late');
    await runs(5);
    await compared('FINAL-2026-07-03.late', '2026-07-03');
    await admin.done('DAILY-2026-07-03.late');
    await admin.done('INTERIM-2026-07-04.late');
    await runs(8);
    await compared('FINAL-2026-07-04.late', '2026-07-04');
    await admin.done('FINAL-2026-07-04.late');
    expect(await runs(8)).toEqual([
      'INTERIM-2026-07-02',
      'FINAL-2026-07-02',
      'DAILY-2026-07-02.late',
      'INTERIM-2026-07-03.late',
      'FINAL-2026-07-03.late',
      'DAILY-2026-07-03.late',
      'INTERIM-2026-07-04.late',
      'FINAL-2026-07-04.late',
    ]);
    await advance('2026-07-05T08:30:00');
    await admin.done('DAILY-2026-07-04');
  }, 90_000);

  it('refuses a run of a day that is not over, and of an organization that is no LDC', async () => {
    const ask = (body: object) => admin.call('POST', 'runs', body);
    expect((await ask({ schedule: 'FINAL', day: '2026-07-05', org: null })).status).toBe(409);
    expect((await ask({ schedule: 'FINAL', day: '2026-07-04', org: 'BILLCO' })).status).toBe(422);
    expect((await admin.call('GET', 'runs/FINAL-2027-01-01')).status).toBe(404);
  });
});

describe('the clock of a hub that follows the machine', () => {
  it('is not moved', async () => {
    const other = await testHub();
    const real = await other.start(reportingService);
    const answer = await door(other, () => real).call('POST', 'clock', { instant: 1 });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CLOCK_IS_SYSTEM' } });
    await other.close();
  }, 60_000);
});
