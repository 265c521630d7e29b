import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit, type Projection } from '@mdmr/bus';
import type { ServiceSpec } from '@mdmr/service';
import { feeder, testHub, until, type Feeder, type TestHub } from './index.js';

const issued: Projection = {
  name: 'issued',
  topics: ['mdmr.usdp.issuances.v1'],
  apply: async (tx, events) => {
    for (const e of events) {
      if (e.type !== 'usdp.UsdpRequestDecided') continue;
      await tx.query('insert into issued values ($1, $2)', [e.value.file_id, e.key]);
    }
  },
};
const files: Projection = {
  name: 'files',
  topics: ['mdmr.gateway.files.v1'],
  apply: async (tx, events) => {
    for (const e of events) {
      if (e.type !== 'gateway.FileDelivered') continue;
      await tx.query('insert into seen values ($1) on conflict do nothing', [e.value.file_id]);
    }
  },
};

const usdp: ServiceSpec = {
  name: 'usdp',
  migrations: [
    {
      id: 1,
      name: 'first',
      sql: 'create table issued (file_id text, k text); create table seen (file_id text primary key);',
    },
  ],
  projections: () => [issued, files],
  processors: () => [
    {
      name: 'echo',
      topics: ['mdmr.gateway.files.v1'],
      handle: async (events, ctx) =>
        events.flatMap((e) => {
          if (e.type !== 'gateway.FileDelivered') return [];
          return [
            emit('usdp.UsdpRequestDecided', e.key, {
              at_ms: ctx.now,
              custody_id: e.value.file_id,
              custody_at_ms: ctx.now,
              sender: 'A',
              ldc: 'A',
              file_id: e.value.file_id,
              chunk: 0,
              last: true,
              issued: [],
              rejected: [],
            }),
          ];
        }),
    },
  ],
};

function delivered(id: string) {
  return emit('gateway.FileDelivered', 'A', {
    at_ms: 1,
    recipient: 'A',
    ldc: 'A',
    file_id: id,
    kind: 'K',
    name: id,
    sha256: '',
    bytes: 0,
    in_reply_to: [],
    again: false,
  });
}

describe('the bus, on a real broker and database', () => {
  let hub: TestHub;
  let feed: Feeder;
  beforeAll(async () => {
    hub = await testHub();
    feed = await feeder(hub);
  }, 60_000);
  afterAll(async () => {
    await feed?.close();
    await hub?.close();
  }, 60_000);

  it('takes events in order, decides, projects its own, survives a restart, rebuilds', async () => {
    let service = await hub.start(usdp);
    const ids = Array.from({ length: 50 }, (_, i) => `F${i}`);
    await feed.send(...ids.slice(0, 25).map(delivered));
    const count = async () => {
      const rows = await service.tools.db.query<{ n: number }>(
        'select count(*)::int8 as n from issued',
      );
      return rows.rows[0]!.n;
    };
    await until('25 events', async () => (await count()) === 25);
    await service.stop();
    await feed.send(...ids.slice(25).map(delivered));
    service = await hub.start(usdp);
    await until('50 events', async () => (await count()) === 50);
    const rows = await service.tools.db.query<{ file_id: string }>('select file_id from issued');
    expect(rows.rows.map((r) => r.file_id)).toEqual(ids);
    const status = await service.tools.bus.status();
    expect(status).toMatchObject({ lag: { echo: 0 }, stopped: [], quarantined: 0 });
    const tables = await service.tools.bus.rebuild(true);
    expect(tables).toEqual([
      expect.objectContaining({ table: 'issued', equal: true, live_rows: 50 }),
      expect.objectContaining({ table: 'seen', equal: true, live_rows: 50 }),
    ]);
    await service.tools.bus.awaitDrained(['usdp']);
    const health = await fetch(`${service.url}/health/ready`);
    expect(health.status).toBe(200);
    expect((await fetch(`${service.url}/admin/status`)).status).toBe(401);
    const headers = { authorization: `Bearer ${hub.operatorKey}` };
    const told = await fetch(`${service.url}/admin/status`, { headers });
    expect(await told.json()).toMatchObject({ service: 'usdp', ready: true, relay_backlog: 0 });
    const page = await (await fetch(`${service.url}/metrics`)).text();
    expect(page).toContain('mdmr_processor_lag{processor="echo"');
  }, 60_000);
});
