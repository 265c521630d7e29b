import type { TopicPartitionOffset } from 'kafkajs';
import type { Log } from './types.js';

/** A lost commit is tried again; also the pause before the first one, when kafkajs takes none. */
const RETRY_MS = 1_000;

/**
 * The offsets that Kafka's group has: advice for lag tools and for `awaitDrained`; the fence
 * decides. What the brokers did not take is said again until they do, because nothing new may come
 * that would say it. One commit is under way at a time: of two, the older could come last.
 */
export class Advice {
  private readonly open = new Map<string, TopicPartitionOffset>();
  private readonly said = new Map<string, number>();
  private underWay: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly commit: (offsets: TopicPartitionOffset[]) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** The group was joined anew: partitions may be others' now, who speak for them. */
  forget(): void {
    this.open.clear();
    this.said.clear();
  }

  /** Says it soon, unless more was said since it was read. Names are those on the brokers. */
  note(topic: string, partition: number, offset: number): void {
    const id = `${topic}/${partition}`;
    const known = Math.max(this.said.get(id) ?? -1, Number(this.open.get(id)?.offset ?? -1));
    if (offset > known) this.open.set(id, { topic, partition, offset: String(offset) });
    this.soon();
  }

  /** Says it now; resolves whether the brokers took it or not. */
  async give(topic: string, partition: number, offset: number): Promise<void> {
    this.open.set(`${topic}/${partition}`, { topic, partition, offset: String(offset) });
    await this.say();
  }

  private async say(): Promise<void> {
    while (this.underWay) await this.underWay;
    if (this.open.size === 0 || this.closed) return;
    this.underWay = this.commitOpen();
    await this.underWay;
    this.underWay = undefined;
  }

  private async commitOpen(): Promise<void> {
    const offsets = [...this.open];
    try {
      await this.commit(offsets.map(([, offset]) => offset));
      for (const [id, offset] of offsets) {
        if (this.open.get(id) !== offset) continue;
        this.open.delete(id);
        this.said.set(id, Number(offset.offset));
      }
    } catch (error) {
      this.log('debug', 'offsets not committed', { error: String(error) });
      this.soon();
    }
  }

  private soon(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.say();
    }, RETRY_MS);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
