import { setTimeout as pause } from 'node:timers/promises';
import { systemNowMs } from '@mdmr/kernel';

const POLL_MS = 25;
const LIMIT_MS = 30_000;

/**
 * Waits until `look` gives something other than undefined, null or false.
 * @throws an Error naming `what` after `limitMs`
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const end = systemNowMs() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (systemNowMs() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
    await pause(POLL_MS);
  }
}
