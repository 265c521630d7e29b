/** `npm run bench:restart`: how soon a service that ended is at work again. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatEstDay } from '@mdmr/kernel';
import { layoutOf, readRunFile, roleOf } from '@mdmr/stack';
import pg from 'pg';
import { clientOf } from './baseline-kafka.js';
import { machine } from './machine.js';
import { readStat, TICKS_PER_SECOND, uptimeSeconds } from './proc.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { AMI, FIRST_DAY, syncedHub, type SyncedHub } from './synced-hub.js';
import { median, rounded, table, type Cell } from './table.js';

const SUBJECTS = ['reads', 'vee', 'billing'] as const;
/** Killed ones first: the supervisor waits longer before each restart of a row. */
const SIGNALS = ['SIGKILL', 'SIGTERM'] as const;
const LOOK_MS = 10;
const LIMIT_S = 120;
/** What the baseline reads: there is at least one. */
const BASELINE_TOPIC = 'mdmr.gateway.segments.v1';

await runBench(
  {
    command: 'bench:restart',
    about:
      'A service is killed, or told to stop, and a file with a day of reads comes while it is away.\n' +
      'Seconds from the start of its next process until it says that it is ready, until the first\n' +
      'transaction in which it has taken a message, and until it has taken all that waited.\n' +
      `It is looked every ${LOOK_MS} ms. Baseline: a consumer of a new group until its first message.`,
    numbers: {
      sdps: { about: 'service points of the hub', otherwise: 200, least: 50 },
      rounds: { about: 'restarts of each kind of each service', otherwise: 2 },
    },
  },
  benchRestart,
);

interface Restart {
  readonly service: string;
  readonly signal: string;
  /** Between the end of one process and the start of the next: the supervisor's pause. */
  readonly down_s: number;
  readonly ready_s: number;
  readonly first_s: number;
  readonly caught_up_s: number;
}

async function benchRestart(
  { sdps, rounds }: { sdps: number; rounds: number },
  frame: Frame,
): Promise<Outcome> {
  const days = SUBJECTS.length * SIGNALS.length * rounds + 1;
  const hub = await syncedHub({ sdps, days, seed: 7, missing: 0, leaveOut: false }, frame);
  let day = FIRST_DAY;
  await dropDay(hub, day++);
  await hub.idle();
  const restarts: Restart[] = [];
  for (const service of SUBJECTS) {
    for (const signal of SIGNALS) {
      for (let i = 0; i < rounds; i += 1) {
        frame.say(`${signal} of ${service}`);
        restarts.push(await measure(hub, service, signal, day++));
        await hub.idle();
      }
    }
  }
  const baseline = await firstMessage(hub.servers.brokers);
  const rows = restarts.map((one): Cell[] => {
    return [`${one.service} ${one.signal}`, one.down_s, one.ready_s, one.first_s, one.caught_up_s];
  });
  rows.push(['consumer alone', null, null, baseline, null]);
  const of = (signal: string) => restarts.filter((one) => one.signal === signal);
  const facts = SIGNALS.map((signal) => {
    const first = of(signal).map((one) => one.first_s);
    return [signal, { median_s: rounded(median(first)), max_s: rounded(Math.max(...first)) }];
  });
  const json = {
    sdps,
    rounds,
    first: Object.fromEntries(facts) as object,
    restarts,
    baseline_s: rounded(baseline),
    machine: machine(),
  };
  return { json, text: table(['seconds', 'down', 'ready', 'first', 'caught up'], rows) };
}

/** @throws when the service does not come back */
async function measure(
  hub: SyncedHub,
  service: string,
  signal: NodeJS.Signals,
  day: number,
): Promise<Restart> {
  const { dataDir } = hub.hub;
  const client = new pg.Client({ connectionString: databaseUrl(hub, service) });
  await client.connect();
  try {
    const before = await takenOf(client);
    const pid = pidOf(dataDir, service);
    process.kill(pid, signal);
    await until('the end', () => !existsSync(`/proc/${pid}`));
    const endedAt = performance.now();
    await dropDay(hub, day);
    await until('the next process', () => pidOf(dataDir, service) !== pid);
    const startedAt = startOf(pidOf(dataDir, service));
    const url = hub.servers.services[service]!;
    const ready = until('ready', () => isReady(url));
    const first = until('the first message', async () => (await takenOf(client)) !== before);
    const [readyAt, firstAt] = await Promise.all([ready, first]);
    const caughtUpAt = (await hub.idle()).at;
    const seconds = (at: number) => rounded((at - startedAt) / 1000, 2);
    return {
      service,
      signal,
      down_s: rounded((startedAt - endedAt) / 1000, 2),
      ready_s: seconds(readyAt),
      first_s: seconds(firstAt),
      caught_up_s: seconds(caughtUpAt),
    };
  } finally {
    await client.end();
  }
}

async function dropDay({ hub, sim }: SyncedHub, day: number): Promise<void> {
  const folder = path.join(sim, formatEstDay(day));
  for (const name of (await readdir(folder)).filter((one) => /CMEP/.test(one))) {
    await hub.drop(AMI, name, await readFile(path.join(folder, name)));
  }
}

/** Changes with every transaction that takes a message, or a part of one. */
async function takenOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ taken: string }>(
    `select string_agg(concat(next_offset, progress), ' ' order by processor, topic, partition)
       as taken from bus.fence`,
  );
  return rows[0]!.taken;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Resolves with when it was seen. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const end = performance.now() + LIMIT_S * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${LIMIT_S} s`);
    await delay(LOOK_MS);
  }
  return performance.now();
}

function pidOf(dataDir: string, service: string): number {
  return readRunFile(layoutOf(dataDir).runFile)!.services[service]!.pid;
}

/** When a process was started, as an instant of performance.now(). */
function startOf(pid: number): number {
  const { startTicks } = readStat(pid)!;
  return performance.now() - (uptimeSeconds() - startTicks / TICKS_PER_SECOND) * 1000;
}

/** Seconds of a consumer from its first connection to its first message. */
async function firstMessage(brokers: string): Promise<number> {
  const started = performance.now();
  const groupId = `bench.${randomUUID()}`;
  const consumer = clientOf(brokers).consumer({ groupId, allowAutoTopicCreation: false });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [BASELINE_TOPIC], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.run({ autoCommit: false, eachBatch: async () => resolve() }).catch(reject);
    });
    return (performance.now() - started) / 1000;
  } finally {
    await consumer.disconnect();
  }
}

function databaseUrl(hub: SyncedHub, service: string): string {
  const url = new URL(hub.servers.pgUrl);
  url.pathname = `/${roleOf(service)}`;
  return url.href;
}
