import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answers,
  csvFile,
  custody,
  enlist,
  fieldsOf,
  HubDriver,
  uncounted,
  type Answer,
} from './index.js';

const SERVICES = ['gateway', 'participants', 'usdp', 'mmd', 'reads', 'vee', 'billing', 'reporting'];
const LDC = 'LDC01';
const AMI = 'SIMAMI';
const AGENT = 'SIMBILL';
const ORGS = [LDC, AMI, AGENT];
const SDPS = 200;
const DAYS = 10;
const FIRST = '2026-06-01';
const SEED = 20_260_611;

/** When in the life of a file the process dies: on its way in, in custody, at its first answer. */
const MOMENTS = ['dropped', 'taken', 'answered'] as const;

interface Point {
  readonly meter_id: string;
  readonly multiplier: number;
}

/** Mulberry32: the same seed kills the same services at the same moments. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function shuffled<T>(items: readonly T[], random: (below: number) => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Wh sent by meter and channel: CMEP values have three decimals at most, multipliers are whole. */
function sentWh(texts: readonly string[], points: ReadonlyMap<string, Point>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of texts.flatMap((text) => text.split('\n')).filter((one) => one !== '')) {
    const fields = line.split(',');
    const unit = fields[10]!;
    if (unit.endsWith('REG')) continue;
    const { multiplier } = points.get(fields[7]!)!;
    const key = `${fields[7]}/${unit}`;
    for (let i = 16; i < fields.length; i += 3) {
      const milli = Math.round(Number(fields[i]) * 1000);
      sums.set(key, (sums.get(key) ?? 0) + milli * multiplier);
    }
  }
  return sums;
}

