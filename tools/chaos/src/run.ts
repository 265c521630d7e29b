/** One seed: registers its organizations, streams its files, does its faults, and has it checked. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repoRoot } from '@mdmr/stack';
import { headerOf } from './check/answers.js';
import { checkRun, type HubAccess, type RunFacts } from './check/check-run.js';
import type { CustodyFile } from './check/custody.js';
import { finding, type Finding } from './check/finding.js';
import { expectedAnswers } from './due-answers.js';
import { drop, leftFiles, outbox } from './exchange.js';
import { Faults } from './faults.js';
import { planOf, SERVICES, type Plan } from './plan.js';
import { Random } from './random.js';
import { moveClock, untilRest } from './rest.js';
import type { Spool } from './spool.js';
import { until, type Suite } from './suite.js';
import { repeated, World, type Registered, type SentFile } from './world.js';

const REST_LIMIT_MS = 180_000;
const ANSWER_LIMIT_MS = 120_000;
const RESPONSE_PAUSE_MS = 16 * 60_000;
const LAST = 1000;
/** Files of the sets and repeats that come when the USDP IDs are known. */
const SETS_ABOUT = 18;
/** Files that go before a request whose sets are not applied yet. */
const POSTPONED_BY = 3;

/** What became of a seed. */
export interface RunResult {
  readonly seed: number;
  readonly verdict: 'ok' | 'failed';
  readonly faults: readonly string[];
  readonly skipped: readonly string[];
  readonly files: number;
  readonly values: number;
  readonly channel_days: number;
  readonly events: number;
  readonly copies: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

export interface RunTools {
  readonly suite: Suite;
  readonly spool: Spool;
  /** A folder for what is generated. */
  readonly folder: string;
  say(line: string): void;
  /** Told after each file that was dropped how many there are; the stream waits for it. */
  onSent?(count: number): Promise<void>;
}

/** What the checker needs to know of a suite. */
export function accessTo(suite: Suite): HubAccess {
  return {
    brokers: suite.brokers,
    schemaDir: path.join(repoRoot, 'schemas'),
    services: SERVICES,
    databaseUrl: (service) => suite.databaseUrl(service),
  };
}

/** A run, checked. `facts` for who wants to check again; null = it got stuck. */
export interface CheckedRun {
  readonly result: RunResult;
  readonly facts: RunFacts | null;
}

/** Runs what a seed means and has it checked. */
export function runSeed(seed: number, tools: RunTools): Promise<CheckedRun> {
  return runPlan(planOf(seed), tools);
}

export async function runPlan(plan: Plan, tools: RunTools): Promise<CheckedRun> {
  const { seed } = plan;
  const started = performance.now();
  const run = new Run(plan, tools);
  let facts: RunFacts | null = null;
  let checked: Awaited<ReturnType<typeof checkRun>> | null = null;
  const findings: Finding[] = [];
  try {
    await run.stream();
    await run.settle();
    facts = await run.facts();
    checked = await checkRun(facts, accessTo(tools.suite));
    findings.push(...checked.findings);
  } catch (error) {
    findings.push(finding('STUCK', `seed ${seed}`, String((error as Error).stack ?? error)));
  } finally {
    await run.faults.over();
  }
  const { done, skipped, troubles } = run.faults.log;
  findings.push(...troubles.map((trouble) => finding('STUCK', `seed ${seed}`, trouble)));
  const result: RunResult = {
    seed,
    verdict: findings.length === 0 ? 'ok' : 'failed',
    faults: done,
    skipped,
    files: run.sent.length,
    values: checked?.values ?? 0,
    channel_days: checked?.channelDays ?? 0,
    events: checked?.events ?? 0,
    copies: checked?.copies ?? 0,
    seconds: Math.round((performance.now() - started) / 100) / 10,
    findings,
  };
  return { result, facts };
}

class Run {
  readonly faults: Faults;
  readonly sent: SentFile[] = [];
  private readonly world: World;
  private readonly random: Random;
  private registered: Registered | null = null;
  private finalRun: string | null = null;

