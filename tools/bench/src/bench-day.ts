/** `npm run bench:day`: from files in the inbox to channel days that can be billed, a whole hub. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaBaseline } from './baseline-kafka.js';
import { postgresBaseline } from './baseline-postgres.js';
import { checkBillable, checkCustody } from './day-check.js';
import { correctionFile, dayFile, daysFrom, type ReadFile } from './day-files.js';
import { dayReport, type DayMeasured } from './day-report.js';
import { diskUse, difference } from './disk-use.js';
import { processesOf } from './hub-servers.js';
import { ProcessWatch } from './process-watch.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { AMI, syncedHub, type SyncedHub } from './synced-hub.js';

const NUMBERS = {
  sdps: { about: 'service points', otherwise: 2_000 },
  'warm-days': { about: 'days applied before the measurement', otherwise: 28 },
  days: { about: 'days measured', otherwise: 28 },
  seed: { about: 'of the population and its values', otherwise: 7 },
};

/** Channel days of the baselines where fewer were measured: they would be over too soon. */
const LEAST_COMPARED = 50_000;
const IDLE_MS = 5_000;

await runBench(
  {
    command: 'bench:day',
    about:
      'Daily files moved into the inbox of a hub, until every channel day is billable: rate, CPU,\n' +
      'memory, disk. 2 % of the reads are of meters the directory does not know, 2 % of the meter\n' +
      'days lack intervals, and as many earlier channel days as 2 % are corrected.\n' +
      'Baselines: COPY and upsert of as many rows into the same Postgres; as many messages\n' +
      'produced to and consumed from the same Kafka.',
    numbers: NUMBERS,
  },
  benchDay,
);

async function benchDay(
  options: { sdps: number; 'warm-days': number; days: number; seed: number },
  frame: Frame,
): Promise<Outcome> {
  const { sdps, days, seed } = options;
  const warmDays = options['warm-days'];
  const population = { sdps, days: warmDays + days, seed, missing: 20, leaveOut: true };
  const hub = await syncedHub(population, frame);
  frame.say(`applying ${warmDays} days`);
  const warm = await Promise.all(daysFrom(0, warmDays).map((day) => dayFile(hub, day, true)));
  await sendAll(hub, warm);
  await hub.idle();
  const sent = await measuredFiles(hub, warmDays, days);
  frame.say('looking at the idle hub');
  const idleCores = await coresOfIdle(hub);
  frame.say(`measuring ${days} days`);
  const measured = await measure(hub, sent);
  frame.say(`${measured.use.wallS.toFixed(1)} s; checking`);
  await checkCustody(hub, [...warm, ...sent]);
  const asked = await checkBillable(hub, daysFrom(warmDays, days));
  frame.say('baselines');
  const count = sent.reduce((sum, file) => sum + file.channelDays, 0);
  const compared = Math.max(count, LEAST_COMPARED);
  const baselineWatch = new ProcessWatch(processesOf(hub.hub.dataDir));
  const rows = await postgresBaseline(hub.servers.pgUrl, compared, sdps);
  const messages = await kafkaBaseline(hub.servers.brokers, compared, sdps);
  const baselineForeign = baselineWatch.end().foreignCores;
  const facts = { sdps, warm_days: warmDays, days, seed, bills_compared: asked };
  return dayReport({ facts, sent, measured, idleCores, compared, rows, messages, baselineForeign });
}

/** Each measured day's file, and with it corrections of a day applied before. */
async function measuredFiles(hub: SyncedHub, warmDays: number, days: number): Promise<ReadFile[]> {
  const files: ReadFile[] = [];
  for (const [turn, day] of daysFrom(warmDays, days).entries()) {
    files.push(await dayFile(hub, day));
    const earlier = daysFrom(warmDays - 1 - (turn % warmDays), 1)[0]!;
    files.push(await correctionFile(hub, earlier, turn));
  }
  return files;
}

/** Cores that the hub keeps busy with nothing to do. */
async function coresOfIdle({ hub }: SyncedHub): Promise<number> {
  const watch = new ProcessWatch(processesOf(hub.dataDir));
  await delay(IDLE_MS);
  const { ownS, wallS } = watch.end();
  return ownS / wallS;
}

/** Files are on disk before the clock starts; they arrive by a rename. */
async function measure(hub: SyncedHub, files: readonly ReadFile[]): Promise<DayMeasured> {
  const before = await diskUse(hub.servers);
  const arrive = await stage(hub, files);
  const watch = new ProcessWatch(processesOf(hub.hub.dataDir));
  const started = performance.now();
  await arrive();
  const idle = await hub.idle();
  const use = watch.end();
  const disk = difference(await diskUse(hub.servers), before);
  const withinS = (idle.at - Math.max(idle.busyAt, started)) / 1000;
  return { seconds: (idle.at - started) / 1000, withinS, use, disk };
}

async function sendAll(hub: SyncedHub, files: readonly ReadFile[]): Promise<void> {
  const arrive = await stage(hub, files);
  await arrive();
}

async function stage({ hub }: SyncedHub, files: readonly ReadFile[]): Promise<() => Promise<void>> {
  const inbox = hub.folder(AMI, 'inbox');
  for (const { name, bytes } of files) await writeFile(path.join(inbox, `${name}.part`), bytes);
  return async () => {
    for (const { name } of files) {
      await rename(path.join(inbox, `${name}.part`), path.join(inbox, name));
    }
  };
}