describe('a hub whose processes are killed while it works', () => {
  let hub: HubDriver;
  let out: string;
  const random = randomOf(SEED);
  const killed: string[] = [];
  const usdps = new Map<string, string>();

  const folder = (day: string) => path.join(out, LDC, day);
  const filesOf = async (day: string) => {
    const names = (await readdir(folder(day))).sort();
    return Promise.all(
      names.map(async (name) => ({
        name,
        text: await readFile(path.join(folder(day), name), 'utf8'),
      })),
    );
  };
  const dayOf = (i: number) => `2026-06-${String(i + 1).padStart(2, '0')}`;
  const isTaken = async (org: string, name: string) =>
    (await readdir(hub.folder(org, 'archive'))).includes(name);
  const responseTo = async (org: string, fileId: string): Promise<Answer[]> =>
    (await answers(hub, org, /_(USDP|BQ)-RSP_/)).filter(({ header }) => header[7] === fileId);

  /** Drops a file and kills a service when it has come as far as is drawn. */
  async function dropAndKill(
    org: string,
    name: string,
    text: string,
    service: string,
  ): Promise<void> {
    // a part of a set is answered only with the sixth
    const moments = name.includes('_SYNC-') ? MOMENTS.slice(0, 2) : MOMENTS;
    const moment = moments[random(moments.length)]!;
    const before = (await Promise.all(ORGS.map((one) => hub.outbox(one)))).flat().length;
    await hub.drop(org, name, text);
    if (moment !== 'dropped') await hub.until(`${name} taken`, () => isTaken(org, name));
    if (moment === 'answered') {
      await hub.until(`an answer after ${name}`, async () => {
        return (await Promise.all(ORGS.map((one) => hub.outbox(one)))).flat().length > before;
      });
    }
    const pid = await hub.pid(service);
    await hub.kill(service);
    killed.push(`${service} ${moment} ${name}`);
    await hub.until(`${service} again`, async () => (await hub.pid(service)) !== pid);
  }

  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: '2026-06-11T12:00:00-05:00',
      env: { MDMR_SCHEDULE: 'off' },
    });
    out = path.join(hub.dataDir, 'simulated');
    const simulation = [
      '--ldcs',
      '1',
      '--sdps',
      SDPS,
      '--days',
      DAYS,
      '--from',
      FIRST,
      '--seed',
      7,
    ];
    await hub.mdmr('simulate', ...simulation.map(String), '--missing', '0', '--out', out);
    await enlist(hub, {
      orgs: { [LDC]: 'LDC', [AMI]: 'AMI_OPERATOR', [AGENT]: 'BILLING_AGENT' },
      delegations: [`${LDC} ${AMI} READS ${FIRST}`, `${LDC} ${AGENT} BILLING ${FIRST}`],
      amccs: [`${LDC}-HE --org ${AMI} --ldc ${LDC}`],
    });
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('is fed a stream of files while each service dies in turn', async () => {
    const [request] = await filesOf('2026-05-31');
    await dropAndKill(LDC, request!.name, request!.text, 'usdp');
    await hub.until('USDP IDs', async () => (await responseTo(LDC, `${LDC}-U-1`)).length > 0, 120);
    const [response] = await responseTo(LDC, `${LDC}-U-1`);
    for (const row of response!.rows) usdps.set(fieldsOf(row)[1]!, fieldsOf(row)[2]!);
    const file = path.join(hub.folder(LDC, 'outbox'), response!.name);
    await hub.mdmr('simulate', '--finish', file, '--out', out);

    const [first, ...others] = shuffled(SERVICES, random);
    const victims = [first!, ...others, ...shuffled(SERVICES, random)];
    const next = () => victims.shift()!;
    const parts = (await filesOf('2026-05-31')).filter(({ name }) => name.includes('_SYNC-'));
    for (const [i, { name, text }] of parts.entries()) {
      if (i % 3 === 2) await dropAndKill(LDC, name, text, next());
      else await hub.drop(LDC, name, text);
    }
    for (let day = 0; day < DAYS; day += 1) {
      for (const { name, text } of await filesOf(dayOf(day))) {
        await dropAndKill(AMI, name, text, next());
      }
      const more = csvFile(`HDR,USDP-REQ,1,${LDC},${LDC},MORE-${day},2026-06-11T12:00:00-05:00`, [
        `SDP,MORE-${day},`,
      ]);
      await hub.drop(LDC, `MORE-${day}.csv`, more);
    }
    const [bill] = (await filesOf('2026-06-11')).filter(({ name }) => name.includes('_BQ-REQ_'));
    await dropAndKill(AGENT, bill!.name, bill!.text, next());
    for (const service of victims) {
      const pid = await hub.pid(service);
      await hub.kill(service);
      killed.push(`${service} at the end`);
      await hub.until(`${service} again`, async () => (await hub.pid(service)) !== pid);
    }
    await hub.idle(300);
    expect(new Set(killed.map((one) => one.split(' ')[0]))).toEqual(new Set(SERVICES));
    // an item that was not ready at its first try is answered with the next response
    await hub.mdmr('clock', 'advance', 'PT15M');
  }, 600_000);

  it('has every record and value counted, applied and told once', async () => {
    const files = await custody(hub);
    expect(uncounted(files)).toEqual([]);
    expect(files.filter((f) => f.state !== 'DECIDED').map((f) => [f.name, f.state])).toEqual([]);
    const unapplied = files.filter((f) => f.applied !== f.in).map((f) => [f.name, f.in, f.applied]);
    expect(unapplied).toEqual([]);
    expect(files.filter((f) => f.unchanged + f.superseded > 0).map((f) => f.name)).toEqual([]);
    expect(files.map((f) => f.name).sort()).toEqual([...new Set(files.map((f) => f.name))].sort());
    expect(files).toHaveLength(1 + 6 + DAYS * 2 + 1);

    const all = await Promise.all(
      ORGS.map(async (org) => ({ org, told: await answers(hub, org) })),
    );
    const doubled: string[] = [];
    for (const { org, told } of all) {
      const seen = new Set<string>();
      for (const { name, header } of told) {
        // what a report is about; a response by its number
        const about = header[1]!.endsWith('-RSP') ? header.slice(7, 9).join('/') : header[8];
        const keys = [`file ${header[5]}`, `${header[1]} of ${about} for ${header[4]}`];
        for (const key of keys) {
          if (seen.has(key)) doubled.push(`${org} ${name}: ${key}`);
          seen.add(key);
        }
      }
    }
    expect(doubled).toEqual([]);
    const told = (org: string, kind: string) =>
      all.find((one) => one.org === org)!.told.filter(({ header }) => header[1] === kind).length;
    for (const [org, kind, count] of [
      [LDC, 'USDP-RSP', DAYS + 1],
      [LDC, 'US01', DAYS + 1],
      [LDC, 'IR06', 1],
      [LDC, 'IR07', 1],
      [LDC, 'IR14', 1],
      [LDC, 'DC07', DAYS],
      [AMI, 'DC07', DAYS],
      [LDC, 'BR07', 1],
      [AGENT, 'BR07', 1],
      [AGENT, 'IR17', 0],
      [LDC, 'IR17', 0],
    ] as const) {
      expect([org, kind, told(org, kind)]).toEqual([org, kind, count]);
    }
    for (const org of ORGS) {
      expect(await readdir(hub.folder(org, 'inbox'))).toEqual([]);
      const outbox = await readdir(hub.folder(org, 'outbox'));
      expect(outbox.filter((name) => name.endsWith('.part'))).toEqual([]);
    }
    const ids = [...usdps.values(), ...(await moreIds())];
    expect(new Set(ids).size).toBe(SDPS + DAYS);
  }, 120_000);

  const moreIds = async () => {
    const all = await answers(hub, LDC, /_USDP-RSP_/);
    const more = all.filter(({ header }) => header[7]!.startsWith('MORE-'));
    return more.flatMap(({ rows }) => rows.map((row) => fieldsOf(row)[2]!));
  };

  it('bills to the Wh what was sent', async () => {
    const text = await readFile(path.join(out, LDC, 'population.json'), 'utf8');
    const { points } = JSON.parse(text) as { points: (Point & { sdp_id: string })[] };
    const byMeter = new Map(points.map((point) => [point.meter_id, point]));
    const days = Array.from({ length: DAYS }, (_, i) => filesOf(dayOf(i)));
    const sent = sentWh(
      (await Promise.all(days)).flat().map(({ text: one }) => one),
      byMeter,
    );
    const responses = await responseTo(AGENT, `${LDC}-Q-1`);
    const numbers = responses.map(({ header }) => Number(header[8])).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(responses.filter(({ header }) => header[9] === 'Y')).toHaveLength(1);
    const billed = new Map<string, number>();
    const items = new Map<string, number>();
    for (const { header, rows } of responses) {
      for (const row of rows.map(fieldsOf).filter(([type]) => type === 'BQ')) {
        expect([...row.slice(15, 17), row[18]]).toEqual(['0', '0', '1']);
        const key = `${row[2]}/${row[8]}`;
        billed.set(key, (billed.get(key) ?? 0) + Math.round(Number(row[9]) * 1000));
        items.set(row[2]!, Number(header[8]));
      }
    }
    expect(items.size).toBe(SDPS);
    const expected = [...sent].map(([key, wh]) => {
      const [meter, channel] = key.split('/');
      return [`${usdps.get(byMeter.get(meter!)!.sdp_id)}/${channel}`, wh] as const;
    });
    expect([...billed].sort()).toEqual(expected.sort());
  }, 60_000);

  it('is the same rebuilt, every service', async () => {
    for (const service of SERVICES) {
      const said = await hub.say('rebuild', service, '--check');
      expect([service, said.code, said.json]).toEqual([
        service,
        0,
        expect.objectContaining({ equal: true }),
      ]);
    }
  }, 240_000);
});
