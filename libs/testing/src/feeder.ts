import { randomUUID } from 'node:crypto';
import { encodeEvent, topicNamed, topicOf } from '@mdmr/events';
import { ensureTopics, kafkaClient, Names, type OutEvent } from '@mdmr/bus';
import { partitionOf } from '@mdmr/kernel';
import type { TestHub } from './hub.js';

/** A message as it is put on a topic, with nothing checked. */
export interface RawMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
  readonly lane: string;
  readonly seq: number;
}

/** Puts events of other services on their topics, numbered in a lane of the spec's own. */
export interface Feeder {
  /** Numbered events; those of one topic partition keep their order. */
  send(...events: OutEvent[]): Promise<void>;
  /** Messages with the lane and number given: copies, gaps, poison. */
  sendRaw(...messages: RawMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** The message of an event in a lane, with its partition as the bus would choose it. */
export function rawOf(event: OutEvent, lane: string, seq: number): RawMessage {
  const topic = topicOf(event.type);
  return {
    topic: topic.name,
    partition: partitionOf(event.key, topic.partitions),
    key: event.key,
    value: encodeEvent(event.type, event.value as never),
    lane,
    seq,
  };
}

/** A key that falls into a partition of a topic. */
export function keyIn(topic: string, partition: number, prefix = 'k'): string {
  for (let i = 0; ; i += 1) {
    const key = `${prefix}${i}`;
    if (partitionOf(key, topicNamed(topic).partitions) === partition) return key;
  }
}

/** A producer for a hub's topics. */
export async function feeder(hub: TestHub): Promise<Feeder> {
  const names = new Names(hub.namespace);
  const quiet = () => undefined;
  const kafka = kafkaClient(hub.stack.kafkaBrokers.split(','), 'feeder', quiet);
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, names, quiet);
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const lane = `test.${randomUUID()}`;
  const numbers = new Map<string, number>();

  const sendRaw = async (...messages: RawMessage[]) => {
    const topicMessages = messages.map((m) => ({
      topic: names.topic(m.topic),
      messages: [
        {
          key: m.key,
          value: m.value,
          partition: m.partition,
          headers: { lane: m.lane, seq: String(m.seq) },
        },
      ],
    }));
    for (const topicMessage of topicMessages) await producer.send(topicMessage);
  };
  return {
    send: (...events) =>
      sendRaw(
        ...events.map((event) => {
          const raw = rawOf(event, lane, 0);
          const id = `${raw.topic}/${raw.partition}`;
          const seq = (numbers.get(id) ?? 0) + 1;
          numbers.set(id, seq);
          return { ...raw, seq };
        }),
      ),
    sendRaw,
    close: () => producer.disconnect(),
  };
}
