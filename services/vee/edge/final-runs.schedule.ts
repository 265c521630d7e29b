import { setTimeout as pause } from 'node:timers/promises';
import { emit, type Ctx, type OutEvent } from '@mdmr/bus';
import { listSdps } from '@mdmr/directory';
import type { EstDay } from '@mdmr/kernel';
import { lockNames } from '@mdmr/postgres';
import type { ServiceTools } from '@mdmr/service';
import { changedSince, type EstimationRun, lookedThrough, openRuns } from '../report/runs.query.js';
import { FactsCache } from './facts-cache.js';
import { dueDays, type DueDays } from './due-days.js';
import { judgeChannels } from './judging.js';
import { lockPoints, shardOf, SHARDS } from './shards.js';

/** Who must have worked off what is there before an estimate is made, in the order of the flow. */
const UPSTREAM = ['gateway', 'mmd', 'reads', 'vee'];
const POLL_MS = 200;
/** Service points looked at, and channel days decided, in one transaction. */
const PAGE = 200;
const DAYS = 1_500;
/** Days before a gap that any ladder may ask for. */
const FORESIGHT = 62;

/** What a run looks through of an LDC. */
interface Scope {
  readonly ldc: string;
  readonly run: EstimationRun;
  /** First day of a service point that no run has looked at; null = all of its days. */
  firstDay(usdpId: string): EstDay | null;
}

/**
 * The final run: when reporting says that one is due, waits until everything received is worked, then makes the
 * estimates that are due, shard by shard. A run that was cut short begins again and finds only what is left.
 */
export class FinalRuns {
  private readonly stopping = new AbortController();
  private readonly cache = new FactsCache();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly tools: ServiceTools) {}

  start(): void {
    this.loop = this.watch();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const [run] = await openRuns(this.tools.db);
        if (run !== undefined) await this.make(run);
        else await pause(POLL_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.tools.log('error', `a final run failed and is tried again: ${String(error)}`);
        await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async make(run: EstimationRun): Promise<void> {
    const { bus, db, log } = this.tools;
    await bus.awaitDrained(UPSTREAM);
    const ldcs = run.org === null ? await ldcsOf(this.tools) : [run.org];
    let estimated = 0;
    for (const ldc of ldcs) {
      const scope = await scopeOf(this.tools, run, ldc);
      const usdps = await listSdps(db, ldc);
      for (let shard = 0; shard < SHARDS; shard++) {
        const mine = usdps.filter((usdp) => shardOf(usdp) === shard);
        estimated += await this.makeShard(scope, mine);
      }
    }
    await bus.decide((ctx) => completed(ctx, run, estimated));
    log('info', `final run ${run.runId}: ${estimated} channel days estimated`);
  }

  private async makeShard(scope: Scope, usdps: readonly string[]): Promise<number> {
    let estimated = 0;
    for (let at = 0; at < usdps.length;) {
      if (this.stopping.signal.aborted) throw new Error('the service stops');
      let taken = 0;
      const events = await this.tools.bus.decide(async (ctx) => {
        const page = await this.dueOf(ctx, scope, usdps.slice(at, at + PAGE));
        taken = page.points;
        return this.estimate(ctx, scope, page);
      });
      at += taken;
      estimated += events.filter(isEstimated).length;
    }
    return estimated;
  }

  private async dueOf(ctx: Ctx, scope: Scope, usdps: readonly string[]): Promise<DueDays> {
    await lockPoints(ctx.tx, usdps);
    await this.cache.begin(ctx.tx);
    const points = await this.cache.load(ctx.tx, usdps);
    const { dataDay } = scope.run;
    const query = { usdps, points, dataDay, firstDay: scope.firstDay, limit: DAYS };
    return dueDays(ctx.tx, query);
  }

  private async estimate(ctx: Ctx, scope: Scope, page: DueDays): Promise<OutEvent[]> {
    const { run } = scope;
    const tasks = page.channels.map(({ facts, days }) => ({
      facts,
      touched: days,
      due: (day: EstDay) => day <= run.dataDay,
      foresight: FORESIGHT,
    }));
    const decision = { cause: 'FINAL' as const, runId: run.runId, now: ctx.now };
    return judgeChannels(ctx.tx, this.cache.book, tasks, decision);
  }
}

function isEstimated(event: OutEvent): boolean {
  return event.type === 'vee.ChannelDayValidated' && event.value.states.includes('E');
}

async function ldcsOf({ db }: ServiceTools): Promise<string[]> {
  const found = await db.query<{ ldc: string }>(
    `select distinct ldc from directory_timeline
     where record_type = 'SDP' and known_to_ms is null order by 1`,
  );
  return found.rows.map((row) => row.ldc);
}

/** Earlier runs have looked at all days up to theirs; only what the directory changed since is looked at whole. */
async function scopeOf({ db }: ServiceTools, run: EstimationRun, ldc: string): Promise<Scope> {
  const seen = await lookedThrough(db, ldc);
  if (seen === null) return { ldc, run, firstDay: () => null };
  const changed = await changedSince(db, ldc, seen.asOf);
  const firstDay = (usdpId: string) => (changed.has(usdpId) ? null : seen.throughDay + 1);
  return { ldc, run, firstDay };
}

async function completed(ctx: Ctx, run: EstimationRun, estimated: number): Promise<OutEvent[]> {
  await lockNames(ctx.tx, 'vee runs', [run.runId]);
  const open = (await openRuns(ctx.tx)).some((r) => r.runId === run.runId);
  if (!open) return [];
  return [
    emit('vee.EstimationRunCompleted', run.runId, {
      at_ms: ctx.now,
      run_id: run.runId,
      data_day: run.dataDay,
      as_of_ms: run.asOf,
      org: run.org,
      estimated_channel_days: estimated,
    }),
  ];
}
