/** The hub's state over all services, and waiting until it has nothing left to do. */
import { setTimeout as delay } from 'node:timers/promises';
import { formatInstant, type Instant } from '@mdmr/kernel';
import type { AdminApi } from './admin-api.js';
import type { Cli } from './cli.js';
import { Refused } from './refused.js';

/** GET /admin/status of one service. */
export interface ServiceStatus {
  service: string;
  ready: boolean;
  relay_backlog: number;
  lag: Record<string, number>;
  next_due: Instant | null;
  work: string[];
  /** grows with anything that is done */
  activity: number;
  clock: string;
  clock_ms: Instant;
  details?: { open_sets?: unknown[]; parked?: unknown[]; held_values?: number };
}

export interface HubStatus {
  services: Pick<ServiceStatus, 'service' | 'ready' | 'relay_backlog' | 'lag'>[];
  open_sets: unknown[];
  parked: unknown[];
  held_values: number;
  /** what is left to do, in words */
  work: string[];
  clock: string;
  activity: number;
  /** earliest timer of any service */
  next_due: Instant | null;
  /** the clock of the service that looked at it longest ago */
  clock_ms: Instant;
}

/** Looks cost every service some queries, so long work is looked at less often. */
const POLL_MS = 200;
const LONG_AFTER_MS = 5_000;
const LONG_POLL_MS = 1_000;
const STATUS_TIMEOUT_MS = 10_000;

export async function readStatus(api: AdminApi): Promise<HubStatus> {
  return merge(await Promise.all(api.services().map((service) => statusOf(api, service))));
}

async function statusOf(api: AdminApi, service: string): Promise<ServiceStatus> {
  try {
    return await api.get<ServiceStatus>(service, '/admin/status', { timeoutMs: STATUS_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof Refused) || error.code === 'NO_OPERATOR_KEY') throw error;
    const none = { relay_backlog: 0, lag: {}, next_due: null, activity: 0, clock: '', clock_ms: 0 };
    return { service, ready: false, work: [error.message], ...none };
  }
}

/** Pure: one picture from all answers. */
export function merge(all: ServiceStatus[]): HubStatus {
  const list = (pick: (status: ServiceStatus) => unknown[] | undefined) =>
    all.flatMap((status) => pick(status) ?? []);
  const dues = all.flatMap((status) => (status.next_due === null ? [] : [status.next_due]));
  const answered = all.filter((status) => status.clock !== '');
  const clockMs = Math.min(...answered.map((status) => status.clock_ms));
  return {
    services: all.map(({ service, ready, relay_backlog, lag }) => {
      return { service, ready, relay_backlog, lag };
    }),
    open_sets: list((status) => status.details?.open_sets),
    parked: list((status) => status.details?.parked),
    held_values: all.reduce((sum, status) => sum + (status.details?.held_values ?? 0), 0),
    work: all.flatMap(workOf),
    clock: answered.length === 0 ? '' : formatInstant(clockMs),
    activity: all.reduce((sum, status) => sum + status.activity, 0),
    next_due: dues.length === 0 ? null : Math.min(...dues),
    clock_ms: answered.length === 0 ? 0 : clockMs,
  };
}

function workOf(status: ServiceStatus): string[] {
  const { service, ready, relay_backlog, lag, work } = status;
  const lines = work.map((line) => `${service}: ${line}`);
  if (!ready && work.length === 0) lines.push(`${service}: not ready`);
  if (relay_backlog > 0) lines.push(`${service}: ${relay_backlog} events to relay`);
  for (const [processor, behind] of Object.entries(lag)) {
    if (behind > 0) lines.push(`${service}: ${processor} is ${behind} behind`);
  }
  return lines;
}

/**
 * Returns the status once two pictures in a row show no work and nothing done between them. Refused
 * at the timeout, naming the work.
 */
export async function waitIdle({ api, progress }: Cli, timeoutMs: number): Promise<HubStatus> {
  const started = performance.now();
  const until = started + timeoutMs;
  let before: HubStatus | null = null;
  let told = performance.now();
  for (;;) {
    const now = await readStatus(api);
    const idle = now.work.length === 0;
    if (idle && before !== null && before.activity === now.activity) return now;
    before = idle ? now : null;
    if (performance.now() > until) throw busy(now, timeoutMs);
    if (performance.now() - told > 5_000) {
      told = performance.now();
      progress(`waiting: ${now.work.slice(0, 3).join('; ') || 'work goes on'}`);
    }
    const isLong = !idle && performance.now() - started > LONG_AFTER_MS;
    await delay(isLong ? LONG_POLL_MS : POLL_MS);
  }
}

function busy(now: HubStatus, timeoutMs: number): Refused {
  const work = now.work.length === 0 ? 'work goes on' : now.work.join('; ');
  return new Refused(`Not idle after ${Math.round(timeoutMs / 1000)} s: ${work}`, 'NOT_IDLE');
}
