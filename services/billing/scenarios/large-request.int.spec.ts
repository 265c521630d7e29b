/** A request of many pages that survives a restart, and the numbers traced back to files and lines. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatEnergyKwh, parseEstDay } from '@mdmr/kernel';
import { until } from '@mdmr/testing';
import { billingService } from '../billing.module.js';
import { BillingStand } from './billing-stand.js';
import { measuredDay, populationEvents, usdpOf, whOf } from './population.js';
import { recorded } from './recorder.js';

const HOMES = 500;
const REQUESTS_A_HOME = 5;
const FIRST = parseEstDay('2026-06-01')!;

describe('a large request', () => {
  let stand: BillingStand;
  beforeAll(async () => {
    stand = await BillingStand.open();
    await stand.at('2026-07-03T08:00:00-05:00');
    const { now } = stand;
    await stand.send(...populationEvents(HOMES, now));
    const numbers = Array.from({ length: HOMES }, (_, n) => n);
    for (const day of [FIRST, FIRST + 1, FIRST + 2]) {
      await stand.send(...numbers.map((n) => measuredDay(n, day, now)));
    }
    await stand.idle();
  }, 120_000);
  afterAll(async () => {
    await stand?.close();
  }, 60_000);

  it('is answered once and whole although the service is restarted in the middle', async () => {
    const lines: string[] = [];
    for (let i = 0; i < HOMES * REQUESTS_A_HOME; i++) {
      const account = i % 2 === 0 ? `,A-${i % HOMES}` : '';
      lines.push(`REQ,${usdpOf(i % HOMES)},2026-06-01,2026-06-04${account}`);
    }
    // The last home is asked for a day nobody has sent; its item waits.
    lines.push(`REQ,${usdpOf(0)},2026-06-01,2026-06-05`);
    const custodyId = await stand.receive('Q-1', 'MAPLE', '', lines);
    const tried = (): Promise<number> =>
      stand.billing.tools.db
        .query<{ n: number }>('select answered as n from request where custody_id = $1', [
          custodyId,
        ])
        .then(({ rows }) => rows[0]?.n ?? 0);
    await until('the first items to be answered', async () => (await tried()) > 0);
    await stand.billing.stop();
    stand.restart(await stand.hub.start(billingService()));
    await stand.idle();
    expect(await tried()).toBe(HOMES * REQUESTS_A_HOME);
    const { db } = stand.reporting.tools;
    const delivered = await recorded(db, 'billing.BillingQuantityDelivered');
    expect(delivered).toHaveLength(HOMES * REQUESTS_A_HOME);
    const numbers = new Map<string, number[]>();
    for (const one of delivered) {
      numbers.set(one.bq_id, [...(numbers.get(one.bq_id) ?? []), one.delivery_no]);
      expect(one.revision).toBe(1);
    }
    for (const list of numbers.values()) expect(list.sort()).toEqual([1, 2, 3, 4, 5]);
  }, 120_000);

  it('has one response with every record in the order of the request', async () => {
    const files = await recorded(stand.reporting.tools.db, 'billing.FileComposed');
    expect(files).toHaveLength(1);
    const text = (await stand.billing.tools.files.readAll(files[0]!.sha256)).toString();
    const records = text.trimEnd().split('\n');
    expect(records).toHaveLength(HOMES * REQUESTS_A_HOME + 2);
    expect(records[0]).toMatch(/^HDR,BQ-RSP,1,MDMR,MAPLE,F[0-9a-f]{16},.*,Q-1,1,N$/);
    expect(records.at(-1)).toBe(`TRL,${HOMES * REQUESTS_A_HOME}`);
    records.slice(1, -1).forEach((record, i) => {
      const fields = record.split(',');
      expect(fields[2]).toBe(usdpOf(i % HOMES));
      expect(fields[3]).toBe(`A-${i % HOMES}`);
      expect(fields[9]).toBe(formatEnergyKwh(3 * whOf(i % HOMES)));
    });
    const rows = await recorded(stand.reporting.tools.db, 'billing.ResponseDelivered');
    expect(rows.reduce((sum, event) => sum + event.items, 0)).toBe(HOMES * REQUESTS_A_HOME);
  }, 60_000);

  it('traces a number to files and lines, also when its days have newer versions', async () => {
    const usdp = usdpOf(7);
    const bq = `${usdp}-20260601-20260604`;
    await stand.send(measuredDay(7, FIRST + 1, stand.now, 2));
    await stand.idle();
    const { status, body } = await stand.get(`/admin/trace/bq/${bq}?revision=1`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      bq_id: bq,
      revision: 1,
      delivery_no: 5,
      request_file_id: 'Q-1',
      hash_is_right: true,
      calendars: [{ key: 'ON-TOU', version: '1' }],
      vee_services: [{ key: 'STD', version: '1' }],
    });
    const traced = body as {
      channel_days: { day: string; version: number; files: { file_id: string; line: number }[] }[];
      directory: { key: string; version: string }[];
    };
    expect(traced.channel_days.map((day) => day.version)).toEqual([1, 1, 1]);
    expect(traced.channel_days[1]!.files).toEqual([
      expect.objectContaining({ file_id: 'READS-1', line: 8, from: 0, to: 24, meter_id: 'M-7' }),
    ]);
    expect(traced.directory.map((ref) => ref.key.split('/')[0])).toEqual([
      ...['SDP', 'SVC', 'ACC', 'INS', 'MTR'],
    ]);
    expect(JSON.stringify(body)).not.toContain('A-7"');
    expect((await stand.get(`/admin/trace/bq/${bq}?revision=2`)).status).toBe(404);
    expect((await stand.get(`/admin/trace/bq/${bq}?revision=x`)).status).toBe(400);
  }, 60_000);

  it('keeps the newest version of a day, whatever the order in which versions come', async () => {
    const day = FIRST + 10;
    const { now } = stand;
    await stand.send(measuredDay(1, day, now, 3), measuredDay(2, day, now, 1));
    await stand.idle();
    await stand.send(
      measuredDay(1, day, now, 1),
      measuredDay(2, day, now, 3),
      measuredDay(2, day, now, 2),
    );
    await stand.idle();
    await stand.send(measuredDay(1, day, now, 2));
    await stand.idle();
    const { db } = stand.billing.tools;
    const select = (table: string): Promise<unknown[]> =>
      db
        .query(`select usdp_id, version from ${table} where est_day = $1 order by 1, 2`, [day])
        .then(({ rows }) => rows);
    const [first, second] = [usdpOf(1), usdpOf(2)];
    expect(await select('channel_day')).toEqual([
      { usdp_id: first, version: 3 },
      { usdp_id: second, version: 3 },
    ]);
    expect(await select('channel_day_history')).toEqual([
      { usdp_id: first, version: 1 },
      { usdp_id: first, version: 2 },
      { usdp_id: second, version: 1 },
      { usdp_id: second, version: 2 },
    ]);
    const marks = await db.query(
      'select distinct first_complete, read_version from channel_day where est_day = $1',
      [day],
    );
    expect(marks.rows).toEqual([{ first_complete: 1, read_version: 3 }]);
  }, 60_000);

  it('is rebuilt from the topics with the same content', async () => {
    const tables = await stand.billing.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
  }, 120_000);
});
