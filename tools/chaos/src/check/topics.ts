/** Reads every topic of the catalogue from its begin to its end, by Kafka's and Avro's own clients. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import avro from 'avsc';
import kafkajs from 'kafkajs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async () => {
    throw new Error('The checker sends nothing.');
  },
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

const HEADER_BYTES = 5;
const READ_LIMIT_MS = 60_000;

/** A message as it lies on its topic. */
export interface TopicMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly lane: string;
  /** NaN when there is none. */
  readonly seq: number;
  readonly value: Buffer;
}

export interface TopicContent {
  readonly messages: readonly TopicMessage[];
  /** End offset by `topic/partition`. */
  readonly ends: ReadonlyMap<string, number>;
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Names of all topics, from the catalogue. */
export function catalogueTopics(schemaDir: string): string[] {
  const catalogue = readJson<{ topics: object }>(path.join(schemaDir, 'catalogue.json'));
  return Object.keys(catalogue.topics);
}

/** @throws when the brokers do not give everything within a minute */
export async function readTopics(
  brokers: string,
  topics: readonly string[],
): Promise<TopicContent> {
  const kafka = new Kafka({
    clientId: 'chaos-checker',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const ends = await endsOf(kafka, topics);
  const left = new Set([...ends].filter(([, end]) => end > 0).map(([id]) => id));
  const messages: TopicMessage[] = [];
  if (left.size === 0) return { messages, ends };
  const groupId = `chaos-checker-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxBytesPerPartition: 8 * 1024 * 1024 });
  const next = new Map<string, number>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`not read to the end: ${[...left].join(', ')}`)),
        READ_LIMIT_MS,
      );
      const eachBatch = async ({ batch }: kafkajs.EachBatchPayload) => {
        const id = partitionKey(batch.topic, batch.partition);
        for (const message of batch.messages) {
          const offset = Number(message.offset);
          if (offset < (next.get(id) ?? 0) || offset >= ends.get(id)!) continue;
          next.set(id, offset + 1);
          messages.push(messageOf(batch.topic, batch.partition, message));
        }
        if ((next.get(id) ?? 0) >= ends.get(id)!) left.delete(id);
        if (left.size > 0) return;
        clearTimeout(limit);
        resolve();
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return { messages, ends };
}

async function endsOf(
  kafka: kafkajs.Kafka,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = new Map<string, number>();
    for (const topic of topics) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.set(partitionKey(topic, partition), Number(high));
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

function messageOf(topic: string, partition: number, message: kafkajs.KafkaMessage): TopicMessage {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString() ?? '',
    lane: message.headers?.['lane']?.toString() ?? '',
    seq: Number(message.headers?.['seq']?.toString() ?? Number.NaN),
    value: message.value ?? Buffer.alloc(0),
  };
}

/** An event: its type and its value as plain data. */
export interface Decoded {
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Reads message values by the registry in `schemas/`: lock.json names every schema's id. */
export class EventReader {
  private readonly types = new Map<number, { type: string; schema: avro.Type }>();

  constructor(schemaDir: string) {
    const lock = readJson<Record<string, number>>(path.join(schemaDir, 'lock.json'));
    for (const [name, id] of Object.entries(lock)) {
      const [service, event, version] = name.split(/[./]/) as [string, string, string];
      const file = path.join(schemaDir, service, event, `${version}.avsc`);
      const schema = avro.Type.forSchema(readJson(file));
      this.types.set(id, { type: `${service}.${event}`, schema });
    }
  }

  /** Null: no event in the wire format. */
  decode(message: Buffer): Decoded | null {
    if (message.length < HEADER_BYTES || message[0] !== 0) return null;
    const found = this.types.get(message.readInt32BE(1));
    if (found === undefined) return null;
    try {
      const value = found.schema.fromBuffer(message.subarray(HEADER_BYTES));
      return { type: found.type, value: value as Decoded['value'] };
    } catch {
      return null;
    }
  }
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
