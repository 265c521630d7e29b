import type { HubClock, Instant } from '@mdmr/kernel';
import type { Database } from '@mdmr/postgres';
import type { Door } from './door.js';
import type { Log, Timer } from './types.js';

const TICK_MS = 200;
const MAX_FIRES = 10_000;

/** Polls the timers and fires what is due by the hub's clock, earliest first. */
export class TimerLoop {
  private handle: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private closing = false;
  /** Earliest instant any timer waits for; null = none. As of the last tick. */
  nextDue: Instant | null = null;
  /** Names of timers that are due now. As of the last tick. */
  due: string[] = [];

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

  private async tick(): Promise<void> {
    for (let fires = 0; fires < MAX_FIRES && !this.closing; fires += 1) {
      const waiting = await this.look();
      const due = waiting.filter((w) => w.at <= this.limit(w.timer));
      this.due = due.map((w) => w.timer.name);
      this.nextDue = waiting.reduce<Instant | null>(
        (min, w) => (min === null || w.at < min ? w.at : min),
        null,
      );
      const first = due[0];
      if (!first) return;
      await this.door.decide((ctx) => first.timer.fire(ctx));
    }
  }

  /** Instants the timers wait for, earliest first, schedules before windows. */
  private async look(): Promise<{ timer: Timer; at: Instant }[]> {
    const waiting: { timer: Timer; at: Instant }[] = [];
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

  /** Looks once more, e.g. before a status is given. */
  async refresh(): Promise<void> {
    const waiting = await this.look();
    this.due = waiting.filter((w) => w.at <= this.limit(w.timer)).map((w) => w.timer.name);
    this.nextDue = waiting[0]?.at ?? null;
  }

  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.handle);
    await this.running;
  }
}
