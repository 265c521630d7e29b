import type { Bus } from '@mdmr/bus';
import type { Database } from '@mdmr/postgres';

/** An answer is believed for so long: doors that are asked often cost the servers nothing. */
const FRESH_MS = 1_000;
/** Beyond it the server is as good as away. Short of what callers wait for a door. */
const ANSWER_MS = 5_000;

/** Whether a server answers. It is asked once at a time, however many want to know. */
class Probe {
  private pending: Promise<string | null> | undefined;
  private askedAt = 0;
  private answeredAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly name: string,
    private readonly ask: () => Promise<unknown>,
  ) {}

  /** Why the server is not to be reached, or null. */
  async trouble(): Promise<string | null> {
    const now = performance.now();
    if (now - this.answeredAt < FRESH_MS) return null;
    if (!this.pending) this.askedAt = now;
    const abort = new AbortController();
    const late = new Promise<string>((tell) => {
      const say = () => tell(`${this.name} has not answered in ${ANSWER_MS / 1000} s`);
      const timer = setTimeout(say, Math.max(0, this.askedAt + ANSWER_MS - now));
      abort.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    const found = await Promise.race([(this.pending ??= this.asked()), late]);
    abort.abort();
    return found;
  }

  private async asked(): Promise<string | null> {
    try {
      await this.ask();
      this.answeredAt = performance.now();
      return null;
    } catch (error) {
      return `${this.name}: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      this.pending = undefined;
    }
  }
}

/** The servers without which a service can do nothing. */
export class Reach {
  private readonly store: Probe;
  private readonly broker: Probe;

  constructor(db: Database, bus: Bus) {
    this.store = new Probe('the store', () => db.query('select 1'));
    this.broker = new Probe('the broker', () => bus.askBroker());
  }

  storeTrouble(): Promise<string | null> {
    return this.store.trouble();
  }

  /** Of the first that is not to be reached. */
  async trouble(): Promise<string | null> {
    const [store, broker] = await Promise.all([this.store.trouble(), this.broker.trouble()]);
    return store ?? broker;
  }
}
