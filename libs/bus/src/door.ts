import type { HubClock } from '@mdmr/kernel';
import { commitDecision } from './deciding.js';
import type { Packet } from './journal.js';
import type { Ctx, OutEvent } from './types.js';
import type { WorkerContext } from './worker.js';

/**
 * Decisions that no message asked for: HTTP commands and timers. They share one lane of this
 * instance and run one after the other, so that commit order is publishing order.
 */
export class Door {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly lane: string;

  constructor(
    private readonly context: WorkerContext,
    instance: string,
  ) {
    this.lane = `${context.service}.door/${instance}`;
  }

  /**
   * Runs a decision in one transaction and publishes its events.
   * @returns the events, after they are committed and acknowledged
   */
  decide(decide: (ctx: Ctx) => Promise<OutEvent[]>): Promise<OutEvent[]> {
    return this.exclusively(() => this.run(decide));
  }

  /** Nothing is decided while `work` runs. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.tail.then(work);
    this.tail = done.catch(() => undefined);
    return done;
  }

  private async run(decide: (ctx: Ctx) => Promise<OutEvent[]>): Promise<OutEvent[]> {
    const { database, clock, projections, publisher } = this.context;
    let events: OutEvent[] = [];
    const packets: Packet[] = await database.tx(async (tx) => {
      const now = (clock as HubClock).now();
      events = await decide({ tx, now, shard: 0, heartbeat: async () => undefined });
      return commitDecision(tx, this.lane, projections, events, now);
    });
    this.context.onCommit();
    await publisher.publish(packets);
    return events;
  }

  async close(): Promise<void> {
    await this.tail;
  }
}
