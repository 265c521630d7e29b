import type { HubClock } from '@mdmr/kernel';
import type { Database, Tx } from '@mdmr/postgres';
import { bulkInsert } from '@mdmr/postgres';
import type { KafkaMessage } from 'kafkajs';
import { commitDecision, project } from './deciding.js';
import {
  FenceLost,
  loadFence,
  loadPositions,
  moveFence,
  storePositions,
  type Fence,
} from './fence.js';
import { positionAfter, takeIn, type Intake, type Poison } from './intake.js';
import type { Packet } from './journal.js';
import type { Names } from './names.js';
import type { EndsOf } from './power-loss.js';
import type { Publisher } from './publisher.js';
import type {
  BatchProcessor,
  Ctx,
  InEvent,
  JsonValue,
  Log,
  Processor,
  Projection,
} from './types.js';

const DEFAULT_BATCH = 1_000;
/**
 * Steps are worked for so long at a time. The client fetches nothing for any partition of a
 * processor before all that it fetched last is given back, so a long message would keep what has
 * come for others from being seen. It goes on where its progress stands.
 */
const SLICE_MS = 1_000;

export interface WorkerContext {
  readonly service: string;
  readonly database: Database;
  readonly publisher: Publisher;
  readonly clock: HubClock;
  readonly projections: readonly Projection[];
  readonly log: Log;
  readonly names: Names;
  /** Called after each commit that may have changed the service's tables. */
  readonly onCommit: () => void;
  readonly endsOf: EndsOf;
}

/**
 * Works one partition of one topic for one processor: the lane's only writer, as long as its fence
 * moves. Every transaction moves fence, positions, state, journal and heads together or not at all.
 */
export class PartitionWorker {
  private fence: Fence | undefined;
  private loading: Promise<void> | undefined;
  private positions = new Map<string, number>();
  /** One message a transaction: a batch fails, and the message that fails is looked for. */
  careful = false;
  private readonly lane: string;

  constructor(
    private readonly context: WorkerContext,
    private readonly processor: Processor,
    private readonly topic: string,
    private readonly partition: number,
  ) {
    this.lane = `${context.service}.${processor.name}/${topic}/${partition}`;
  }

  /** Offset to read next; loads fence and positions on first use or after `forget`. */
  async nextOffset(): Promise<number> {
    if (!this.fence) {
      const loading = (this.loading ??= this.load());
      try {
        await loading;
      } finally {
        if (this.loading === loading) this.loading = undefined;
      }
    }
    return this.fence!.nextOffset;
  }

  /** The fence is set last: whoever sees it may rely on the positions. */
  private async load(): Promise<void> {
    const { database, publisher } = this.context;
    const { name } = this.processor;
    const fence = await loadFence(database, name, this.topic, this.partition);
    this.positions = await loadPositions(database, name, this.topic, this.partition);
    publisher.takeOver(this.lane);
    await publisher.recover(this.lane);
    this.fence = fence;
  }

  /**
   * Sets the message at the fence aside: its lane goes on behind it. It can be replayed later.
   * @throws FenceLost when the fence does not stand there
   */
  async setAside(message: KafkaMessage, reason: string): Promise<void> {
    await this.nextOffset();
    const from = this.fence!;
    const offset = Number(message.offset);
    if (from.nextOffset !== offset) throw new FenceLost(`the fence does not stand at ${offset}`);
    const moved = positionAfter(message);
    const poison = [{ offset, reason, key: message.key, value: message.value }];
    const { name } = this.processor;
    await this.context.database.tx(async (tx) => {
      const to: Fence = { nextOffset: offset + 1, progress: null };
      await moveFence(tx, name, this.topic, this.partition, from, to);
      await storePositions(tx, name, this.topic, this.partition, moved);
      await this.quarantine(tx, poison);
    });
    this.forget();
    this.careful = false;
  }

  /**
   * Puts the fence back to an offset, so that messages are looked at again; the lanes' numbers tell
   * those that were taken. False when it stands there already, or in the middle of a message.
   */
  async lookBack(offset: number): Promise<boolean> {
    await this.nextOffset();
    const from = this.fence!;
    if (from.nextOffset <= offset || from.progress !== null) return false;
    const to: Fence = { nextOffset: Math.max(0, offset), progress: null };
    const { database } = this.context;
    await database.tx((tx) =>
      moveFence(tx, this.processor.name, this.topic, this.partition, from, to),
    );
    this.fence = to;
    return true;
  }

  /** What is held in memory is no longer sure: read the fence again. */
  forget(): void {
    this.fence = undefined;
  }

