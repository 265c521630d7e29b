/** When a suite is at rest, and its clock. */
import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES } from './plan.js';
import { until, type Suite } from './suite.js';

const POLL_MS = 150;

interface Status {
  readonly ready: boolean;
  readonly relay_backlog: number;
  readonly lag: Readonly<Record<string, number>>;
  readonly work: readonly string[];
  readonly activity: number;
  readonly clock_ms: number;
}

/** What a service has left to do, in words. */
function workOf(service: string, status: Status): string[] {
  const lag = Object.entries(status.lag).filter(([, behind]) => behind > 0);
  return [
    ...status.work,
    ...(status.ready ? [] : ['not ready']),
    ...(status.relay_backlog > 0 ? [`${status.relay_backlog} events to relay`] : []),
    ...lag.map(([processor, behind]) => `${processor} is ${behind} behind`),
  ].map((line) => `${service}: ${line}`);
}

async function statuses(suite: Suite): Promise<{ work: string[]; activity: number; ms: number }> {
  const own = SERVICES.map((service) => ({ service, url: () => suite.url(service) }));
  const all = await Promise.all(
    [...own, ...suite.joined].map(async (instance) => {
      const { service } = instance;
      try {
        const status = await suite.adminOf<Status>(instance, 'status');
        return { work: workOf(service, status), activity: status.activity, ms: status.clock_ms };
      } catch (error) {
        return { work: [`${service}: ${(error as Error).message}`], activity: -1, ms: 0 };
      }
    }),
  );
  return {
    work: all.flatMap((one) => one.work),
    activity: all.reduce((sum, one) => sum + one.activity, 0),
    ms: Math.min(...all.map((one) => one.ms)),
  };
}

/** Waits until no service has work and nothing was done between two looks. */
export async function untilRest(suite: Suite, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  let before = -1;
  for (;;) {
    const { work, activity } = await statuses(suite);
    if (work.length === 0 && activity === before) return;
    before = work.length === 0 ? activity : -1;
    if (performance.now() > end) {
      throw new Error(`not at rest after ${limitMs / 1000} s: ${work.join('; ')}`);
    }
    await delay(POLL_MS);
  }
}

/** Moves the driven clock on, so that what waits for its time is done. */
export async function moveClock(suite: Suite, byMs: number): Promise<void> {
  const { ms } = await statuses(suite);
  const instant = ms + byMs;
  await suite.admin('reporting', 'clock', { instant, windows_until: null });
  await until('every service sees the clock', 30_000, async () => {
    return (await statuses(suite)).ms >= instant;
  });
}