  constructor(
    private readonly plan: Plan,
    private readonly tools: RunTools,
  ) {
    this.world = new World(plan, tools.folder);
    this.random = new Random(plan.seed, 'order');
    this.faults = new Faults(tools.suite, tools.spool, tools.say);
  }

  private get orgs(): string[] {
    return [this.plan.ldc, this.plan.ami, this.plan.agent];
  }

  /** Sends everything but the last request, in seeded order, while the faults come. */
  async stream(): Promise<void> {
    const { world, random } = this;
    await this.enlist();
    const early = random.some(world.reads, random.between(0, 4));
    const before = random.shuffled([world.request, ...early]);
    const count = before.length + world.reads.length - early.length + SETS_ABOUT;
    await this.send(before, count);
    this.registered = await world.registered(await this.response());
    const later = this.arranged(world.reads.filter((file) => !early.includes(file)));
    await this.send(later, Math.max(count, this.sent.length + later.length));
    this.beginFaults(LAST - 1);
    await this.faults.over();
    await untilRest(this.tools.suite, REST_LIMIT_MS);
  }

  private async enlist(): Promise<void> {
    const { suite } = this.tools;
    const { ldc, ami, agent } = this.plan;
    const orgs = [
      { org_id: ldc, roles: ['LDC'] },
      { org_id: ami, roles: ['AMI_OPERATOR'] },
      { org_id: agent, roles: ['BILLING_AGENT'] },
    ];
    for (const org of orgs) {
      await suite.admin('participants', 'orgs', { ...org, name: org.org_id, door: 'drop' });
    }
    const from = '2026-06-01';
    for (const [to, fn] of [[ami, 'READS'] as const, [agent, 'BILLING'] as const]) {
      const body = { ldc, agent: to, function: fn, from, to: null };
      await suite.admin('participants', 'delegations', body);
    }
    await suite.admin('participants', 'amccs', {
      amcc_id: `${ldc}-HE`,
      org: ami,
      ldcs: [ldc],
      format: 'CMEP',
      stamps: 'EST',
      key: 'METER',
      multiplied: false,
    });
    await until('the drop folders are there', REST_LIMIT_MS, async () =>
      this.orgs.every((org) => existsSync(suite.folder(org, 'inbox'))),
    );
  }

  /** Parts, reads, repeats and perhaps a request in one order; what repeats comes after its first. */
  private arranged(reads: readonly SentFile[]): SentFile[] {
    const { random, plan } = this;
    const { parts, earlyRequest } = this.registered!;
    const placed = [...parts, ...reads].map((file) => ({ file, at: random.between(0, LAST) }));
    const lastPart = Math.max(
      ...placed.filter(({ file }) => file.kind === 'SYNC').map((p) => p.at),
    );
    const behind = (at: number) => random.between(at, LAST) + 0.5;
    if (plan.hasEarlyRequest) placed.push({ file: earlyRequest, at: behind(lastPart) });
    const csv = random.pick(placed.filter(({ file }) => file.kind === 'SYNC'));
    const cmep = random.some(
      placed.filter(({ file }) => file.kind === 'CMEP'),
      random.between(1, 2),
    );
    const again = [
      ...cmep.map(({ file, at }) => ({ file: repeated(file, 'same'), at: behind(at) })),
      { file: repeated(csv.file, random.pick(['same', 'other'])), at: behind(csv.at) },
      { file: repeated(this.world.request, 'same'), at: behind(0) },
    ];
    return [...placed, ...again].sort((a, b) => a.at - b.at).map(({ file }) => file);
  }

  private async send(files: readonly SentFile[], count: number): Promise<void> {
    const queue = [...files];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      this.beginFaults(Math.floor((this.sent.length * LAST) / count));
      if (file === this.registered?.earlyRequest && !this.setsAreTold()) {
        // a request right behind a set may be judged before the set is applied
        if (queue.some((one) => one !== file)) {
          queue.splice(Math.min(queue.length, POSTPONED_BY), 0, file);
          continue;
        }
        await until('sets are applied', ANSWER_LIMIT_MS, async () => this.setsAreTold());
      }
      drop(this.tools.suite, file);
      this.sent.push(file);
      await this.tools.onSent?.(this.sent.length);
      await delay(this.random.between(0, 300));
    }
  }

