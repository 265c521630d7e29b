/** `npm run bench:psync`: a set of a whole utility, from its six files to its reports. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { formatEstDay } from '@mdmr/kernel';
import { withScratchDatabase, copyIn } from './scratch-database.js';
import { processesOf } from './hub-servers.js';
import { machine } from './machine.js';
import { OutboxWatch } from './outbox-watch.js';
import { ProcessWatch } from './process-watch.js';
import { runBench, type Frame, type Outcome } from './run-bench.js';
import { dropSet, FIRST_DAY, LDC, prepareUtility, startHub, type SyncedHub } from './synced-hub.js';
import { rounded, table, type Cell } from './table.js';
import { cpuJson, cpuTable } from './use-table.js';

await runBench(
  {
    command: 'bench:psync',
    about:
      'A PSYNC of a whole utility into an empty directory: from the drop of its six files to its\n' +
      'reports in the outbox, and until every service has it.\n' +
      'Baseline: COPY of the same records, as text, into one table without a key.',
    numbers: { sdps: { about: 'service points', otherwise: 10_000 } },
  },
  benchPsync,
);

async function benchPsync({ sdps }: { sdps: number }, frame: Frame): Promise<Outcome> {
  const hub = await startHub(1, frame);
  const options = { sdps, days: 1, seed: 7, missing: 0, leaveOut: false };
  const synced = await prepareUtility(hub, options, frame);
  const records = await recordsOf(synced);
  frame.say(`synchronizing ${sdps} service points, ${records.length} records`);
  const reports = new OutboxWatch(hub, LDC, /_IR\d\d_/);
  const watch = new ProcessWatch(processesOf(hub.dataDir));
  const started = performance.now();
  await dropSet(synced);
  const reported = reports.next(3_600);
  const { at: idleAt } = await synced.idle();
  const use = watch.end();
  const reportS = ((await reported).at - started) / 1000;
  const seconds = (idleAt - started) / 1000;
  await checkApplied(synced, sdps);
  const copyS = await withScratchDatabase(synced.servers.pgUrl, async (client) => {
    await client.query('create table record (fields text)');
    const bytes = Buffer.from(records.map((line) => `${line.replaceAll('\\', '\\\\')}\n`).join(''));
    const from = performance.now();
    await copyIn(client, 'copy record from stdin', bytes);
    return (performance.now() - from) / 1000;
  });
  const json = {
    sdps,
    records: records.length,
    seconds_to_reports: rounded(reportS),
    seconds: rounded(seconds),
    sdps_per_s: Math.round(sdps / seconds),
    baseline_seconds: rounded(copyS, 4),
    ratio: rounded(copyS / seconds, 5),
    ...cpuJson(use, sdps, 'sdp'),
    machine: machine(),
  };
  const rows: Cell[][] = [
    ['to its reports', reportS, sdps / reportS, copyS / reportS],
    ['to idle', seconds, sdps / seconds, copyS / seconds],
    ['COPY of the records', copyS, sdps / copyS, 1],
  ];
  const heads = ['', 'seconds', 'service points/s', 'baseline/this'];
  return { json, text: `${table(heads, rows)}\n\n${cpuTable(use, sdps, 'us/service point')}` };
}

/** Details of all six files. */
async function recordsOf({ sim }: SyncedHub): Promise<string[]> {
  const folder = path.join(sim, formatEstDay(FIRST_DAY - 1));
  const names = (await readdir(folder)).filter((name) => /SYNC/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').slice(1, -2));
}

/** @throws when a record of the set was not applied */
async function checkApplied({ hub }: SyncedHub, sdps: number): Promise<void> {
  const { files } = await hub.mdmr<{
    files: { kind: string; state: string; in: number; applied: number }[];
  }>('files', 'list', '--org', LDC);
  const parts = files.filter(({ kind }) => kind.startsWith('SYNC'));
  const bad = parts.find((part) => part.state !== 'DECIDED' || part.applied !== part.in);
  if (parts.length !== 6 || bad !== undefined || !parts.some((part) => part.in >= sdps)) {
    throw new Error(`the set was not applied whole: ${JSON.stringify(bad ?? parts)}`);
  }
}
