import { setTimeout as sleep } from 'node:timers/promises';
import { UnknownSchemaId } from '@mdmr/events';
import { Rejection } from '@mdmr/kernel';
import './kafkajs-coordinator.js';
import './kafkajs-records.js';
import kafkajs, {
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  type KafkaMessage,
  type TopicPartitionOffset,
} from 'kafkajs';
import { Advice } from './advice.js';
import { FenceLost } from './fence.js';
import { GapFound } from './intake.js';
import type { Log, Processor } from './types.js';
import { PartitionWorker, type WorkerContext } from './worker.js';
import { isWorldFault } from './world-fault.js';

const { KafkaJSProtocolError } = kafkajs;
/**
 * A dead instance's partitions are free after this, and its successor at work: below 5 s. The
 * broker must allow it (group.min.session.timeout.ms). Heartbeats do not wait for a batch.
 */
export const SESSION_MS = 4_500;
/** Others wait this long at most for a member that is in the middle of a batch. */
const REBALANCE_MS = 30_000;
export const HEARTBEAT_MS = 1_000;
/** The broker answers at once when there is something; idle partitions are asked this seldom. */
const FETCH_WAIT_MS = 1_000;
/** Compressed some thousand events: what is fetched and not yet worked lies in memory whole. */
const PARTITION_BYTES = 256 * 1024;
const RETRY_START_MS = 200;
const RETRY_MAX_MS = 5_000;
/** Tries of a batch whose failure is not the world's, before its partition stops. */
const MAX_TRIES = 5;
/** After these a batch is worked message by message, to find the one that fails. */
const CAREFUL_AFTER_TRIES = 3;
/** What has failed so often is no hiccup any more. */
const TOLD_AFTER_TRIES = 3;
const PAUSE_POLL_MS = 20;
/** Far more than a broker loses when its power goes. */
const LOOK_BACK_MESSAGES = 10_000;

/** A partition that stands still until a person has looked; others go on. */
export interface StoppedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly processor: string;
  /** Of the message that it stands at. */
  readonly offset: number;
  readonly reason: string;
}

/** A partition whose work fails for reasons of the world: tried again until it does not. */
export interface WaitingPartition {
  readonly topic: string;
  readonly partition: number;
  readonly processor: string;
  readonly reason: string;
}

/** Runs one processor: one consumer group, its partitions each with a worker of their own. */
export class ProcessorRunner {
  private consumer: Consumer | undefined;
  private readonly workers = new Map<string, PartitionWorker>();
  readonly stopped = new Map<string, StoppedPartition>();
  readonly waiting = new Map<string, WaitingPartition>();
  /** Messages at which partitions stand, and partitions that stand before a gap. */
  private readonly standing = new Map<string, KafkaMessage>();
  private readonly gaps = new Set<string>();
  /** Offset of the gap for which a partition was last looked back. */
  private readonly lookedBack = new Map<string, number>();
  private readonly advice: Advice;
  /** How often the group was joined. */
  private joins = 0;
  private closing = false;
  private paused: Promise<void> | undefined;
  private resumePaused: (() => void) | undefined;
  private busy = 0;

  constructor(
    private readonly kafka: Kafka,
    readonly processor: Processor,
    private readonly context: WorkerContext,
  ) {
    const commit = (offsets: TopicPartitionOffset[]) => this.consumer!.commitOffsets(offsets);
    this.advice = new Advice(commit, context.log);
  }

