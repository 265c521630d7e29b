import { zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@mdmr/events';
import './kafkajs-coordinator.js';
import './kafkajs-records.js';
import kafkajs, { type Admin, type Kafka as KafkaClient, type logCreator } from 'kafkajs';
import type { Names } from './names.js';
import type { Log } from './types.js';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

/** Bytes of a record batch that a topic takes at most; a single event must stay well below. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

/** kafkajs says these while a broker warms up; they mend themselves and alarm people for nothing. */
const PASSING =
  /COORDINATOR|LEADER_NOT_AVAILABLE|not the leader|coordinator|rebalanc|UNKNOWN_TOPIC|does not host|Topic creation/i;

function logInto(log: Log): logCreator {
  return () => (entry) => {
    const text = `kafka: ${entry.log.message}`;
    const passing = PASSING.test(text) || PASSING.test(String(entry.log['error'] ?? ''));
    const level = entry.level <= logLevel.ERROR && !passing ? 'warn' : 'debug';
    log(level, text, { error: entry.log['error'] });
  };
}

/** A kafkajs client that waits out a broker that is away. */
export function kafkaClient(brokers: readonly string[], clientId: string, log: Log): KafkaClient {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.WARN,
    logCreator: logInto(log),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 1_000_000 },
  });
}

/** Of a topic, when nothing is said: one broker may be away and every event has still two. */
const MOST_COPIES = 3;
const TOPIC_TRIES = 150;
const TOPIC_POLL_MS = 200;

/**
 * Creates the topics of the catalogue that are missing, and waits until each partition's leader answers.
 * Several services may do so at once: whoever comes second finds them there.
 */
export async function ensureTopics(
  admin: Admin,
  names: Names,
  log: Log,
  replication = 0,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await createMissing(admin, names, log, replication);
      await askLeaders(admin, names);
      return;
    } catch (error) {
      if (tries >= TOPIC_TRIES) throw error;
      await sleep(TOPIC_POLL_MS);
    }
  }
}

async function createMissing(
  admin: Admin,
  names: Names,
  log: Log,
  replication: number,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(names.topic(topic.name)));
  if (missing.length === 0) return;
  const copies = replication || (await copiesFor(admin));
  // what is acknowledged survives the loss of a broker, and the loss of a broker stops nothing
  const inSync = copies < MOST_COPIES ? 1 : MOST_COPIES - 1;
  await admin.createTopics({
    waitForLeaders: false,
    topics: missing.map((topic) => ({
      topic: names.topic(topic.name),
      numPartitions: topic.partitions,
      replicationFactor: copies,
      configEntries: [
        { name: 'retention.ms', value: '-1' },
        { name: 'retention.bytes', value: '-1' },
        { name: 'max.message.bytes', value: String(MAX_MESSAGE_BYTES) },
        { name: 'min.insync.replicas', value: String(inSync) },
      ],
    })),
  });
  log('info', `${missing.length} topics made; copies of each: ${copies}`);
}

/** Brokers that are away now are not counted: who waits for them says how many copies. */
async function copiesFor(admin: Admin): Promise<number> {
  const { brokers } = await admin.describeCluster();
  return Math.min(MOST_COPIES, brokers.length);
}

/**
 * Asks each partition for its end: metadata names a leader some time before it answers as one.
 * @throws kafkajs's error while one does not
 */
async function askLeaders(admin: Admin, names: Names): Promise<void> {
  await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(names.topic(topic.name))));
}
