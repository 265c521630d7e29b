/** As the feeder of @mdmr/testing, many events a request. */
import { randomUUID } from 'node:crypto';
import { kafkaClient, Names, type OutEvent } from '@mdmr/bus';
import { encodeEvent, topicOf } from '@mdmr/events';
import { partitionOf } from '@mdmr/kernel';
import type { TestHub } from '@mdmr/testing';

const MESSAGES_A_SEND = 1_000;

export interface BulkFeeder {
  send(events: readonly OutEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** The topics must be there. */
export async function bulkFeeder(hub: TestHub): Promise<BulkFeeder> {
  const names = new Names(hub.namespace);
  const kafka = kafkaClient([hub.stack.kafkaBrokers], 'bulk-feeder', () => undefined);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const lane = `test.${randomUUID()}`;
  const numbers = new Map<string, number>();
  const messageOf = (event: OutEvent): { topic: string; message: Message } => {
    const topic = topicOf(event.type);
    const partition = partitionOf(event.key, topic.partitions);
    const id = `${topic.name}/${partition}`;
    const seq = (numbers.get(id) ?? 0) + 1;
    numbers.set(id, seq);
    const value = encodeEvent(event.type, event.value as never);
    const message = { key: event.key, value, partition, headers: { lane, seq: String(seq) } };
    return { topic: names.topic(topic.name), message };
  };
  return {
    async send(events) {
      for (let i = 0; i < events.length; i += MESSAGES_A_SEND) {
        const part = events.slice(i, i + MESSAGES_A_SEND).map(messageOf);
        const topics = Map.groupBy(part, ({ topic }) => topic);
        await producer.sendBatch({
          topicMessages: [...topics].map(([topic, own]) => ({
            topic,
            messages: own.map(({ message }) => message),
          })),
        });
      }
    },
    close: () => producer.disconnect(),
  };
}

interface Message {
  key: string;
  value: Buffer;
  partition: number;
  headers: Record<string, string>;
}
