/** `npm run bench:bq`: billing quantities of 30 days, asked one by one and for a whole utility. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inboundName } from '@mdmr/formats';
import { compareBilled, requestOf } from './day-check.js';
import { daysFrom, sumsOf } from './day-files.js';
import { processesOf } from './hub-servers.js';
import { machine } from './machine.js';
import { LOOK_MS, OutboxWatch } from './outbox-watch.js';
import { ProcessWatch } from './process-watch.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { withScratchDatabase } from './scratch-database.js';
import {
  AGENT,
  isBillable,
  sendDays,
  syncedHub,
  type Point,
  type SyncedHub,
} from './synced-hub.js';
import { rounded, table, type Cell } from './table.js';
import { cpuJson } from './use-table.js';

const DAYS = 30;
const HOURS = 24;
/** Points asked for in a file of their own, at most, and in files of a few. */
const ALONE = 100;
const FEW = 50;

await runBench(
  {
    command: 'bench:bq',
    about:
      `TOU quantities of ${DAYS} days, from requests in the inbox to the last answer in the outbox:\n` +
      `for a fifth of the service points a file each, ${ALONE} at most; for another fifth files of\n` +
      `${FEW}, in each case all dropped at once; for the rest of the utility one file.\n` +
      'Every answer is compared with what was sent.\n' +
      'Baseline: SQL adds up as many values by service point, of rows with 24 each.',
    numbers: { sdps: { about: 'service points', otherwise: 2_000, least: 50 } },
  },
  benchBq,
);

async function benchBq({ sdps }: { sdps: number }, frame: Frame): Promise<Outcome> {
  const options = { sdps, days: DAYS, seed: 7, missing: 0, leaveOut: false };
  const hub = await syncedHub(options, frame);
  await sendDays(hub, DAYS, frame);
  const tou = hub.points.filter((point) => point.framing === 'TOU' && isBillable(point));
  const alone = tou.filter((_, i) => i % 5 === 0).slice(0, ALONE);
  const few = tou.filter((_, i) => i % 5 === 1);
  const together = tou.filter((_, i) => i % 5 > 1);
  frame.say(`asking for ${alone.length}, ${few.length}, ${together.length}`);
  const asked = {
    a_file_each: await ask(hub, groupsOf(alone, 1), 'A'),
    files_of_a_few: await ask(hub, groupsOf(few, FEW), 'F'),
    whole_ldc: await ask(hub, [together], 'L'),
  };
  const all = [...alone, ...few, ...together];
  await compareBilled(hub, all, await sumsOf(hub, daysFrom(0, DAYS)));
  const baseline = await sqlSums(hub.servers.pgUrl, all.length);
  const facts = Object.entries(asked).map(([name, one]) => [name, jsonOf(one, baseline)]);
  const json = {
    sdps,
    days: DAYS,
    ...Object.fromEntries(facts),
    baseline_per_s: Math.round(baseline),
    machine: machine(),
  };
  const rows = Object.entries(asked).map(([name, { count, seconds }]): Cell[] => {
    const rate = count / seconds;
    return [name.replaceAll('_', ' '), count, seconds, rate, rate / baseline];
  });
  rows.push(['SQL sums', all.length, all.length / baseline, baseline, 1]);
  return { json, text: table(['', 'quantities', 'seconds', 'per s', 'ratio'], rows) };
}

function groupsOf(points: readonly Point[], size: number): Point[][] {
  const count = Math.ceil(points.length / size);
  return Array.from({ length: count }, (_, i) => points.slice(i * size, (i + 1) * size));
}

interface Asked {
  readonly count: number;
  readonly seconds: number;
  readonly use: Record<string, unknown>;
}

function jsonOf({ count, seconds, use }: Asked, baseline: number): Record<string, unknown> {
  const rate = count / seconds;
  const facts = { quantities: count, seconds: rounded(seconds), per_s: Math.round(rate) };
  return { ...facts, ratio: rounded(rate / baseline, 5), ...use };
}

/** Drops a request file for each group and waits until every point of all is answered. */
async function ask(
  hub: SyncedHub,
  groups: readonly (readonly Point[])[],
  name: string,
): Promise<Asked> {
  const watch = new OutboxWatch(hub.hub, AGENT, /BQ-RSP/);
  await watch.newNames();
  const inbox = hub.hub.folder(AGENT, 'inbox');
  const names = groups.map((_, i) => inboundName(AGENT, 'BQ-REQ', `BENCH-${name}-${i}`));
  for (const [i, points] of groups.entries()) {
    const bytes = requestOf(hub, points, daysFrom(0, DAYS), `BENCH-${name}-${i}`);
    await writeFile(path.join(inbox, `${names[i]}.part`), bytes);
  }
  const use = new ProcessWatch(processesOf(hub.hub.dataDir));
  const started = performance.now();
  for (const file of names) {
    await rename(path.join(inbox, `${file}.part`), path.join(inbox, file));
  }
  const count = groups.reduce((sum, points) => sum + points.length, 0);
  const idle = hub.idle();
  const seconds = ((await untilAnswered(hub, watch, groups.flat(), idle)) - started) / 1000;
  const cpu = cpuJson(use.end(), count, 'quantity');
  await idle;
  return { count, seconds, use: cpu };
}

/** When the answer was seen with which all points are answered. @throws when the hub is done before */
async function untilAnswered(
  hub: SyncedHub,
  watch: OutboxWatch,
  points: readonly Point[],
  idle: Promise<unknown>,
): Promise<number> {
  const open = new Set(points.map(({ sdp_id }) => hub.usdps.get(sdp_id)!));
  let isIdle = false;
  idle.then(
    () => (isIdle = true),
    () => (isIdle = true),
  );
  for (;;) {
    const last = isIdle;
    const names = await watch.newNames();
    const at = performance.now();
    for (const usdp of await answeredIn(hub, names)) open.delete(usdp);
    if (open.size === 0) return at;
    if (last) throw new Error(`not answered: ${open.size} of ${points.length}, ${[...open][0]}`);
    await delay(LOOK_MS);
  }
}

async function answeredIn({ hub }: SyncedHub, names: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(
    names.map((name) => readFile(path.join(hub.folder(AGENT, 'outbox'), name), 'utf8')),
  );
  const lines = texts.flatMap((text) => text.split('\n'));
  return lines.filter((line) => line.startsWith('BQ,')).map((line) => line.split(',', 3)[2]!);
}

/** Quantities a second: SQL adds up the values of DAYS rows of 24 for each service point. */
function sqlSums(url: string, points: number): Promise<number> {
  return withScratchDatabase(url, async (client) => {
    await client.query(`create table day_values as
      select usdp::text, day, array(select (day * 31 + hour * 7 + usdp) % 2000
        from generate_series(1, ${HOURS}) hour) as wh
      from generate_series(1, ${points}) usdp, generate_series(1, ${DAYS}) day`);
    await client.query('analyze day_values');
    const sql = `select usdp, sum(value) from day_values, unnest(wh) value group by usdp`;
    await client.query(sql);
    const started = performance.now();
    const { rowCount } = await client.query(sql);
    if (rowCount !== points) throw new Error(`${rowCount} sums of ${points}`);
    return (points * 1000) / (performance.now() - started);
  });
}
