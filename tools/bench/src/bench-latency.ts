/** `npm run bench:latency`: how long a small file waits for its answer. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { USDP_REQ, inboundName, kindFileBytes } from '@mdmr/formats';
import { startOfDay } from '@mdmr/kernel';
import { requestOf } from './day-check.js';
import { daysFrom } from './day-files.js';
import { machine } from './machine.js';
import { LOOK_MS, namesIn, OutboxWatch } from './outbox-watch.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { AGENT, FIRST_DAY, LDC, sendDays, syncedHub, type SyncedHub } from './synced-hub.js';
import { percentile, rounded, table, type Cell } from './table.js';

await runBench(
  {
    command: 'bench:latency',
    about:
      'One small file after another into the inbox of an idle hub, each when the last is answered:\n' +
      'a request for one USDP ID, and a request for the billing quantities of one service point.\n' +
      `Baseline: a rename, seen by readdir() every ${LOOK_MS} ms as the answers are.`,
    numbers: {
      files: { about: 'files of each kind', otherwise: 40 },
      sdps: { about: 'service points of the hub', otherwise: 200, least: 50 },
    },
  },
  benchLatency,
);

async function benchLatency(
  { files, sdps }: { files: number; sdps: number },
  frame: Frame,
): Promise<Outcome> {
  const hub = await syncedHub({ sdps, days: 2, seed: 7, missing: 0, leaveOut: false }, frame);
  await sendDays(hub, 2, frame);
  frame.say(`measuring ${files} files of each kind`);
  const times = {
    usdp_request: await usdpRequests(hub, files),
    billing_request: await billingRequests(hub, files),
    baseline: await renames(path.join(hub.hub.dataDir, 'bench-renames'), files),
  };
  const facts = Object.entries(times).map(([name, ms]) => [name, factsOf(ms)] as const);
  const base = factsOf(times.baseline).p95_ms;
  const rows = facts.map(([name, { p50_ms, p95_ms, max_ms }]): Cell[] => {
    return [name.replace('_', ' '), p50_ms, p95_ms, max_ms, p95_ms / base];
  });
  const ratio = Object.fromEntries(facts.map(([name, { p95_ms }]) => [name, p95_ms / base]));
  const json = { files, sdps, ...Object.fromEntries(facts), ratio, machine: machine() };
  return { json, text: table(['ms', 'p50', 'p95', 'max', 'p95/baseline'], rows) };
}

function factsOf(ms: readonly number[]) {
  return {
    p50_ms: rounded(percentile(ms, 0.5), 1),
    p95_ms: rounded(percentile(ms, 0.95), 1),
    max_ms: rounded(Math.max(...ms), 1),
  };
}

/** Milliseconds from the rename into the inbox to the answer in the outbox, file by file. */
async function answerTimes(
  hub: SyncedHub,
  org: string,
  answer: RegExp,
  files: readonly { name: string; bytes: Buffer }[],
): Promise<number[]> {
  const watch = new OutboxWatch(hub.hub, org, answer);
  await watch.newNames();
  const times: number[] = [];
  for (const [i, { name, bytes }] of files.entries()) {
    const inbox = path.join(hub.hub.folder(org, 'inbox'), name);
    await writeFile(`${inbox}.part`, bytes);
    // The hub looks at fixed intervals: each file comes at another moment of them.
    await delay((i * 37) % 100);
    const started = performance.now();
    await rename(`${inbox}.part`, inbox);
    times.push((await watch.next()).at - started);
  }
  return times;
}

function usdpRequests(hub: SyncedHub, count: number): Promise<number[]> {
  const files = Array.from({ length: count }, (_, i) => {
    const fileId = `BENCH-U-${i}`;
    const createdAt = startOfDay(FIRST_DAY);
    const header = { sender: LDC, onBehalfOf: LDC, fileId, createdAt };
    const values = { sdp_id: `BENCH-${i}`, service_address: `${i + 1} Bench St` };
    const bytes = kindFileBytes(USDP_REQ, header, [{ type: 'SDP', values }]);
    return { name: inboundName(LDC, 'USDP-REQ', fileId), bytes };
  });
  return answerTimes(hub, LDC, /USDP-RSP/, files);
}

function billingRequests(hub: SyncedHub, count: number): Promise<number[]> {
  const files = Array.from({ length: count }, (_, i) => {
    const fileId = `BENCH-B-${i}`;
    const point = hub.points[i % hub.points.length]!;
    const bytes = requestOf(hub, [point], daysFrom(0, 2), fileId);
    return { name: inboundName(AGENT, 'BQ-REQ', fileId), bytes };
  });
  return answerTimes(hub, AGENT, /BQ-RSP/, files);
}

/** A file renamed within the hub's file system until readdir() shows it. */
async function renames(folder: string, count: number): Promise<number[]> {
  await mkdir(folder, { recursive: true });
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const file = path.join(folder, `file-${i}`);
    await writeFile(`${file}.part`, 'HDR\n');
    await delay((i * 37) % 100);
    const started = performance.now();
    const seen = async () => (await namesIn(folder, new RegExp(`^file-${i}$`))).length > 0;
    const renamed = delay(0).then(() => rename(`${file}.part`, file));
    while (!(await seen())) await delay(LOOK_MS);
    await renamed;
    times.push(performance.now() - started);
  }
  await rm(folder, { recursive: true });
  return times;
}
