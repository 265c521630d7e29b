/** Seeds one after the other, several on one suite; a suite with a failed seed serves no other. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePortBase, repoRoot } from '@mdmr/stack';
import { finding, said, type Finding } from './check/finding.js';
import { SERVICES } from './plan.js';
import { runSeed, type RunResult } from './run.js';
import { Spool } from './spool.js';
import { Suite } from './suite.js';

const CLOCK = '2026-06-20T12:00:00-05:00';
/** Each run adds to what every check reads; a start costs as much as a run. */
const RUNS_PER_SUITE = 10;

export interface BatchOptions {
  readonly seeds: readonly number[];
  /** No new run begins after this. */
  readonly limitMs: number | null;
  /** Leave the data of the last suite where it is. */
  readonly keep: boolean;
  /** JSON lines are added to it. */
  readonly out: string | null;
  say(line: string): void;
  /** true: end after the run in work */
  stopAsked(): boolean;
}

export interface BatchResult {
  readonly runs: readonly RunResult[];
  readonly findings: readonly Finding[];
}

export async function runBatch(options: BatchOptions): Promise<BatchResult> {
  const runs: RunResult[] = [];
  const findings: Finding[] = [];
  const end = performance.now() + (options.limitMs ?? Infinity);
  const seeds = [...options.seeds];
  while (seeds.length > 0 && performance.now() < end && !options.stopAsked()) {
    const served = await serve(seeds, end, options);
    runs.push(...served.runs);
    findings.push(...served.findings);
  }
  return { runs, findings };
}

/** One suite: takes seeds from the list until it has served enough, or one fails. */
async function serve(seeds: number[], end: number, options: BatchOptions): Promise<BatchResult> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'mdmr-chaos-'));
  const spool = new Spool(dataDir);
  const suite = new Suite({ dataDir, portBase: await freePortBase(), clock: CLOCK });
  const runs: RunResult[] = [];
  let findings: Finding[] = [];
  try {
    options.say(`a suite on ${dataDir}`);
    await suite.start();
    let isSound = true;
    while (isSound && seeds.length > 0 && runs.length < RUNS_PER_SUITE) {
      if (runs.length > 0 && (performance.now() > end || options.stopAsked())) break;
      const result = await one(seeds.shift()!, suite, spool, options);
      runs.push(result);
      isSound = result.verdict === 'ok';
    }
    if (isSound) findings = await rebuilt(suite, runs, options);
  } finally {
    await suite.stop();
    const isBad = findings.length > 0 || runs.some(({ verdict }) => verdict === 'failed');
    const keep = options.keep || isBad || runs.length === 0;
    spool.remove(keep);
    if (keep) options.say(`its data stay in ${dataDir}`);
    else rmSync(dataDir, { recursive: true, force: true });
  }
  return { runs, findings: [...runs.flatMap((run) => run.findings), ...findings] };
}

async function one(
  seed: number,
  suite: Suite,
  spool: Spool,
  options: BatchOptions,
): Promise<RunResult> {
  const folder = path.join(suite.dataDir, 'chaos', String(seed));
  mkdirSync(folder, { recursive: true });
  options.say(`seed ${seed}`);
  const { result } = await runSeed(seed, { suite, spool, folder, say: options.say });
  const facts = `${result.files} files, ${result.values} values, ${result.seconds} s`;
  options.say(`seed ${seed}: ${result.verdict}; ${facts}; ${result.faults.join(', ')}`);
  for (const line of result.findings.slice(0, 30)) options.say(`  ${said(line)}`);
  for (const skipped of result.skipped) options.say(`  left out: ${skipped}`);
  write(options.out, { ...result, commit: commit(), findings: result.findings.map(said) });
  return result;
}

/** Every projection replayed and compared, over all runs that the suite served. */
export async function rebuildAll(suite: Suite): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const service of SERVICES) {
    const { equal, tables } = await suite.admin<{
      equal: boolean;
      tables: { table: string; equal: boolean }[];
    }>(service, 'rebuild', { check: true });
    if (equal) continue;
    const differ = tables.filter((one) => !one.equal).map(({ table }) => table);
    findings.push(finding('REBUILD_DIFFERS', service, differ.join(', ')));
  }
  return findings;
}

async function rebuilt(
  suite: Suite,
  runs: readonly RunResult[],
  options: BatchOptions,
): Promise<Finding[]> {
  const started = performance.now();
  const findings = await rebuildAll(suite);
  const seconds = Math.round((performance.now() - started) / 1000);
  options.say(`rebuilt ${SERVICES.length} services in ${seconds} s`);
  for (const line of findings) options.say(`  ${said(line)}`);
  write(options.out, {
    rebuilt: runs.map(({ seed }) => seed),
    verdict: findings.length === 0 ? 'ok' : 'failed',
    seconds,
    commit: commit(),
    findings: findings.map(said),
  });
  return findings;
}

function write(out: string | null, line: object): void {
  if (out !== null) appendFileSync(out, `${JSON.stringify(line)}\n`);
}

/** What was tested, where git can tell. */
function commit(): string {
  const { stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: repoRoot,
    encoding: 'utf8',
  });
  return stdout?.trim() ?? '';
}