  async start(): Promise<void> {
    const { names } = this.context;
    const consumer = this.kafka.consumer({
      groupId: names.group(this.context.service, this.processor.name),
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytesPerPartition: PARTITION_BYTES,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000_000 },
    });
    this.consumer = consumer;
    consumer.on('consumer.group_join', ({ payload }) => {
      this.workers.clear();
      this.waiting.clear();
      this.advice.forget();
      void this.seekFences(payload.memberAssignment);
    });
    await consumer.connect();
    await consumer.subscribe({
      topics: this.processor.topics.map((t) => names.topic(t)),
      fromBeginning: true,
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  /**
   * Kafka's committed offset is where the group last was, the fence where this database is. The two
   * differ when a database was restored: then what it lacks is read again, without waiting for a
   * new message to tell. A fence beyond the end means that the broker has lost the end.
   */
  private async seekFences(assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
    const { names, endsOf, log } = this.context;
    const join = (this.joins += 1);
    for (const [physical, partitions] of Object.entries(assignment)) {
      const topic = names.logical(physical);
      try {
        const ends = await endsOf(topic);
        for (const partition of partitions) {
          const worker = this.worker(topic, partition);
          if (await worker.lookBack(ends.get(partition) ?? 0)) {
            log('warn', `${topic}/${partition} ends before the fence and is read from its end`);
          }
          const fence = await worker.nextOffset();
          this.seek(topic, partition, fence);
          if (join === this.joins) this.advice.note(physical, partition, fence);
        }
      } catch (error) {
        // the first batch looks at the fence again, and tries as long as it takes
        log('debug', 'the fence was not read on joining', { error: String(error) });
      }
    }
  }

  private seek(topic: string, partition: number, offset: number): void {
    if (this.closing) return;
    const physical = this.context.names.topic(topic);
    this.consumer!.seek({ topic: physical, partition, offset: String(offset) });
  }

  private worker(topic: string, partition: number): PartitionWorker {
    const id = `${topic}/${partition}`;
    let worker = this.workers.get(id);
    if (!worker) {
      worker = new PartitionWorker(this.context, this.processor, topic, partition);
      this.workers.set(id, worker);
    }
    return worker;
  }

  private async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { partition, messages } = payload.batch;
    const topic = this.context.names.logical(payload.batch.topic);
    if (this.stopped.has(`${topic}/${partition}`)) return;
    await this.paused;
    this.busy += 1;
    // Long transactions must not cost the group its member.
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const worker = this.worker(topic, partition);
      const next = await this.untilDone(payload, () => worker.nextOffset());
      if (next === undefined) return;
      const first = Number(messages[0]?.offset ?? next);
      if (first > next) {
        this.seek(topic, partition, next);
        return;
      }
      const fresh = messages.filter((message) => Number(message.offset) >= next);
      await this.workAll(payload, worker, fresh);
    } finally {
      clearInterval(beat);
      this.busy -= 1;
    }
  }

  private async workAll(
    payload: EachBatchPayload,
    worker: PartitionWorker,
    fresh: EachBatchPayload['batch']['messages'],
  ): Promise<void> {
    const { partition } = payload.batch;
    const topic = this.context.names.logical(payload.batch.topic);
    const live = () => payload.isRunning() && !payload.isStale() && !this.closing;
    await this.untilDone(payload, async () => {
      const from = await worker.nextOffset();
      const rest = fresh.filter((message) => Number(message.offset) >= from);
      if (!live()) return;
      await worker.work(rest, () => payload.heartbeat());
      worker.careful = false;
    });
    this.keepStanding(topic, partition, fresh);
    if (this.stopped.has(`${topic}/${partition}`) || payload.isStale()) return;
    const offset = await worker.nextOffset();
    payload.resolveOffset(String(offset - 1));
    await this.advice.give(payload.batch.topic, partition, offset);
  }

  /** The message at which the partition has just stopped is kept for whoever sets it aside. */
  private keepStanding(topic: string, partition: number, messages: readonly KafkaMessage[]): void {
    const stopped = this.stopped.get(`${topic}/${partition}`);
    const message = messages.find((m) => Number(m.offset) === stopped?.offset);
    if (message) this.standing.set(`${topic}/${partition}`, message);
  }

