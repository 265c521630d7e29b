import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '@mdmr/bus';

const POLL_MS = 50;

/** Waits until each processor of this service has worked off what was published when it was asked. */
export async function untilAllSeen(bus: Bus, signal?: AbortSignal): Promise<void> {
  const behind = new Set(Object.keys((await bus.status()).lag));
  for (;;) {
    const { lag } = await bus.status();
    for (const [processor, events] of Object.entries(lag)) {
      if (events === 0) behind.delete(processor);
    }
    if (behind.size === 0) return;
    await pause(POLL_MS, undefined, { signal });
  }
}
