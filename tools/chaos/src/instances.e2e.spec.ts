import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkRun } from './check/check-run.js';
import { said } from './check/finding.js';
import { EventReader, readTopics } from './check/topics.js';
import { planOf } from './plan.js';
import { accessTo } from './run.js';
import { SpecSuite } from './spec-suite.js';
import { until } from './suite.js';
import { Twin } from './twin.js';

/** Files of a day in some ten segments: enough for two to share each. */
const PLAN = { ...planOf(4), sdps: 300, days: 8, missingPermille: 30, faults: [] };
const ENV = { MDMR_SEGMENT_BYTES: '16384', MDMR_LOG_LEVEL: 'debug' };
/** Files dropped before the second instances start, and before the stream waits for them. */
const JOIN_AT = 8;
const JOINED_BY = 14;
const SHARED = ['reads', 'vee'] as const;
type Shared = (typeof SHARED)[number];
const SEGMENTS = 'mdmr.gateway.segments.v1';
const CHANNEL_DAYS = 'mdmr.reads.channel-days.v1';
const ACT_LIMIT_MS = 120_000;

describe('two instances of reads and of vee', () => {
  let made: SpecSuite;
  const twins = new Map<Shared, Twin>();
  const lagAtKill = new Map<Shared, number>();
  let run: Awaited<ReturnType<SpecSuite['run']>>;
  beforeAll(async () => {
    made = await SpecSuite.start(ENV);
  }, 300_000);
  afterAll(async () => {
    await Promise.all([...twins.values()].map((twin) => twin.end('SIGTERM')));
    await made?.remove();
  }, 120_000);

  const logOf = (name: string) => path.join(made.suite.dataDir, 'logs', `${name}.log`);
  const workedBy = (name: string, topic: string) => worked(logOf(name), topic);

  async function join(service: Shared): Promise<void> {
    const twin = new Twin(made.suite, service, await made.suite.pid(service));
    twins.set(service, twin);
    made.suite.joined.add(twin);
    await twin.untilReady();
  }

  async function lagOf(service: Shared): Promise<number> {
    const { lag } = await made.suite.admin<{ lag: Record<string, number> }>(service, 'status');
    return Object.values(lag).reduce((sum, one) => sum + one, 0);
  }

  /** When all four have worked and have work before them, one of each is killed. */
  async function killOneOfEach(): Promise<void> {
    const { suite } = made;
    const before = workedBy('reads', SEGMENTS).length;
    await until('both of each at work', ACT_LIMIT_MS, async () => {
      if (workedBy('reads', SEGMENTS).length < before + 2) return false;
      if (workedBy('reads.twin', SEGMENTS).length < 2) return false;
      if (workedBy('vee.twin', CHANNEL_DAYS).length === 0) return false;
      for (const service of SHARED) lagAtKill.set(service, await lagOf(service));
      return [...lagAtKill.values()].every((lag) => lag > 0);
    });
    const pid = await suite.pid('reads');
    process.kill(pid, 'SIGKILL');
    twins.get('vee')!.kill();
    await suite.untilBack('reads', pid);
    await twins.get('vee')!.untilReady();
  }

  it('lose and double nothing when one of each is killed in mid-load', async () => {
    let joining: Promise<unknown> = Promise.resolve();
    let killing: Promise<void> | null = null;
    run = await made.run(PLAN, async (count) => {
      if (count === JOIN_AT) joining = Promise.all(SHARED.map(join));
      if (count !== JOINED_BY) return;
      await joining;
      killing = killOneOfEach();
    });
    await killing;
    expect(run.result.findings.map(said)).toEqual([]);
    expect(run.result.values).toBeGreaterThan(50_000);
    expect([...lagAtKill.values()].filter((lag) => lag > 0)).toHaveLength(SHARED.length);
  }, 400_000);

  it('have worked segments of one file, each its own', async () => {
    const { brokers, schemaDir } = accessTo(made.suite);
    const reader = new EventReader(schemaDir);
    const { messages } = await readTopics(brokers, [SEGMENTS]);
    const fileAt = new Map(
      messages.map(({ partition, offset, value }) => [
        `${partition}@${offset}`,
        String(reader.decode(value)!.value['custody_id']),
      ]),
    );
    const [first, second] = ['reads', 'reads.twin'].map(
      (name) => new Set(workedBy(name, SEGMENTS)),
    );
    expect([...first!].filter((place) => second!.has(place))).toEqual([]);
    // the one that was killed may have committed a segment and not said so
    expect(first!.size + second!.size).toBeGreaterThanOrEqual(fileAt.size - 1);
    const files = [first!, second!].map(
      (places) => new Set([...places].map((at) => fileAt.get(at))),
    );
    expect([...files[0]!].filter((file) => files[1]!.has(file)).length).toBeGreaterThan(1);
  }, 60_000);

  it('would not hide a loss', async () => {
    const point = run.facts!.bills.at(-1)!.asked[0]!;
    await made.query('vee', `delete from projection.channel_day where usdp_id = $1`, [point]);
    const { findings } = await checkRun(run.facts!, accessTo(made.suite));
    const lines = findings.map(said);
    expect(lines).toContainEqual(expect.stringMatching(`^LOST vee store ${point} KWH`));
  }, 60_000);
});

/** Messages of a topic that an instance has worked and committed, as its log says. */
function worked(logFile: string, topic: string): string[] {
  const text = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  return [...text.matchAll(/\/(mdmr[^/\s]+)\/(\d+): worked to (\d+)$/gm)]
    .filter(([, name]) => name === topic)
    .map(([, , partition, next]) => `${partition}@${Number(next) - 1}`);
}
