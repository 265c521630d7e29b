import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { kafkaClient, type Projection } from '@mdmr/bus';
import type { RunningService, ServiceSpec } from '@mdmr/service';
import { freePortBase, startStack, type Stack } from '@mdmr/stack';
import { answer, RESULTS, segment, SEGMENTS } from './echo.fixture.js';
import { feeder, testHub, until, type TestHub } from './index.js';

const COUNT = 40;
const SEEN_BEFORE = 30;

/** Answers each segment with one event. */
const producing: ServiceSpec = {
  name: 'reads',
  migrations: [{ id: 1, name: 'first', sql: 'create table nothing (id text)' }],
  projections: () => [],
  processors: () => [
    {
      name: 'echo',
      topics: [SEGMENTS],
      handle: async (events, ctx) => events.map((e) => answer(e.key, 1, ctx.now)),
    },
  ],
};

/** A row an event: a second row for one would be a copy that was taken. */
const seen: Projection = {
  name: 'seen',
  topics: [RESULTS],
  apply: async (tx, events) => {
    for (const e of events) {
      if (e.type !== 'reads.CustodyChanged') continue;
      await tx.query('insert into seen values ($1)', [e.value.custody_id]);
    }
  },
};

const consuming: ServiceSpec = {
  name: 'reporting',
  migrations: [{ id: 1, name: 'first', sql: 'create table seen (id text)' }],
  projections: () => [seen],
};

async function ids(service: RunningService): Promise<string[]> {
  const found = await service.tools.db.query<{ id: string }>('select id from seen order by id');
  return found.rows.map((row) => row.id);
}

/** As a disk without power leaves it: the second half of what was written is not there. */
async function cutTopic(dataDir: string, topic: string): Promise<number> {
  const data = path.join(dataDir, 'kafka', 'data');
  let cut = 0;
  for (const name of await readdir(data)) {
    if (name === '.kafka_cleanshutdown') await rm(path.join(data, name));
    if (!name.startsWith(topic)) continue;
    for (const file of await readdir(path.join(data, name))) {
      const full = path.join(data, name, file);
      if (/\.(index|timeindex|snapshot)$/.test(file)) await rm(full);
      if (!file.endsWith('.log')) continue;
      const { size } = await stat(full);
      await truncate(full, Math.floor(size / 2));
      cut += size - Math.floor(size / 2);
    }
  }
  return cut;
}

/** Messages that the broker says lie on a topic. */
async function endOf(stack: Stack, topic: string): Promise<number> {
  const admin = kafkaClient([stack.kafkaBrokers], 'look', () => undefined).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}

describe('a broker that lost its power', () => {
  let dataDir: string;
  let stack: Stack;
  let hub: TestHub;
  let portBase: number;
  const start = () => startStack({ dataDir, portBase, external: {} });
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'mdmr-power-'));
    portBase = await freePortBase();
    stack = await start();
    const { pgUrl, kafkaBrokers } = stack;
    hub = await testHub({}, { pgUrl, kafkaBrokers, close: async () => undefined });
  }, 120_000);
  afterEach(async () => {
    await hub?.close();
    await stack?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 120_000);

  it('is sent again what it acknowledged and has not, and each event counts once', async () => {
    const feed = await feeder(hub);
    let producer = await hub.start(producing);
    let consumer = await hub.start(consuming);
    for (let n = 0; n < SEEN_BEFORE; n += 1) await feed.send(segment(`k${n}`, n));
    await until('what comes before', async () => (await ids(consumer)).length === SEEN_BEFORE);
    await consumer.stop();
    for (let n = SEEN_BEFORE; n < COUNT; n += 1) await feed.send(segment(`k${n}`, n));
    await until('all published', async () => {
      const heads = await producer.tools.db.query<{ n: number }>(
        `select coalesce(sum(published), 0)::int8 as n from head where topic = $1`,
        [RESULTS],
      );
      return heads.rows[0]!.n === COUNT;
    });
    await producer.stop();
    await feed.close();
    await stack.stop();
    expect(await cutTopic(dataDir, `${hub.namespace}.${RESULTS}`)).toBeGreaterThan(0);

    stack = await start();
    expect(await endOf(stack, `${hub.namespace}.${RESULTS}`)).toBeLessThan(COUNT);
    producer = await hub.start(producing);
    consumer = await hub.start(consuming);
    await until('all', async () => (await ids(consumer)).length >= COUNT, 60_000);
    await until('idle', async () => {
      const { lag } = await consumer.tools.bus.status();
      return Object.values(lag).every((behind) => behind === 0);
    });
    const expected = Array.from({ length: COUNT }, (_, n) => `k${n}`).sort();
    expect(await ids(consumer)).toEqual(expected);
    expect((await consumer.tools.bus.status()).stopped).toEqual([]);
    expect((await producer.tools.bus.status()).stopped).toEqual([]);
  });
});
