/** Moves with sets as soon as one is due: applies, parks, lets wait, ends. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Timer } from '@mdmr/bus';
import { systemNowMs } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { ServiceTools, WiringTools } from '@mdmr/service';
import { nextMoveDue } from '../decide/next-move.js';
import { loadLdcSets } from '../report/sync-set.query.js';
import { untilAllSeen } from './until-all-seen.js';
import { makeNextMove } from './make-move.js';

const ROUND_MS = 200;
/** A part in custody just before its window's end may still be on its way from the gateway. */
const SETTLE_MS = 500;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

interface Due {
  readonly ldc: string;
  readonly at: Instant;
}

/** When each LDC's next move is due, seen with windows ended up to `windows`. */
async function dueMoves(tx: Pick<Tx, 'query'>, windows: Instant, parkDays: number): Promise<Due[]> {
  const due: Due[] = [];
  for (const [ldc, sets] of await loadLdcSets(tx)) {
    const at = nextMoveDue(sets, windows, parkDays);
    if (at !== null) due.push({ ldc, at });
  }
  return due;
}

/** Tells `status` and `clock advance` which window ends next; what is due is moved by the loop. */
export function setWindowsTimer({ clock, config }: WiringTools): Timer {
  return {
    name: 'set-windows',
    phase: 'window',
    async nextDue(tx) {
      const windows = clock.windowsNow();
      const due = await dueMoves(tx, windows, config.psyncParkDays);
      const ahead = due.filter(({ at }) => at > windows).map(({ at }) => at);
      return ahead.length === 0 ? null : Math.min(...ahead);
    },
    fire: async () => [],
  };
}

/** Sentences about sets that should have moved; none = idle. */
export async function setWork(tx: Tx, { clock, config }: ServiceTools): Promise<string[]> {
  const windows = clock.windowsNow();
  const due = await dueMoves(tx, windows, config.psyncParkDays);
  return due.filter(({ at }) => at <= windows).map(({ ldc }) => `sets of ${ldc} are to be moved`);
}

/**
 * A loop of its own, not a timer: before a move it waits until this service has seen all that was
 * published up to now. So a set is never judged without the ids, agents or calendars its sender
 * knows of, and a window does not end before a part that came in time is seen.
 */
export class SetMoves {
  readonly #tools: ServiceTools;
  readonly #stopping = new AbortController();
  readonly #retries = new Map<string, { at: number; wait: number }>();
  #running: Promise<void> = Promise.resolve();

  constructor(tools: ServiceTools) {
    this.#tools = tools;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let moved = false;
      try {
        moved = await this.#round();
      } catch (error) {
        this.#tools.log('warn', `set moves: ${String(error)}`);
      }
      if (!moved) await pause(ROUND_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One move of each LDC that is due; whether there was any. */
  async #round(): Promise<boolean> {
    const { db, clock, config } = this.#tools;
    const windows = clock.windowsNow();
    const due = await dueMoves(db, windows, config.psyncParkDays);
    let moved = false;
    for (const { ldc, at } of due) {
      if (at > windows || this.#stopping.signal.aborted) continue;
      if ((this.#retries.get(ldc)?.at ?? 0) > systemNowMs()) continue;
      moved = (await this.#move(ldc)) || moved;
    }
    return moved;
  }

  /** An LDC whose set cannot be moved is tried again later; the others go on. */
  async #move(ldc: string): Promise<boolean> {
    const { bus, clock, log } = this.#tools;
    const windows = clock.windowsNow();
    try {
      await pause(SETTLE_MS, undefined, { signal: this.#stopping.signal });
      await untilAllSeen(bus, this.#stopping.signal);
      const events = await bus.decide((ctx) => makeNextMove(this.#tools, ctx, ldc, windows));
      this.#retries.delete(ldc);
      return events.length > 0;
    } catch (error) {
      if (this.#stopping.signal.aborted) return false;
      const wait = Math.min(
        (this.#retries.get(ldc)?.wait ?? FIRST_RETRY_MS / 2) * 2,
        LAST_RETRY_MS,
      );
      this.#retries.set(ldc, { at: systemNowMs() + wait, wait });
      const stack = error instanceof Error ? error.stack : undefined;
      log('error', `a set of ${ldc} cannot be moved: ${String(error)}`, { stack, wait });
      return false;
    }
  }
}
