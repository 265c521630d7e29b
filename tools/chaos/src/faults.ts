/** Does what a plan says to a suite, one fault after the other, beside the stream of files. */
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { faultText, type Fault, type PlannedFault } from './plan.js';
import type { Spool } from './spool.js';
import { until, type Suite } from './suite.js';
import { Twin } from './twin.js';

const BETWEEN_CUTS_MS = 80;
const END_LIMIT_MS = 40_000;

/** What was done, in few words, and what could not be done here and why. */
export interface FaultLog {
  readonly done: string[];
  readonly skipped: string[];
  readonly troubles: string[];
}

export class Faults {
  private chain: Promise<void> = Promise.resolve();
  /** What was killed and is not back yet; the next fault does not wait for it. */
  private readonly recoveries: Promise<void>[] = [];
  readonly log: FaultLog = { done: [], skipped: [], troubles: [] };

  constructor(
    private readonly suite: Suite,
    private readonly spool: Spool,
    private readonly say: (line: string) => void,
  ) {}

  /** Queues a fault behind those in work; returns at once. */
  begin({ fault, afterMs }: PlannedFault): void {
    this.chain = this.chain.then(async () => {
      await delay(afterMs);
      this.say(`  ${faultText(fault)}`);
      try {
        const skipped = await this.inflict(fault);
        if (skipped === null) this.log.done.push(faultText(fault));
        else this.log.skipped.push(`${faultText(fault)}: ${skipped}`);
      } catch (error) {
        this.log.troubles.push(`${faultText(fault)}: ${(error as Error).message}`);
      }
    });
  }

  /** Resolves when all that began is over and all that was killed is back. */
  async over(): Promise<void> {
    await this.chain;
    await Promise.all(this.recoveries.splice(0));
  }

  /** @returns why it was left out, or null */
  private async inflict(fault: Fault): Promise<string | null> {
    switch (fault.kind) {
      case 'kill':
        await this.kill(fault.targets);
        return null;
      case 'supervisor':
        await this.suite.killSupervisor();
        await this.suite.start();
        return null;
      case 'pause':
        await this.pause(fault.targets[0]!, fault.ms);
        return null;
      case 'zombie':
        await this.zombie(fault.targets[0]!, fault.ms, fault.end);
        return null;
      case 'cut':
        return this.cut(fault.targets[0]!, fault.side, fault.times);
      case 'full':
        return this.fill(fault.ms, fault.leftBytes);
    }
  }

  private async kill(targets: readonly string[]): Promise<void> {
    const pids = await Promise.all(targets.map((target) => this.suite.pid(target)));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    targets.forEach((target, i) => this.recover(target, pids[i]!));
  }

  private recover(target: string, before: number): void {
    const back = this.suite.untilBack(target, before);
    this.recoveries.push(
      back.catch((error: Error) => void this.log.troubles.push(`kill ${target}: ${error.message}`)),
    );
  }

  private async pause(service: string, ms: number): Promise<void> {
    const pid = await this.suite.pid(service);
    process.kill(pid, 'SIGSTOP');
    try {
      await delay(ms);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(`${service} answers after ${ms} ms`, END_LIMIT_MS, () =>
      this.suite.isReady(service),
    );
  }

  /** While one owner of the lanes stands still another comes, and the first wakes up beside it. */
  private async zombie(service: string, ms: number, end: NodeJS.Signals): Promise<void> {
    const twin = new Twin(this.suite, service, await this.suite.pid(service));
    try {
      await this.pause(service, ms);
      await delay(ms / 4);
    } finally {
      await twin.end(end);
    }
  }

  private async cut(
    service: string,
    side: 'backends' | 'postgres' | 'kafka',
    times: number,
  ): Promise<string | null> {
    const port = side === 'kafka' ? this.suite.kafkaPort : this.suite.postgresPort;
    for (let i = 0; i < times; i += 1) {
      if (side === 'backends') await this.endBackends(service);
      else {
        const skipped = cutSockets(await this.suite.pid(service), port);
        if (skipped !== null) return skipped;
      }
      await delay(BETWEEN_CUTS_MS);
    }
    return null;
  }

  private async endBackends(service: string): Promise<void> {
    const connectionString = this.suite.databaseUrl(service);
    const client = new pg.Client({ connectionString });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      );
    } catch {
      // Postgres itself is being started again: its connections are cut all the same
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async fill(ms: number, leftBytes: number): Promise<string | null> {
    if (this.spool.skipped !== null) return this.spool.skipped;
    try {
      this.spool.fill(leftBytes);
      await delay(ms);
    } finally {
      this.spool.free();
    }
    return null;
  }
}

/** Destroys a process's TCP connections to a port, so that both ends see them break. */
function cutSockets(pid: number, port: number): string | null {
  const list = spawnSync('ss', ['-tnpH', 'state', 'established', `dport = :${port}`], {
    encoding: 'utf8',
  });
  if (list.status !== 0) return 'there is no ss here';
  const own = list.stdout.split('\n').filter((line) => line.includes(`pid=${pid},`));
  let cut = 0;
  for (const line of own) {
    const local = line.trim().split(/\s+/)[2]!;
    const source = `sport = :${local.slice(local.lastIndexOf(':') + 1)}`;
    const killed = spawnSync('ss', ['-KtH', 'state', 'established', `dport = :${port}`, source], {
      encoding: 'utf8',
    });
    cut += killed.stdout.trim() === '' ? 0 : 1;
  }
  if (cut === 0 && own.length > 0) return 'this system does not let ss destroy connections';
  return null;
}
