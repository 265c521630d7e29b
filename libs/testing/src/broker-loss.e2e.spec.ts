import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaClient } from '@mdmr/bus';
import type { RunningService, ServiceSpec } from '@mdmr/service';
import { startKafkaCluster, type KafkaCluster } from '@mdmr/stack';
import { answer, RESULTS } from './echo.fixture.js';
import { keyIn, testHub, testStack, until, type TestHub, type TestStack } from './index.js';

const PARTITIONS = [0, 1, 2, 3];
const LIMIT_MS = 60_000;

const producing: ServiceSpec = {
  name: 'reads',
  migrations: [{ id: 1, name: 'first', sql: 'create table nothing (id text)' }],
  projections: () => [],
};

describe('a hub on three brokers', () => {
  let dataDir: string;
  let stack: TestStack;
  let cluster: KafkaCluster;
  let hub: TestHub;
  let service: RunningService;
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'mdmr-brokers-'));
    cluster = await startKafkaCluster({ dataDir, count: 3 });
    stack = await testStack();
    hub = await testHub({}, { ...stack, kafkaBrokers: cluster.brokers });
    service = await hub.start(producing);
  }, 120_000);
  afterAll(async () => {
    await hub?.close();
    await cluster?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  /** Asks brokers of these numbers, over connections of their own. */
  async function asked<T>(
    ids: readonly number[],
    ask: (admin: ReturnType<ReturnType<typeof kafkaClient>['admin']>, topic: string) => Promise<T>,
  ): Promise<T> {
    const addresses = cluster.brokers.split(',');
    const brokers = ids.map((id) => addresses[id - 1]!);
    const admin = kafkaClient(brokers, 'look', () => undefined).admin();
    await admin.connect();
    try {
      return await ask(admin, `${hub.namespace}.${RESULTS}`);
    } finally {
      await admin.disconnect();
    }
  }

  const leaders = (ids: readonly number[]) =>
    asked(ids, async (admin, topic) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return new Map(topics[0]!.partitions.map((p) => [p.partitionId, p.leader]));
    });
  const ends = (ids: readonly number[]) =>
    asked(ids, async (admin, topic) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map((o) => [o.partition, Number(o.high)]));
    });

  it('sends to the next leader what the lost one had not answered for', async () => {
    const before = await leaders([1, 2, 3]);
    expect(new Set(before.values()).size).toBe(3);
    const victim = before.get(0)!;
    const others = [1, 2, 3].filter((id) => id !== victim);
    process.kill(cluster.pid(victim), 'SIGSTOP');
    const sent = service.tools.bus.decide(async ({ now }) =>
      PARTITIONS.map((partition) => answer(keyIn(RESULTS, partition), partition, now)),
    );
    const theirs = PARTITIONS.filter((partition) => before.get(partition) !== victim);
    await until('its partitions led by others, which have theirs', async () => {
      const now = await leaders(others);
      if ([...now.values()].some((leader) => !others.includes(leader))) return false;
      const at = await ends(others);
      return theirs.every((partition) => at.get(partition) === 1);
    }, LIMIT_MS); // prettier-ignore
    await cluster.kill(victim);
    await sent;
    const at = await ends(others);
    expect(PARTITIONS.filter((partition) => at.get(partition) === 0)).toEqual([]);
  }, 120_000);
});