  /**
   * Tries until it is done, the partition is stopped, or this instance no longer owns it.
   * @throws when the group changes: kafkajs joins it again only once the batch has ended
   */
  private async untilDone<T>(
    payload: EachBatchPayload,
    action: () => Promise<T>,
  ): Promise<T | undefined> {
    const { partition } = payload.batch;
    const topic = this.context.names.logical(payload.batch.topic);
    let wait = RETRY_START_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await action();
        this.waiting.delete(`${topic}/${partition}`);
        return result;
      } catch (error) {
        const name = `${this.context.service}.${this.processor.name} ${topic}/${partition}`;
        this.worker(topic, partition).forget();
        if (this.closing) return undefined;
        if (isGroupChange(error)) throw error;
        if (error instanceof GapFound && (await this.lookBackOnce(topic, partition))) {
          this.context.log('warn', `${name}: ${error.message}; looking back`);
          return undefined;
        }
        const give = isFinal(error) || (!isWorldFault(error) && tries >= MAX_TRIES);
        this.report(name, error, give);
        if (give) {
          await this.stop(topic, partition, error);
          return undefined;
        }
        if (tries >= TOLD_AFTER_TRIES) this.noteWaiting(topic, partition, error);
        this.worker(topic, partition).careful = tries >= CAREFUL_AFTER_TRIES;
        if (error instanceof FenceLost && payload.isStale()) return undefined;
        await sleep(wait);
        wait = Math.min(wait * 2, RETRY_MAX_MS);
        await payload.heartbeat().catch(() => undefined);
        if (payload.isStale() || !payload.isRunning()) return undefined;
      }
    }
  }

  /**
   * What a lane lacks was perhaps sent again, in another order, to offsets that lie behind the
   * fence: after a power loss of the broker. Looked at once for each gap.
   */
  private async lookBackOnce(topic: string, partition: number): Promise<boolean> {
    try {
      const worker = this.worker(topic, partition);
      const gapAt = await worker.nextOffset();
      const id = `${topic}/${partition}`;
      if (this.lookedBack.get(id) === gapAt) return false;
      this.lookedBack.set(id, gapAt);
      const offset = Math.max(0, gapAt - LOOK_BACK_MESSAGES);
      if (!(await worker.lookBack(offset))) return false;
      this.seek(topic, partition, offset);
      return true;
    } catch {
      // the database is away or another owns the partition: the gap will be found again
      return false;
    }
  }

  private report(name: string, error: unknown, final: boolean): void {
    const log: Log = this.context.log;
    const stack = error instanceof Error ? error.stack : undefined;
    log(final ? 'error' : 'warn', `${name}: ${String(error)}`, { final, stack });
  }

  private noteWaiting(topic: string, partition: number, error: unknown): void {
    const processor = this.processor.name;
    const reason = String(error);
    this.waiting.set(`${topic}/${partition}`, { topic, partition, processor, reason });
  }

  /** Stands at the message that failed, or that must not be taken. */
  private async stop(topic: string, partition: number, error: unknown): Promise<void> {
    const processor = this.processor.name;
    const offset = await this.worker(topic, partition).nextOffset();
    this.waiting.delete(`${topic}/${partition}`);
    const reason = String(error);
    this.gaps[error instanceof GapFound ? 'add' : 'delete'](`${topic}/${partition}`);
    this.stopped.set(`${topic}/${partition}`, { topic, partition, processor, offset, reason });
    this.consumer!.pause([{ topic: this.context.names.topic(topic), partitions: [partition] }]);
  }

  /** Tries a partition that stands again. False if it does not stand. */
  async retry(topic: string, partition: number): Promise<boolean> {
    const id = `${topic}/${partition}`;
    if (!this.stopped.delete(id)) return false;
    this.standing.delete(id);
    this.lookedBack.delete(id);
    const worker = this.worker(topic, partition);
    worker.forget();
    worker.careful = false;
    this.seek(topic, partition, await worker.nextOffset());
    this.consumer!.resume([{ topic: this.context.names.topic(topic), partitions: [partition] }]);
    return true;
  }

  /**
   * Sets aside the message that a partition stands at, and goes on behind it.
   * @throws Rejection GAP when events are missing: there is no message to set aside
   */
  async setAside(topic: string, partition: number): Promise<boolean> {
    const id = `${topic}/${partition}`;
    const stopped = this.stopped.get(id);
    if (!stopped) return false;
    const message = this.standing.get(id);
    if (this.gaps.has(id) || !message || Number(message.offset) !== stopped.offset) {
      throw new Rejection('GAP', `${id} stands before events that are missing: ${stopped.reason}`);
    }
    await this.worker(topic, partition).setAside(message, stopped.reason);
    return this.retry(topic, partition);
  }

  /** Lets no new batch begin and waits for those in work; for a rebuild. */
  async pause(): Promise<void> {
    this.paused ??= new Promise((resolve) => (this.resumePaused = resolve));
    while (this.busy > 0) await sleep(PAUSE_POLL_MS);
  }

  resume(): void {
    this.resumePaused?.();
    this.paused = undefined;
    this.resumePaused = undefined;
  }

  async close(): Promise<void> {
    this.closing = true;
    this.advice.close();
    this.resume();
    await this.consumer?.stop();
    await this.consumer?.disconnect();
  }
}

/** Nothing to retry: the input itself is wrong for this build. */
function isFinal(error: unknown): boolean {
  return error instanceof GapFound || error instanceof UnknownSchemaId;
}

/** What a heartbeat says of a member that must join its group again; nothing is wrong with the work. */
const GROUP_CHANGES = [
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
];

function isGroupChange(error: unknown): boolean {
  const { type } = (error ?? {}) as { type?: unknown };
  return error instanceof KafkaJSProtocolError && GROUP_CHANGES.includes(String(type));
}
