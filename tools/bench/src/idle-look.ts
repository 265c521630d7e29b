/**
 * Finds the moment when a hub has nothing left to do, without costing it much: the services are
 * asked in the order in which work flows, and the first that is busy ends the look.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HubServers } from './hub-servers.js';

const FLOW = ['gateway', 'usdp', 'mmd', 'reads', 'vee', 'billing', 'reporting', 'participants'];
const LOOK_MS = 100;
const TELL_MS = 10_000;

interface Status {
  readonly ready: boolean;
  readonly relay_backlog: number;
  readonly lag: Record<string, number>;
  readonly work: string[];
  readonly activity: number;
  readonly quarantined?: number;
}

interface Look {
  /** The first work found; null = none. */
  readonly busy: string | null;
  /** Of all services, when none is busy. */
  readonly activity: number;
}

/** Instants of performance.now(). */
export interface Idle {
  /** The first of two looks began that found nothing to do and between which nothing was done. */
  readonly at: number;
  /** The last look that found work began; work ended between the two. */
  readonly busyAt: number;
}

/** Resolves when the hub is idle. @throws at the limit, and when it never will be */
export async function untilIdle(
  servers: HubServers,
  limitS: number,
  say: (line: string) => void,
): Promise<Idle> {
  const end = performance.now() + limitS * 1000;
  let told = performance.now();
  let busyAt = told;
  let idleSince = null as { at: number; activity: number } | null;
  for (;;) {
    const at = performance.now();
    const look = await lookOnce(servers);
    if (look.busy === null && idleSince?.activity === look.activity)
      return { at: idleSince.at, busyAt };
    idleSince = look.busy === null ? { at, activity: look.activity } : null;
    if (idleSince === null) busyAt = at;
    if (performance.now() > end) {
      throw new Error(`not idle within ${limitS} s: ${look.busy ?? 'work goes on'}`);
    }
    if (at - told > TELL_MS) {
      told = at;
      say(`  waiting: ${look.busy ?? 'work goes on'}`);
    }
    await delay(LOOK_MS);
  }
}

async function lookOnce(servers: HubServers): Promise<Look> {
  let activity = 0;
  for (const service of FLOW) {
    const status = await statusOf(servers, service);
    const busy = busyWith(status);
    if (busy !== null) return { busy: `${service}: ${busy}`, activity };
    activity += status.activity;
  }
  return { busy: null, activity };
}

function busyWith({ ready, relay_backlog, lag, work, quarantined }: Status): string | null {
  // Never idle again, and nothing that was measured would be worth anything.
  if (!ready) throw new Error(`a service is not ready: ${work.join('; ')}`);
  if (quarantined) throw new Error(`${quarantined} messages are in quarantine`);
  if (work.length > 0) return work[0]!;
  if (relay_backlog > 0) return `${relay_backlog} events to relay`;
  const behind = Object.entries(lag).find(([, count]) => count > 0);
  return behind === undefined ? null : `${behind[0]} is ${behind[1]} behind`;
}

async function statusOf({ services, operatorKey }: HubServers, service: string): Promise<Status> {
  const headers = { authorization: `Bearer ${operatorKey}` };
  const response = await fetch(`${services[service]}/admin/status`, { headers });
  if (!response.ok) throw new Error(`${service} answers ${response.status}`);
  return (await response.json()) as Status;
}
