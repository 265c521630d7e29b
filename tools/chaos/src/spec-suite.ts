/** A suite for one spec: on a data directory of its own, removed with it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePortBase } from '@mdmr/stack';
import pg from 'pg';
import type { Plan } from './plan.js';
import { runPlan, type CheckedRun } from './run.js';
import { Spool } from './spool.js';
import { Suite } from './suite.js';

const CLOCK = '2026-06-20T12:00:00-05:00';

export class SpecSuite {
  private constructor(
    readonly suite: Suite,
    private readonly spool: Spool,
  ) {}

  /** @param dataDir an empty directory that is removed with the suite */
  static async start(
    env: Readonly<Record<string, string>> = {},
    dataDir = newDataDir(),
  ): Promise<SpecSuite> {
    const spool = new Spool(dataDir);
    const suite = new Suite({ dataDir, portBase: await freePortBase(), clock: CLOCK, env });
    const made = new SpecSuite(suite, spool);
    try {
      await suite.start();
    } catch (error) {
      await made.remove();
      throw error;
    }
    return made;
  }

  run(plan: Plan, onSent?: (count: number) => Promise<void>): Promise<CheckedRun> {
    const { suite, spool } = this;
    const folder = path.join(suite.dataDir, 'chaos', String(plan.seed));
    mkdirSync(folder, { recursive: true });
    return runPlan(plan, { suite, spool, folder, say: () => undefined, onSent });
  }

  /** In a service's database, as its superuser. */
  async query(service: string, sql: string, values: unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: this.suite.databaseUrl(service) });
    await client.connect();
    await client.query(sql, values);
    await client.end();
  }

  async remove(): Promise<void> {
    await this.suite.stop();
    this.spool.remove(false);
    rmSync(this.suite.dataDir, { recursive: true, force: true });
  }
}

export function newDataDir(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'mdmr-chaos-'));
}
