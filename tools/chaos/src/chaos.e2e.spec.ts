import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rebuildAll } from './batch.js';
import { checkRun, type RunFacts } from './check/check-run.js';
import { said } from './check/finding.js';
import { planOf } from './plan.js';
import { accessTo } from './run.js';
import { SpecSuite } from './spec-suite.js';

/**
 * Between them: Kafka, Postgres and three services killed, reads and billing cut off, a full spool, a
 * zombie of vee; gaps, crossed meters, an early request and a final run.
 */
const SEEDS = [187, 199];

describe('a suite to which seeded faults happen', () => {
  let made: SpecSuite;
  let facts: RunFacts;
  beforeAll(async () => {
    made = await SpecSuite.start();
  }, 300_000);
  afterAll(async () => made?.remove(), 120_000);

  it.each(SEEDS)(
    'has lost and doubled nothing: seed %i',
    async (seed) => {
      const run = await made.run(planOf(seed));
      expect(run.result.findings.map(said)).toEqual([]);
      expect(run.result.values).toBeGreaterThan(1_000);
      facts = run.facts!;
    },
    400_000,
  );

  it('is the same rebuilt, every service', async () => {
    expect(await rebuildAll(made.suite)).toEqual([]);
  }, 120_000);

  it('would not hide it: what is planted in its stores is found', async () => {
    const point = facts.bills.at(-1)!.asked[0]!;
    await made.query('billing', ONE_WH, [point]);
    await made.query('vee', `delete from projection.channel_day where usdp_id = $1`, [point]);
    await made.query('reads', `update projection.channel_day set version = version + 1
      where usdp_id = $1`, [point]); // prettier-ignore
    await made.query('reads', `update bus.position set last_seq = last_seq - 1`);
    await made.query('mmd', `update bus.head set next_seq = next_seq + 1`);
    await made.query('gateway', `insert into bus.quarantine
      values ('p', 't', 0, 0, 0, 'planted', null, null)`); // prettier-ignore
    const { findings } = await checkRun(facts, accessTo(made.suite));
    const lines = findings.map(said);
    for (const planted of [
      new RegExp(`^WRONG_WH billing store ${point} KWH`),
      new RegExp(`^LOST vee store ${point} KWH`),
      new RegExp(`^STALE reads store ${point} KWH`),
      /^NOT_PROJECTED reads\.segment mdmr\.gateway\.segments/,
      /^NOT_PUBLISHED mdmr\.mmd\.directory\.v1/,
      /^QUARANTINED gateway: 1/,
    ]) {
      expect(lines).toContainEqual(expect.stringMatching(planted));
    }
    const codes = new Set(findings.map(({ code }) => code));
    expect([...codes].sort()).toEqual(
      ['LOST', 'NOT_PROJECTED', 'NOT_PUBLISHED', 'QUARANTINED', 'STALE', 'WRONG_WH'].sort(),
    );
  }, 120_000);
});

/** The lowest bit of the first value of every day: minutes, number and codes are a byte each. */
const ONE_WH = `update projection.channel_day
  set body = set_byte(body, 3, get_byte(body, 3) # 1) where usdp_id = $1`;
