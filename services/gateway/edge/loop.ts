import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@mdmr/bus';

/** Work that is done again and again until it is stopped. */
export interface Loop {
  /** Resolves when the round in work is over; no other begins. */
  stop(): Promise<void>;
}

/** Runs rounds with a pause between them. A round that fails is told in the log and tried again. */
export function startLoop(
  name: string,
  pauseMs: number,
  log: Log,
  round: (isStopping: () => boolean) => Promise<void>,
): Loop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    while (!signal.aborted) {
      try {
        await round(() => signal.aborted);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : undefined;
        log('warn', `${name}: ${String(error)}`, { stack });
      }
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
