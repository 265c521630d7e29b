import type { TopicPartitionOffset } from 'kafkajs';
import type { Log } from './types.js';

/** A lost commit is tried again; also the pause before the first one, when kafkajs takes none. */
const RETRY_MS = 1_000;

/**
 * The offsets that Kafka's group has: advice for lag tools and for `awaitDrained`; the fence
 * decides. What the brokers did not take is said again until they do, because nothing new may come
 * that would say it.
 */
export class Advice {
  private readonly open = new Map<string, TopicPartitionOffset>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly commit: (offsets: TopicPartitionOffset[]) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Says it with the next commit, or soon. Names are those on the brokers. */
  note(topic: string, partition: number, offset: number): void {
    this.open.set(`${topic}/${partition}`, { topic, partition, offset: String(offset) });
    this.soon();
  }

  /** Says it now; resolves whether the brokers took it or not. */
  async give(topic: string, partition: number, offset: number): Promise<void> {
    this.open.set(`${topic}/${partition}`, { topic, partition, offset: String(offset) });
    await this.say();
  }

  private async say(): Promise<void> {
    const said = [...this.open];
    if (said.length === 0 || this.closed) return;
    try {
      await this.commit(said.map(([, offset]) => offset));
      for (const [id, offset] of said) if (this.open.get(id) === offset) this.open.delete(id);
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
