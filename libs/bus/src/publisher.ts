import type { Database } from '@mdmr/postgres';
import { bulkInsert } from '@mdmr/postgres';
import { setTimeout as sleep } from 'node:timers/promises';
import './kafkajs-records.js';
import kafkajs, { type Kafka, type Producer, type RecordMetadata } from 'kafkajs';
import { packetsBetween, unpublishedPackets, type Packet } from './journal.js';
import type { Names } from './names.js';
import { takeBackLost, type EndsOf } from './power-loss.js';
import type { Log } from './types.js';

const { CompressionTypes } = kafkajs;
/** Events of one send at most: larger ones cost more CPU for each event. */
const SEND_EVENTS = 2_000;
const FLUSH_MS = 300;
const RECOVER_ROWS = 200;
const RETRY_MS = 500;

/** A lane's last acknowledged message: its number, and its offset if the broker said. */
interface Acknowledged {
  readonly packet: Packet;
  readonly published: number;
  readonly offset: number | null;
}

/**
 * Sends journalled packets to their topics in ONE ordered chain: the next send waits for the last
 * one's acknowledgement, so a number never reaches a topic before its predecessors.
 */
export class Publisher {
  private producer: Producer;
  private chain: Promise<void> = Promise.resolve();
  private readonly acked = new Map<string, Acknowledged>();
  /** Last number sent by this process, by lane, topic and partition. */
  private readonly last = new Map<string, number>();
  private flushTimer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Events committed and not yet acknowledged. */
  backlog = 0;
  /** Events acknowledged since the start. */
  sent = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly database: Database,
    private readonly log: Log,
    private readonly names: Names,
  ) {
    this.producer = this.newProducer();
  }

  private newProducer(): Producer {
    return this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
  }

  /** Connects, and sends again whatever was committed but not known published, or has been lost. */
  async start(endsOf: EndsOf): Promise<void> {
    await this.producer.connect();
    await takeBackLost(this.database, endsOf, this.log);
    await this.recover();
  }

  /** Sends again the unpublished packets of all lanes, or of one. Copies do no harm, gaps would. */
  async recover(lane?: string): Promise<void> {
    for (;;) {
      const packets = await unpublishedPackets(
        (s, p) => this.database.query(s, p),
        RECOVER_ROWS,
        lane,
      );
      if (packets.length === 0) return;
      this.log('info', `sending again ${packets.length} journal rows`);
      await this.publish(packets);
      await this.flush();
    }
  }

  /**
   * A lane that is taken over may have been another's meanwhile: what that one has sent is not
   * missing. Before `recover` of the lane, which sends whatever is.
   */
  takeOver(lane: string): void {
    for (const id of this.last.keys()) if (id.startsWith(`${lane}\n`)) this.last.delete(id);
  }

  /** Resolves when the brokers have acknowledged the packets; rejects only when stopped. */
  publish(packets: readonly Packet[]): Promise<void> {
    if (packets.length === 0) return Promise.resolve();
    const events = packets.reduce((sum, p) => sum + p.events.length, 0);
    this.backlog += events;
    const done = this.chain.then(async () => {
      for (const batch of batches(await this.unbroken(packets))) {
        await this.sendUntilAcknowledged(batch);
      }
      this.backlog -= events;
      this.sent += events;
      this.flushSoon();
    });
    this.chain = done.catch(() => undefined);
    return done;
  }

  /**
   * The packets, behind those of their lanes that were committed before them and never given to us:
   * a commit whose answer was lost with its connection.
   */
  private async unbroken(packets: readonly Packet[]): Promise<Packet[]> {
    const whole: Packet[] = [];
    for (const packet of packets) {
      const id = idOf(packet);
      const last = this.last.get(id);
      if (last !== undefined && packet.seq > last + 1) {
        whole.push(...(await this.missing(packet, last)));
      }
      whole.push(packet);
      this.last.set(id, Math.max(last ?? 0, packet.seq + packet.events.length - 1));
    }
    return whole;
  }

  private async missing(packet: Packet, last: number): Promise<Packet[]> {
    this.log('info', `${packet.lane}: sending what was committed after ${last} first`);
    for (;;) {
      try {
        return await packetsBetween((s, p) => this.database.query(s, p), packet, last);
      } catch (error) {
        if (this.stopped) throw error;
        this.log('warn', 'the journal was not read and is tried again', { error: String(error) });
        await sleep(RETRY_MS);
      }
    }
  }

  /** Nothing may overtake a failed send, so the chain waits here as long as the brokers are away. */
  private async sendUntilAcknowledged(packets: readonly Packet[]): Promise<void> {
    for (;;) {
      try {
        return await this.send(packets);
      } catch (error) {
        if (this.stopped) throw error;
        this.log('warn', 'a send failed and is tried again', { error: String(error) });
        await sleep(RETRY_MS);
        await this.renewProducer();
      }
    }
  }

  /** A producer whose sequence went wrong never recovers; a new one starts afresh. */
  private async renewProducer(): Promise<void> {
    await this.producer.disconnect().catch(() => undefined);
    this.producer = this.newProducer();
    await this.producer.connect().catch(() => undefined);
  }

  private async send(packets: readonly Packet[]): Promise<void> {
    const byTopic = new Map<
      string,
      { partition: number; key: string; value: Buffer; headers: Record<string, string> }[]
    >();
    for (const packet of packets) {
      const messages = byTopic.get(packet.topic) ?? [];
      byTopic.set(packet.topic, messages);
      packet.events.forEach((event, i) =>
        messages.push({
          partition: packet.partition,
          key: event.key,
          value: event.value,
          headers: { lane: packet.lane, seq: String(packet.seq + i) },
        }),
      );
    }
    const answers = await this.producer.sendBatch({
      acks: -1,
      compression: CompressionTypes.ZSTD,
      topicMessages: [...byTopic].map(([topic, messages]) => ({
        topic: this.names.topic(topic),
        messages,
      })),
    });
    requireAnswers(packets, answers, this.names);
    this.noteAcknowledged(packets, answers);
  }

  private noteAcknowledged(packets: readonly Packet[], answers: readonly RecordMetadata[]): void {
    const next = new Map<string, number>();
    for (const { topicName, partition, baseOffset } of answers) {
      if (baseOffset !== undefined) next.set(`${topicName}\n${partition}`, Number(baseOffset));
    }
    for (const packet of packets) {
      const { topic, partition, seq, events } = packet;
      const place = `${this.names.topic(topic)}\n${partition}`;
      const base = next.get(place);
      if (base !== undefined) next.set(place, base + events.length);
      const offset = base === undefined ? null : base + events.length - 1;
      const published = seq + events.length - 1;
      this.acked.set(idOf(packet), { packet, published, offset });
    }
  }

  private flushSoon(): void {
    if (this.flushTimer || this.stopped) return;
    this.flushTimer = setTimeout(() => {
      this.flushTimer = undefined;
      this.flush().catch((error: unknown) =>
        this.log('warn', 'the published marks were not stored; copies may follow', {
          error: String(error),
        }),
      );
    }, FLUSH_MS);
    this.flushTimer.unref();
  }

  /** Stores how far each lane is published. Late marks only cost copies. */
  async flush(): Promise<void> {
    const marks = [...this.acked.values()];
    this.acked.clear();
    if (marks.length === 0) return;
    await this.database.tx(async (tx) => {
      await bulkInsert(tx, {
        table: 'head as h',
        columns: [
          { name: 'lane', type: 'text' },
          { name: 'topic', type: 'text' },
          { name: 'partition', type: 'int4' },
          { name: 'next_seq', type: 'int8' },
          { name: 'published', type: 'int8' },
          { name: 'published_offset', type: 'int8' },
        ],
        rows: marks
          .map((m) => [
            m.packet.lane,
            m.packet.topic,
            m.packet.partition,
            m.published + 1,
            m.published,
            m.offset,
          ])
          .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
        onConflict:
          'on conflict (lane, topic, partition) do update ' +
          'set published = excluded.published, published_offset = excluded.published_offset ' +
          'where h.published <= excluded.published',
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.flushTimer);
    await this.chain;
    await this.flush();
    await this.producer.disconnect();
  }
}

/**
 * When a partition's leader is lost in mid-send and a broker that has answered for others takes it
 * over, kafkajs takes that answer for this partition too and sends its messages to nobody.
 * @throws when a partition was not answered for
 */
function requireAnswers(
  packets: readonly Packet[],
  answers: readonly RecordMetadata[],
  names: Names,
): void {
  const answered = new Set(answers.map((a) => `${a.topicName}/${a.partition}`));
  for (const { topic, partition } of packets) {
    const place = `${names.topic(topic)}/${partition}`;
    if (!answered.has(place)) throw new Error(`${place} was sent to no broker`);
  }
}

function idOf({ lane, topic, partition }: Packet): string {
  return `${lane}\n${topic}\n${partition}`;
}

function* batches(packets: readonly Packet[]): Generator<Packet[]> {
  let batch: Packet[] = [];
  let events = 0;
  for (const packet of packets) {
    if (batch.length > 0 && events + packet.events.length > SEND_EVENTS) {
      yield batch;
      batch = [];
      events = 0;
    }
    batch.push(packet);
    events += packet.events.length;
  }
  if (batch.length > 0) yield batch;
}
