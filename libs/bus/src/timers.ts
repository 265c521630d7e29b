import { systemNowMs, type HubClock, type Instant } from '@mdmr/kernel';
import type { Database } from '@mdmr/postgres';
import type { Door } from './door.js';
import type { Log, Timer } from './types.js';

const TICK_MS = 100;
/** Another instance may have changed what falls due; this one's own changes are told. */
const LOOK_AT_LEAST_MS = 5_000;
const MAX_FIRES = 10_000;

interface Waiting {
  readonly timer: Timer;
  readonly at: Instant;
}

/** Polls the timers and fires what is due by the hub's clock, earliest first. */
export class TimerLoop {
  private handle: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private closing = false;
  private changed = true;
  private waiting: Waiting[] = [];
  private lookedAt = 0;

  constructor(
    private readonly database: Database,
    private readonly door: Door,
    private readonly clock: HubClock,
    private readonly timers: readonly Timer[],
    private readonly log: Log,
  ) {}

  start(): void {
    const tick = () => {
      this.running = this.tick()
        .catch((error: unknown) =>
          this.log('warn', `timers: ${String(error)}`, {
            stack: error instanceof Error ? error.stack : undefined,
          }),
        )
        .finally(() => {
          if (!this.closing) this.handle = setTimeout(tick, TICK_MS);
        });
    };
    tick();
  }

  private limit(timer: Timer): Instant {
    return timer.phase === 'window' ? this.clock.windowsNow() : this.clock.now();
  }

  /** The service's tables may have changed: what falls due is looked up at the next tick. */
  noteChange(): void {
    this.changed = true;
  }

  private async tick(): Promise<void> {
    for (let fires = 0; fires < MAX_FIRES && !this.closing; fires += 1) {
      await this.refresh();
      const first = this.waiting.find((w) => w.at <= this.limit(w.timer));
      if (!first) return;
      this.changed = true;
      await this.door.decide((ctx) => first.timer.fire(ctx));
    }
  }

  /** Instants the timers wait for, earliest first, schedules before windows. */
  private async look(): Promise<Waiting[]> {
    const waiting: Waiting[] = [];
    await this.database.tx(async (tx) => {
      for (const timer of this.timers) {
        const at = await timer.nextDue(tx);
        if (at !== null) waiting.push({ timer, at });
      }
    });
    return waiting.sort(
      (a, b) =>
        a.at - b.at || Number(a.timer.phase === 'window') - Number(b.timer.phase === 'window'),
    );
  }

  /** What falls due, from the tables if they may have changed since the last look. */
  async refresh(): Promise<void> {
    const now = systemNowMs();
    if (this.changed || now - this.lookedAt > LOOK_AT_LEAST_MS) {
      this.changed = false;
      this.lookedAt = now;
      try {
        this.waiting = await this.look();
      } catch (error) {
        this.changed = true;
        throw error;
      }
    }
  }

  /** Earliest instant any timer waits for; null = none. */
  get nextDue(): Instant | null {
    return this.waiting[0]?.at ?? null;
  }

  /** Names of the timers that are due now. */
  get due(): string[] {
    return this.waiting.filter((w) => w.at <= this.limit(w.timer)).map((w) => w.timer.name);
  }

  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.handle);
    await this.running;
  }
}