  /** Works messages that start at the fence: all, or of steps as many as a slice of time allows. */
  async work(messages: readonly KafkaMessage[], heartbeat: () => Promise<void>): Promise<void> {
    const end = performance.now() + SLICE_MS;
    const processor = this.processor;
    const single = this.careful || 'step' in processor;
    const size = single ? 1 : ((processor as BatchProcessor).maxBatch ?? DEFAULT_BATCH);
    for (let i = 0; i < messages.length; i += size) {
      const part = messages.slice(i, i + size);
      const intake = takeIn(this.topic, this.partition, part, this.positions);
      if (intake.nextOffset !== undefined) {
        if ('step' in processor) await this.workSteps(intake, heartbeat, end);
        else await this.workBatch(intake, heartbeat);
      }
      if (intake.halt) throw intake.halt;
      await heartbeat();
      if ('step' in processor && performance.now() > end) return;
    }
  }

  private async workBatch(intake: Intake, heartbeat: () => Promise<void>): Promise<void> {
    const processor = this.processor;
    if ('step' in processor) return;
    await this.transaction(
      intake,
      { nextOffset: intake.nextOffset!, progress: null },
      async (tx) => {
        await project(tx, this.context.projections, intake.events);
        if (intake.events.length === 0) return [];
        return processor.handle(intake.events, this.ctx(tx, heartbeat));
      },
    );
  }

  private async workSteps(
    intake: Intake,
    heartbeat: () => Promise<void>,
    end: number,
  ): Promise<void> {
    const processor = this.processor;
    if (!('step' in processor)) return;
    const event = intake.events[0];
    if (!event) {
      await this.transaction(
        intake,
        { nextOffset: intake.nextOffset!, progress: null },
        async () => [],
      );
      return;
    }
    for (;;) {
      const progress: JsonValue | null = this.fence!.progress;
      const done = await this.step(intake, event, progress, heartbeat);
      await heartbeat();
      if (done || performance.now() > end) return;
    }
  }

  private async step(
    intake: Intake,
    event: InEvent,
    progress: JsonValue | null,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const processor = this.processor;
    if (!('step' in processor)) return true;
    let next: Fence = this.fence!;
    const packets = await this.context.database.tx(async (tx) => {
      if (progress === null) await project(tx, this.context.projections, [event]);
      const result = await processor.step(event, progress, this.ctx(tx, heartbeat));
      const done = result.progress === null;
      next = {
        nextOffset: done ? intake.nextOffset! : this.fence!.nextOffset,
        progress: result.progress,
      };
      return this.commit(tx, done ? intake : undefined, next, result.events);
    });
    this.advanced(next, next.progress === null ? intake : undefined);
    await this.context.publisher.publish(packets);
    return next.progress === null;
  }

  private async transaction(
    intake: Intake,
    next: Fence,
    decide: (tx: Tx) => Promise<Parameters<typeof commitDecision>[3]>,
  ): Promise<void> {
    const packets = await this.context.database.tx(async (tx) =>
      this.commit(tx, intake, next, await decide(tx)),
    );
    this.advanced(next, intake);
    await this.context.publisher.publish(packets);
  }

  private async commit(
    tx: Tx,
    intake: Intake | undefined,
    next: Fence,
    events: Parameters<typeof commitDecision>[3],
  ): Promise<Packet[]> {
    const { clock, projections } = this.context;
    const { name } = this.processor;
    await moveFence(tx, name, this.topic, this.partition, this.fence!, next);
    if (intake) {
      await storePositions(tx, name, this.topic, this.partition, intake.moved);
      await this.quarantine(tx, intake.poison);
    }
    return commitDecision(tx, this.lane, projections, events, clock.now());
  }

  private advanced(next: Fence, intake: Intake | undefined): void {
    this.context.onCommit();
    this.fence = next;
    if (!intake) return;
    for (const [lane, seq] of intake.moved) this.positions.set(lane, seq);
    this.context.log('debug', `${this.lane}: worked to ${next.nextOffset}`);
    if (intake.copies > 0) {
      this.context.log('debug', `${this.lane}: ${intake.copies} copies dropped`);
    }
  }

  private async quarantine(tx: Tx, poison: readonly Poison[]): Promise<void> {
    await bulkInsert(tx, {
      table: 'quarantine',
      columns: [
        { name: 'processor', type: 'text' },
        { name: 'topic', type: 'text' },
        { name: 'partition', type: 'int4' },
        { name: 'offset', type: 'int8' },
        { name: 'at_ms', type: 'int8' },
        { name: 'reason', type: 'text' },
        { name: 'key', type: 'bytea' },
        { name: 'value', type: 'bytea' },
      ],
      rows: poison.map((p) => [
        this.processor.name,
        this.topic,
        this.partition,
        p.offset,
        this.context.clock.now(),
        p.reason,
        p.key,
        p.value,
      ]),
      onConflict: 'on conflict do nothing',
    });
    if (poison.length > 0) {
      this.context.log('error', `${this.lane}: ${poison.length} messages in quarantine`);
    }
  }

  private ctx(tx: Tx, heartbeat: () => Promise<void>): Ctx {
    return { tx, now: this.context.clock.now(), shard: this.partition, heartbeat };
  }
}
