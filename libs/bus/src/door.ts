import { setTimeout as sleep } from 'node:timers/promises';
import type { HubClock } from '@mdmr/kernel';
import { commitDecision } from './deciding.js';
import type { Packet } from './journal.js';
import type { Ctx, OutEvent } from './types.js';
import type { WorkerContext } from './worker.js';

const RETRY_MS = 500;

/**
 * Decisions that no message asked for: HTTP commands and timers. They share one lane of this
 * instance and run one after the other, so that commit order is publishing order.
 */
export class Door {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly lane: string;
  private closing = false;

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
    let packets: Packet[] = [];
    try {
      await database.tx(async (tx) => {
        const now = (clock as HubClock).now();
        events = await decide({ tx, now, shard: 0, heartbeat: async () => undefined });
        packets = await commitDecision(tx, this.lane, projections, events, now);
      });
    } catch (error) {
      // A commit that was not answered may be one all the same.
      if (packets.length > 0) void this.sendLeft();
      throw error;
    }
    this.context.onCommit();
    await publisher.publish(packets);
    return events;
  }

  /** Publishes what is in the journal and was not given to the publisher; tries until it can. */
  private async sendLeft(): Promise<void> {
    this.context.onCommit();
    while (!this.closing) {
      try {
        return await this.context.publisher.recover(this.lane);
      } catch (error) {
        this.context.log('warn', `${this.lane}: not looked through yet`, { error: String(error) });
        await sleep(RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.tail;
  }
}
