import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startKafkaCluster, type KafkaCluster } from '@mdmr/stack';
import kafkajs, { type Admin } from 'kafkajs';
import { checkRun } from './check/check-run.js';
import { said } from './check/finding.js';
import { catalogueTopics } from './check/topics.js';
import { planOf } from './plan.js';
import { untilRest } from './rest.js';
import { accessTo } from './run.js';
import { newDataDir, SpecSuite } from './spec-suite.js';
import { until } from './suite.js';

const PLAN = { ...planOf(6), sdps: 120, days: 6, missingPermille: 30, faults: [] };
const BROKERS = 3;
/** The first that services ask; then one that held what the first has missed. */
const VICTIMS = [
  { id: 1, diesAt: 8, backAt: 16 },
  { id: 2, diesAt: 24, backAt: 30 },
] as const;
const LIMIT_MS = 60_000;

describe('a suite on three brokers', () => {
  let cluster: KafkaCluster;
  let made: SpecSuite;
  let admin: Admin;
  let topics: string[];
  let run: Awaited<ReturnType<SpecSuite['run']>>;
  beforeAll(async () => {
    const dataDir = newDataDir();
    cluster = await startKafkaCluster({ dataDir, count: BROKERS });
    made = await SpecSuite.start({ MDMR_KAFKA_BROKERS: cluster.brokers }, dataDir);
    topics = catalogueTopics(accessTo(made.suite).schemaDir);
    const brokers = cluster.brokers.split(',');
    const { NOTHING } = kafkajs.logLevel;
    admin = new kafkajs.Kafka({ brokers, logLevel: NOTHING, retry: { retries: 100 } }).admin();
    await admin.connect();
  }, 300_000);
  afterAll(async () => {
    await admin?.disconnect();
    await made?.remove();
    await cluster?.stop();
  }, 120_000);

  async function partitions() {
    const metadata = await admin.fetchTopicMetadata({ topics });
    return metadata.topics.flatMap((topic) => topic.partitions);
  }

  /** Messages on all topics, when each partition has a leader that says so. */
  async function messages(): Promise<number> {
    let sum = 0;
    await until('every partition has a leader', LIMIT_MS, async () => {
      try {
        const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
        sum = ends.flat().reduce((all, { high }) => all + Number(high), 0);
        return true;
      } catch {
        return false;
      }
    });
    return sum;
  }

  const allInSync = () =>
    until('every partition has all its copies', LIMIT_MS, async () =>
      (await partitions()).every(({ isr }) => isr.length === BROKERS),
    );

  it('has three copies of each topic, and two must have what is acknowledged', async () => {
    expect((await partitions()).every(({ replicas }) => replicas.length === BROKERS)).toBe(true);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    });
    const least = resources.map(
      ({ configEntries }) =>
        configEntries.find(({ configName }) => configName === 'min.insync.replicas')?.configValue,
    );
    expect(new Set(least)).toEqual(new Set(['2']));
  });

  it('loses and doubles nothing when brokers are killed in mid-load', async () => {
    const taken: number[] = [];
    run = await made.run(PLAN, async (count) => {
      for (const { id, diesAt, backAt } of VICTIMS) {
        if (count === diesAt) await kill(id);
        if (count === backAt) taken.push(await bringBack(id));
      }
    });
    await backInSync;
    expect(run.result.findings.map(said)).toEqual([]);
    expect(taken).toHaveLength(VICTIMS.length);
    expect(Math.min(...taken)).toBeGreaterThan(0);
    expect(run.result.values).toBeGreaterThan(10_000);
  }, 400_000);

  let atDeath = 0;
  let backInSync: Promise<void> = Promise.resolve();

  /** With the broker a service dies, which must find its way without that address. */
  async function kill(id: number): Promise<void> {
    const { suite } = made;
    await backInSync;
    const pid = await suite.pid('reads');
    await cluster.kill(id);
    process.kill(pid, 'SIGKILL');
    atDeath = await messages();
  }

  /**
   * The others have done all there was to do before the broker is back; the stream goes on while it
   * catches up.
   * @returns how many messages they took meanwhile
   */
  async function bringBack(id: number): Promise<number> {
    await untilRest(made.suite, LIMIT_MS);
    const taken = (await messages()) - atDeath;
    backInSync = cluster.restart(id).then(allInSync);
    return taken;
  }

  it('would not hide a loss', async () => {
    const [topic] = topics.filter((name) => name.includes('reads.meter-days'));
    await admin.deleteTopicRecords({ topic: topic!, partitions: [{ partition: 0, offset: '1' }] });
    const { findings } = await checkRun(run.facts!, accessTo(made.suite));
    const lines = findings.map(said);
    expect(lines).toContainEqual(expect.stringMatching(`^LANE_GAP ${topic}/0@1`));
  }, 60_000);
});
