import { randomUUID } from 'node:crypto';
import { encodeEvent, topicOf } from '@mdmr/events';
import { kafkaClient, Names, ensureTopics, type OutEvent } from '@mdmr/bus';
import { partitionOf } from '@mdmr/kernel';
import type { TestHub } from './hub.js';

/** Puts events of other services on their topics, numbered in a lane of the spec's own. */
export interface Feeder {
  send(...events: OutEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** A producer for a hub's topics. Events of one topic partition keep their order. */
export async function feeder(hub: TestHub): Promise<Feeder> {
  const names = new Names(hub.namespace);
  const kafka = kafkaClient([hub.stack.kafkaBrokers], 'feeder', () => undefined);
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, names);
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const lane = `test.${randomUUID()}`;
  const numbers = new Map<string, number>();
  return {
    send: async (...events) => {
      for (const event of events) {
        const topic = topicOf(event.type);
        const partition = partitionOf(event.key, topic.partitions);
        const id = `${topic.name}/${partition}`;
        const seq = (numbers.get(id) ?? 0) + 1;
        numbers.set(id, seq);
        const value = encodeEvent(event.type, event.value as never);
        const headers = { lane, seq: String(seq) };
        await producer.send({
          topic: names.topic(topic.name),
          messages: [{ key: event.key, value, partition, headers }],
        });
      }
    },
    close: () => producer.disconnect(),
  };
}
