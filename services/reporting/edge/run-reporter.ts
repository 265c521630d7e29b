import { setTimeout as sleep } from 'node:timers/promises';
import { loadParticipants } from '@mdmr/directory';
import { emit, type Ctx, type OutEvent } from '@mdmr/bus';
import { assert } from '@mdmr/kernel';
import { lockNames } from '@mdmr/postgres';
import type { ServiceTools } from '@mdmr/service';
import { composeLdc, composeWithoutLdc, type RunComposer } from '../report/compose-run.js';
import { filesOfRun, ldcsDone, openRuns, runOf, type RunRow } from '../report/run.query.js';

/** What a run's reports are made from, in the order of the flow. */
const UPSTREAM = ['gateway', 'mmd', 'reads', 'vee', 'billing', 'reporting'];
const POLL_MS = 100;
const AFTER_TROUBLE_MS = 2_000;

/**
 * Makes the reports of runs that are due, oldest first: when everything upstream is worked off, and
 * for a final run also compared by billing. One LDC a transaction, so that a killed process goes on
 * where it was.
 */
export class RunReporter {
  private stopping = false;
  private running: Promise<void> = Promise.resolve();
  /** Runs for which upstream is known to be worked off. */
  private readonly drained = new Set<string>();

  constructor(
    private readonly tools: ServiceTools,
    private readonly composer: RunComposer,
  ) {}

  start(): void {
    this.running = this.loop();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      try {
        const run = (await openRuns(this.tools.db)).find(isReady);
        if (run) await this.report(run);
        else await sleep(POLL_MS);
      } catch (error) {
        this.tools.log('warn', `reports of a run: ${String(error)}`, {
          stack: error instanceof Error ? error.stack : undefined,
        });
        await sleep(AFTER_TROUBLE_MS);
      }
    }
  }

  /** One step of a run. */
  private async report(run: RunRow): Promise<void> {
    const { bus } = this.tools;
    if (!this.drained.has(run.runId)) {
      await this.awaitUpstream();
      if (this.stopping) return;
      this.drained.add(run.runId);
    }
    await bus.decide((ctx) => reportStep(ctx, this.composer, run.runId));
  }

  /** A stop must not wait for what may never come. */
  private async awaitUpstream(): Promise<void> {
    const drained = this.tools.bus.awaitDrained(UPSTREAM);
    drained.catch(() => undefined);
    while (!this.stopping) {
      const done = await Promise.race([drained.then(() => true), sleep(POLL_MS).then(() => false)]);
      if (done) return;
    }
  }
}

/** A final run waits for vee's estimates and billing's comparison. */
export function isReady(run: RunRow): boolean {
  return run.schedule !== 'FINAL' || run.compared;
}

/** The reports of the run's next LDC; after the last one, what is left and the end of the run. */
export async function reportStep(
  { tx, now }: Ctx,
  composer: RunComposer,
  runId: string,
): Promise<OutEvent[]> {
  await lockNames(tx, 'run', [runId]);
  const run = await runOf(tx, runId);
  if (!run || run.reportedAtMs !== null) return [];
  const ldc = await nextLdc(tx, composer, run);
  if (ldc !== undefined) {
    const files = await composeLdc(tx, composer, run, ldc, now);
    assert(files.length > 0, `${run.runId} makes nothing for ${ldc}`);
    return files;
  }
  const rest = run.org === null ? await composeWithoutLdc(tx, composer, run, now) : [];
  const reported = emit('reporting.RunReported', run.runId, {
    at_ms: now,
    run_id: run.runId,
    schedule: run.schedule,
    data_day: run.dataDay,
    org: run.org,
    files: (await filesOfRun(tx, run.runId)) + rest.length,
  });
  return [...rest, reported];
}

/** Every LDC gets every report, so one without files is one whose turn has not come. */
async function nextLdc(
  tx: Ctx['tx'],
  composer: RunComposer,
  run: RunRow,
): Promise<string | undefined> {
  if (!composer.reports.some((report) => report.schedule === run.schedule)) return undefined;
  const ldcs = run.org === null ? (await loadParticipants(tx)).ldcs() : [run.org];
  const done = await ldcsDone(tx, run.runId);
  return ldcs.find((ldc) => !done.has(ldc));
}
