/**
 * What the same Kafka takes at best from one client: a message a channel day of about 180 bytes, zstd,
 * 2,000 in one send, the next when the last is acknowledged; then read again by one consumer.
 */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka } from 'kafkajs';
import { baselineRows, type BaselineRow } from './baseline-rows.js';

const { CompressionCodecs, CompressionTypes, Kafka: Client, logLevel } = kafkajs;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

const SEND = 2_000;
const PARTITIONS = 4;

export interface KafkaRates {
  /** Messages a second, one after the other: n / (time to produce + time to consume). */
  readonly both: number;
  readonly produce: number;
  readonly consume: number;
  readonly bytesPerMessage: number;
}

export async function kafkaBaseline(
  brokers: string,
  count: number,
  points: number,
): Promise<KafkaRates> {
  const kafka = clientOf(brokers);
  const topic = `bench.baseline.${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
    const { seconds: produceS, bytes } = await produce(kafka, topic, count, points);
    const consumeS = await consume(kafka, topic, count);
    return {
      both: count / (produceS + consumeS),
      produce: count / produceS,
      consume: count / consumeS,
      bytesPerMessage: bytes / count,
    };
  } finally {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  }
}

export function clientOf(brokers: string): Kafka {
  return new Client({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.ERROR });
}

async function produce(
  kafka: Kafka,
  topic: string,
  count: number,
  points: number,
): Promise<{ seconds: number; bytes: number }> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    let bytes = 0;
    let messages: { key: string; value: Buffer; partition: number }[] = [];
    const send = async () => {
      await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.ZSTD });
      messages = [];
    };
    const started = performance.now();
    for (const row of baselineRows(count, points)) {
      const value = messageOf(row);
      bytes += value.length;
      messages.push({ key: row.usdp, value, partition: Number(row.usdp.at(-1)) % PARTITIONS });
      if (messages.length === SEND) await send();
    }
    if (messages.length > 0) await send();
    return { seconds: (performance.now() - started) / 1000, bytes };
  } finally {
    await producer.disconnect();
  }
}

/** Values, quality, and where they come from: what an event of a channel day needs. */
function messageOf({ day, usdp, values }: BaselineRow): Buffer {
  const origin = `${usdp}|KWH|${day}|LDC01-M${usdp}|LDC01-${day}|`;
  return Buffer.concat([values, Buffer.alloc(24, 'R'), Buffer.from(origin.padEnd(60))]);
}

/** Seconds from joining the group to the last message. */
export async function consume(kafka: Kafka, topic: string, count: number): Promise<number> {
  const consumer = kafka.consumer({
    groupId: `bench.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: 8 * 1024 * 1024,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let started = performance.now();
  consumer.on(consumer.events.GROUP_JOIN, () => (started = performance.now()));
  try {
    let seen = 0;
    await new Promise<void>((resolve, reject) => {
      const eachBatch = async ({ batch }: { batch: { messages: unknown[] } }) => {
        seen += batch.messages.length;
        if (seen >= count) resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
    return (performance.now() - started) / 1000;
  } finally {
    await consumer.disconnect();
  }
}
