import type { EventType, EventValue } from '@mdmr/events';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

/** An event as it comes from a topic. The value fits the newest version of its schema. */
export type InEvent<T extends EventType = EventType> = {
  [K in T]: {
    readonly type: K;
    readonly value: EventValue<K>;
    readonly key: string;
    readonly topic: string;
    readonly partition: number;
    readonly lane: string;
    readonly seq: number;
  };
}[T];

/** An event that a decision gives; the bus finds its topic, partition, lane and number. */
export type OutEvent<T extends EventType = EventType> = {
  [K in T]: { readonly type: K; readonly key: string; readonly value: EventValue<K> };
}[T];

/** Makes an `OutEvent`; the key decides the partition and so the order. */
export function emit<T extends EventType>(type: T, key: string, value: EventValue<T>): OutEvent {
  return { type, key, value } as unknown as OutEvent;
}

export type JsonValue = null | boolean | number | string | JsonValue[] | { [k: string]: JsonValue };

/** What a handler may use. It reads through `tx` and returns events; it writes nothing. */
export interface Ctx {
  readonly tx: Tx;
  /** The hub's time of this transaction. */
  readonly now: Instant;
  /** Partition of the input. */
  readonly shard: number;
  heartbeat(): Promise<void>;
}

/** Events to rows: the only writer of its tables. Ignores event types it does not know. */
export interface Projection {
  readonly name: string;
  readonly topics: readonly string[];
  apply(tx: Tx, events: readonly InEvent[]): Promise<void>;
}

/** Decides on a batch of one topic partition in one transaction. */
export interface BatchProcessor {
  readonly name: string;
  readonly topics: readonly string[];
  /** Events a transaction takes at most (1,000). */
  readonly maxBatch?: number;
  handle(events: readonly InEvent[], ctx: Ctx): Promise<OutEvent[]>;
}

/** Works through one message in several transactions; `progress` survives a crash. */
export interface StepProcessor {
  readonly name: string;
  readonly topics: readonly string[];
  step(event: InEvent, progress: JsonValue | null, ctx: Ctx): Promise<StepResult>;
}
export interface StepResult {
  readonly events: OutEvent[];
  /** null = done with this message. */
  readonly progress: JsonValue | null;
}
export type Processor = BatchProcessor | StepProcessor;

/** Work that falls due by the clock. `fire` runs in a door transaction, again until nothing is due. */
export interface Timer {
  readonly name: string;
  /** At one instant schedules come before windows. */
  readonly phase: 'schedule' | 'window';
  nextDue(tx: Tx): Promise<Instant | null>;
  fire(ctx: Ctx): Promise<OutEvent[]>;
}

/** People's view of what a service does; no SDP, meter or file names in it. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  facts?: object,
) => void;
