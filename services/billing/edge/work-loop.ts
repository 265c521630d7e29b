import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceTools } from '@mdmr/service';

const IDLE_MS = 200;
const TROUBLE_MS = 2_000;

const STOPPED = new Error('the service stops');

/** Between two transactions: throws when the service stops, also while something is awaited. */
export type GoOn = (waiting?: Promise<void>) => Promise<void>;

/**
 * Work that waits for other services and so must not sit in a transaction: looks for something to do in the
 * tables, does it by decisions, looks again. What a crash leaves undone is found at the next start.
 */
export class WorkLoop {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly tools: ServiceTools,
    /** Does one piece of work; false = there was none. Throws what `goOn` throws when it is to stop. */
    private readonly work: (goOn: GoOn) => Promise<boolean>,
  ) {}

  start(): void {
    this.running = this.run();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        if (!(await this.work(this.goOn))) await this.rest(IDLE_MS);
      } catch (error) {
        if (error === STOPPED) return;
        const facts = { stack: error instanceof Error ? error.stack : undefined };
        this.tools.log('warn', `${this.name}: ${String(error)}; tried again`, facts);
        await this.rest(TROUBLE_MS);
      }
    }
  }

  private async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private readonly goOn: GoOn = async (waiting) => {
    const { signal } = this.stopping;
    if (signal.aborted) throw STOPPED;
    if (waiting === undefined) return;
    // What is still awaited when the service stops has nobody to tell.
    waiting.catch(() => undefined);
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(STOPPED), { once: true });
    });
    stopped.catch(() => undefined);
    await Promise.race([waiting, stopped]);
  };

  /** Ends after the transaction in work. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
