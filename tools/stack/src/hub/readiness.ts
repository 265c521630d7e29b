/** Waits until every service says that it is ready. */
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../stack-error.js';

export interface Waiting {
  name: string;
  port: number;
  failed(): StackError | null;
  markReady(): void;
}

const POLL_MS = 150;
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Throws the StackError of a service that was given up, NOT_READY at the timeout, or STOPPED when
 * somebody asked to stop meanwhile.
 */
export async function waitReady(
  services: Waiting[],
  timeoutMs: number,
  stopAsked: () => boolean,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let waiting = services;
  while (waiting.length > 0) {
    if (stopAsked()) throw new StackError('STOPPED', 'Stopped before the hub was ready.');
    for (const service of waiting) {
      const failure = service.failed();
      if (failure !== null) throw failure;
    }
    const answers = await Promise.all(waiting.map((service) => isReady(service.port)));
    waiting.filter((_, i) => answers[i]).forEach((service) => service.markReady());
    waiting = waiting.filter((_, i) => !answers[i]);
    if (waiting.length === 0) return;
    if (performance.now() > until) {
      const names = waiting.map((service) => service.name).join(', ');
      const seconds = Math.round(timeoutMs / 1000);
      throw new StackError('NOT_READY', `Not ready after ${seconds} s: ${names}.`);
    }
    await delay(POLL_MS);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