  private setsAreTold(): boolean {
    const sets = new Set(this.registered!.parts.map(({ fileId }) => fileId.replace(/\.\d$/, '')));
    const told = outbox(this.tools.suite, this.plan.ldc).map(({ text }) => headerOf(text));
    return [...sets].every((set) =>
      told.some(({ kind, about }) => kind === 'IR06' && about === set),
    );
  }

  private begun = 0;

  private beginFaults(permille: number): void {
    const { faults } = this.plan;
    for (; this.begun < faults.length; this.begun += 1) {
      const next = faults[this.begun]!;
      if (next.atPermille > permille) return;
      this.faults.begin(next);
    }
  }

  /** The answer to the request for USDP IDs. */
  private async response(): Promise<string> {
    const { suite } = this.tools;
    const { ldc } = this.plan;
    let text: string | undefined;
    await until('USDP IDs', ANSWER_LIMIT_MS, async () => {
      const found = outbox(suite, ldc).find(({ name }) => name.includes('_USDP-RSP_'));
      text = found?.text;
      return text !== undefined;
    });
    return text!;
  }

  /** The final run and the last request, with the last fault; then all that waits for its time. */
  async settle(): Promise<void> {
    const { suite } = this.tools;
    const { hasFinalRun, ldc } = this.plan;
    if (hasFinalRun) {
      const body = { schedule: 'FINAL', day: this.world.lastDay, org: ldc };
      const { run_id: run } = await suite.admin<{ run_id: string }>('reporting', 'runs', body);
      this.finalRun = run;
      if (this.random.chance(500)) this.beginFaults(LAST);
      await this.faults.over();
      await until('the final run is reported', REST_LIMIT_MS, async () => this.isReported(run));
    }
    drop(suite, this.registered!.lastRequest);
    this.sent.push(this.registered!.lastRequest);
    this.beginFaults(LAST);
    await this.faults.over();
    await untilRest(suite, REST_LIMIT_MS);
    await moveClock(suite, RESPONSE_PAUSE_MS);
    await untilRest(suite, REST_LIMIT_MS);
  }

  private async isReported(run: string): Promise<boolean> {
    try {
      const { state } = await this.tools.suite.admin<{ state: string }>('reporting', `runs/${run}`);
      return state === 'DONE';
    } catch {
      return false;
    }
  }

  async facts(): Promise<RunFacts> {
    const { suite } = this.tools;
    const { ldc, agent, hasEarlyRequest } = this.plan;
    const { points, parts, earlyRequest, lastRequest, usdps } = this.registered!;
    const asked = this.world.request.text.split('\n').filter((line) => line.startsWith('SDP,'));
    const { files } = await suite.admin<{ files: CustodyFile[] }>('gateway', 'files');
    const requests = [
      ...(hasEarlyRequest ? [{ file: earlyRequest, asked: usdps.first, isSettled: false }] : []),
      { file: lastRequest, asked: usdps.all, isSettled: true },
    ];
    // an item waits for what VEE has left open, so a request may not end
    const dropped = this.sent.map((file) =>
      file.kind === 'BQ-REQ' && !file.isRepeat ? { ...file, states: ['DECIDED', 'OPEN'] } : file,
    );
    return {
      points,
      asked: asked.map((line) => line.split(',')[1]!),
      reads: this.sent.filter(({ kind }) => kind === 'CMEP'),
      parts: parts.map(({ text }) => text),
      dropped,
      answers: expectedAnswers(this.plan, this.sent, this.finalRun),
      bills: requests.flatMap(({ file, ...rest }) =>
        [agent, ldc].map((recipient) => ({ requestFileId: file.fileId, recipient, ...rest })),
      ),
      custody: files.filter(({ org }) => this.orgs.includes(org)),
      delivered: this.orgs.flatMap((org) => outbox(suite, org)),
      left: leftFiles(suite, this.orgs),
    };
  }
}
