import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answers,
  cmepText,
  csvFile,
  dayTriples,
  dropSet,
  enlist,
  fieldsOf,
  flat,
  HubDriver,
  reportsOf,
  rowsOf,
  setFiles,
  setOf,
  usdpIds,
  wholeParts,
  type PointText,
} from './index.js';

const D = '2026-07-01';
const NEXT = '2026-07-02';
const NOW = '2026-07-02T08:00:00-05:00';

/**
 * MAPLE has M1 and M2, read by NORTHAMI and billed by BILLCO, and M3 of SOUTHAMI and OTHERBILL.
 * OAK has O1 of NORTHAMI, O2 and O3 of SOUTHAMI, all billed by OTHERBILL. O3 is what MAPLE and its
 * agents try to touch.
 */
interface Point {
  readonly sdp: string;
  readonly ldc: string;
  readonly ami: string;
  readonly agent: string;
  readonly amcc: string;
  readonly meter: string;
  readonly account: string;
}
const point = (sdp: string, ldc: string, ami: string, agent: string, amcc: string): Point => ({
  sdp,
  ldc,
  ami,
  agent,
  amcc,
  meter: `METER-${sdp}-X`,
  account: `ACCT-${sdp}-X`,
});
const POINTS: readonly Point[] = [
  point('M1', 'MAPLE', 'NORTHAMI', 'BILLCO', 'NA1'),
  point('M2', 'MAPLE', 'NORTHAMI', 'BILLCO', 'NA1'),
  point('M3', 'MAPLE', 'SOUTHAMI', 'OTHERBILL', 'SB1'),
  point('O1', 'OAK', 'NORTHAMI', 'OTHERBILL', 'NA1'),
  point('O2', 'OAK', 'SOUTHAMI', 'OTHERBILL', 'SA1'),
  point('O3', 'OAK', 'NORTHAMI', 'OTHERBILL', 'NA1'),
];
const ORGS = ['MAPLE', 'OAK', 'NORTHAMI', 'SOUTHAMI', 'BILLCO', 'OTHERBILL', 'HUBCO'];

describe('two LDCs and their agents', () => {
  let hub: HubDriver;
  const ids: Record<string, string> = {};
  const u = (sdp: string) => ids[sdp]!;

  /** What gives a service point away. */
  const marks = ({ sdp, meter, account }: Point) => [u(sdp), meter, account, `AMCD-${sdp}-X`];
  const mayKnow = (org: string, { ldc, ami, agent }: Point) => [ldc, ami, agent].includes(org);
  const ofPoints = (ldc: string, edit: (p: Point) => Partial<PointText> = () => ({})) =>
    POINTS.filter((p) => p.ldc === ldc).map((p) => ({
      usdp: u(p.sdp),
      from: D,
      service: 'STD,HOURLY,,R1',
      ...p,
      ...edit(p),
    }));
  const amcd = (record: string) => record.replace(/^(MTR,METER-(\w+)-X),[^,]+/, '$1,AMCD-$2-X');
  const partsOf = (ldc: string) => {
    const parts = wholeParts(ofPoints(ldc));
    return { ...parts, 2: parts[2]!.map(amcd) };
  };
  const line = (p: Point, hours = 24) =>
    cmepText({
      amcc: p.amcc,
      meter: p.meter,
      triples: dayTriples('20260701', flat('1.000', hours)),
    });
  const ask = (org: string, ldc: string, fileId: string, sdps: readonly string[]) => {
    const header = `HDR,BQ-REQ,1,${org},${ldc},${fileId},${NOW},`;
    const items = sdps.map((sdp) => `REQ,${u(sdp)},${D},${NEXT}`);
    return hub.drop(org, `${org}_BQ-REQ_${fileId}.csv`, csvFile(header, items));
  };

  beforeAll(async () => {
    hub = await HubDriver.start({ clock: NOW, env: { MDMR_SCHEDULE: 'off' } });
    await enlist(hub, {
      orgs: {
        MAPLE: 'LDC',
        OAK: 'LDC',
        NORTHAMI: 'AMI_OPERATOR',
        SOUTHAMI: 'AMI_OPERATOR',
        BILLCO: 'BILLING_AGENT',
        OTHERBILL: 'BILLING_AGENT',
        HUBCO: 'SME',
      },
      delegations: [
        `MAPLE NORTHAMI READS ${D}`,
        `MAPLE SOUTHAMI READS ${D}`,
        `OAK NORTHAMI READS ${D}`,
        `OAK SOUTHAMI READS ${D}`,
        `MAPLE BILLCO BILLING ${D}`,
        `MAPLE OTHERBILL BILLING ${D}`,
        `OAK OTHERBILL BILLING ${D}`,
      ],
      amccs: [
        'NA1 --org NORTHAMI --ldc MAPLE --ldc OAK',
        'SA1 --org SOUTHAMI --ldc OAK',
        'SB1 --org SOUTHAMI --ldc MAPLE',
      ],
    });
    for (const ldc of ['MAPLE', 'OAK']) {
      const sdps = POINTS.filter((p) => p.ldc === ldc).map((p) => p.sdp);
      Object.assign(ids, await usdpIds(hub, ldc, sdps));
    }
    for (const ldc of ['MAPLE', 'OAK']) await dropSet(hub, setOf(ldc, 'PSYNC', 1, partsOf(ldc)));
    await hub.idle();
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('lets everyone do a day of work, and try what is not theirs', async () => {
    const by = (amccs: string[]) => POINTS.filter((p) => amccs.includes(p.amcc));
    // M2 and O1 lack hours, O3 has no reads; of each head-end something nobody knows
    const lines = (amcc: string) =>
      by([amcc])
        .filter((p) => p.sdp !== 'O3')
        .map((p) => line(p, ['M2', 'O1'].includes(p.sdp) ? 20 : 24));
    const stray = (amcc: string) => line({ ...POINTS[0]!, amcc, meter: `STRAY-${amcc}` }, 2);
    for (const amcc of ['NA1', 'SA1', 'SB1']) {
      const org = amcc === 'NA1' ? 'NORTHAMI' : 'SOUTHAMI';
      await hub.drop(org, `${amcc}.cmep`, `${[...lines(amcc), stray(amcc)].join('\n')}\n`);
    }
    await hub.drop('NORTHAMI', 'foreign.cmep', `${stray('SB1')}\n`);
    await hub.idle();

    await ask('BILLCO', 'MAPLE', 'BC-1', ['M1', 'M2', 'M3', 'O3']);
    await ask('OTHERBILL', 'MAPLE', 'OB-1', ['M3']);
    await ask('OTHERBILL', 'OAK', 'OB-2', ['O1', 'O2']);
    await ask('MAPLE', 'MAPLE', 'MP-1', ['M1', 'M2', 'M3']);
    await ask('OAK', 'OAK', 'OK-1', ['O1', 'O2']);
    await ask('BILLCO', 'OAK', 'BC-2', ['M1']);
    await ask('MAPLE', 'OAK', 'MP-2', ['M1']);
    // MAPLE's set reaches for what OAK has: its point, its meter, its communication module
    await dropSet(
      hub,
      setOf('MAPLE', 'ISYNC', 2, {
        1: [`SDP,${u('O3')},O3,${D},ACTIVE,,,EASTERN,RESIDENTIAL`],
        2: [
          `MTR,METER-O3-X,AMCD-NEW,NA1,${D},60,1,6,KWH,3`,
          `MTR,METER-NEW,AMCD-O1-X,NA1,${D},60,1,6,KWH,3`,
        ],
        3: [`INS,${u('M1')},METER-O3-X,${D}T05:00:00-05:00`],
      }),
    );
    await dropSet(hub, setOf('OAK', 'ISYNC', 2, {}, { org: 'MAPLE', setId: 'MAPLE-FOR-OAK' }), [1]);
    const sixth = setFiles(setOf('OAK', 'ISYNC', 2, {}))[0]!;
    await hub.drop('MAPLE', `as ${sixth.name}`, sixth.content);
    await dropSet(hub, setOf('OAK', 'ISYNC', 2, {}), [1, 2, 3, 4, 5]);
    await hub.idle();
    await hub.mdmr('schedule', 'run', 'interim', '--day', D);
    await hub.mdmr('schedule', 'run', 'final', '--day', D);
    // late hours, then everything told again
    await hub.drop(
      'NORTHAMI',
      'late.cmep',
      `${[line(POINTS[1]!), line(POINTS[3]!), line(POINTS[0]!).replaceAll('1.000', '1.500')].join('\n')}\n`,
    );
    await hub.drop('SOUTHAMI', 'late.cmep', `${line(POINTS[2]!).replaceAll('1.000', '1.500')}\n`);
    await hub.drop('SOUTHAMI', 'late o.cmep', `${line(POINTS[4]!).replaceAll('1.000', '1.500')}\n`);
    await hub.mdmr('clock', 'advance', 'PT3H');
    await hub.mdmr('schedule', 'run', 'interim', '--day', D);
    await hub.mdmr('schedule', 'run', 'final', '--day', D);
    await hub.idle();
  }, 240_000);

  it('told everyone something, so that there is something to keep apart', async () => {
    const some: [string, string, string, number][] = [
      ['MAPLE', 'BR03', 'MAPLE', 2],
      ['BILLCO', 'BR03', 'MAPLE', 1],
      ['OTHERBILL', 'BR03', 'MAPLE', 1],
      ['OTHERBILL', 'BR03', 'OAK', 1],
      ['OAK', 'BR03', 'OAK', 1],
    ];
    for (const [org, report, ldc, count] of some) {
      const rows = (await rowsOf(hub, org, report, `FINAL-${D}.2`, ldc)).filter((row) =>
        row.includes(',CHANGED,'),
      );
      expect([org, report, ldc, rows.length]).toEqual([org, report, ldc, count]);
    }
    for (const org of ['MAPLE', 'OAK', 'NORTHAMI', 'SOUTHAMI']) {
      expect((await reportsOf(hub, org, 'DC04')).flatMap(({ rows }) => rows)).not.toEqual([]);
      expect((await reportsOf(hub, org, 'DC01')).flatMap(({ rows }) => rows)).not.toEqual([]);
    }
    for (const ldc of ['MAPLE', 'OAK']) {
      expect((await reportsOf(hub, ldc, 'VE02')).flatMap(({ rows }) => rows)).not.toEqual([]);
    }
  });

  it('puts nothing of one into the outbox of another', async () => {
    const leaks: string[] = [];
    for (const org of ORGS) {
      for (const { name, header, lines } of await answers(hub, org)) {
        const ldc = header[4]!;
        if (header[1] === 'IR17') continue;
        const isForeign = (p: Point) => !mayKnow(org, p) || (ldc !== '' && p.ldc !== ldc);
        for (const p of POINTS.filter(isForeign)) {
          for (const row of lines.filter((one) => marks(p).some((mark) => one.includes(mark)))) {
            leaks.push(`${org} in ${name}: ${row}`);
          }
        }
        if (['MAPLE', 'OAK'].includes(org) && ldc !== org) leaks.push(`${org} has ${name}`);
      }
    }
    // what MAPLE and BILLCO wrote themselves they may read again, in what refuses it
    const said = [u('O3'), u('M3'), 'METER-O3-X'];
    const own = leaks.filter((leak) => {
      const fields = fieldsOf(leak.slice(leak.indexOf(': ') + 2));
      const told = fields.slice(1).join(',');
      return (
        /^(MAPLE|BILLCO) in \w+_(IR07|IR14|IR08|BR07)_/.test(leak) &&
        said.some((mark) => told.includes(mark))
      );
    });
    expect(leaks.filter((leak) => !own.includes(leak))).toEqual([]);
    expect(await hub.outbox('HUBCO', /_(IR|BR0[1-7]|DC|VE|BQ|USDP)/)).toEqual([]);
  });

  it('says why it refuses, and no word more', async () => {
    expect(await rowsOf(hub, 'MAPLE', 'IR07', 'MAPLE-S-2')).toEqual([
      `ROW,MAPLE-S-2.1,2,MAPLE-S-2,1,${u('O3')},SDP/${u('O3')},usdp_id,WRONG_LDC,${u('O3')}`,
    ]);
    const relations = (await rowsOf(hub, 'MAPLE', 'IR14', 'MAPLE-S-2')).map((row) => fieldsOf(row));
    expect(relations.map((row) => row.slice(6, 8))).toEqual([
      ['MTR/METER-O3-X', 'METER_ID_CONFLICT'],
      ['MTR/METER-NEW', 'AMCD_CONFLICT'],
      [`INS/${u('M1')}/METER-O3-X/${D}T05:00:00-05:00`, 'DEPENDS_ON_REJECTED'],
    ]);
    // which meter has the module is OAK's own affair
    expect(relations[1]![8]).toBe('');
    // told after the first try; at the end nothing more had ended, which is told too
    const ended = (await reportsOf(hub, 'BILLCO', 'IR08', { run: 'BC-1' })).map(({ rows }) => rows);
    expect(ended.sort((a, b) => b.length - a.length)).toEqual([
      [
        `ROW,BC-1,4,BC-1,${u('M3')},${D},${NEXT},NOT_AUTHORIZED,`,
        `ROW,BC-1,5,BC-1,${u('O3')},${D},${NEXT},UNKNOWN_USDP,`,
      ],
      [],
    ]);
    for (const [org, run] of [
      ['BILLCO', 'BC-2'],
      ['MAPLE', 'MP-2'],
      ['MAPLE', 'OAK-S-2.1'],
    ] as const) {
      const told = await reportsOf(hub, org, 'IR17', { run });
      expect(
        told
          .map(({ rows }) => fieldsOf(rows[0]!)[4])
          .filter((r) => !/^(NOT_AUTHORIZED|SENDER_MISMATCH)$/.test(r!)),
      ).toEqual([]);
      expect(told.length).toBeGreaterThan(0);
    }
    // OAK's own set was not touched by who pretended: incomplete for want of its sixth part
    expect(await rowsOf(hub, 'OAK', 'IR10', 'OAK-S-2')).toEqual([
      'ROW,OAK-S-2,2,INCOMPLETE,1+2+3+4+5,6,,2',
    ]);
    expect(await reportsOf(hub, 'OAK', 'IR17')).toEqual([]);
    const returned = async (org: string) =>
      (await readdir(path.join(hub.folder(org, 'outbox'), 'returned')).catch(() => [])).sort();
    expect(await returned('OAK')).toEqual(['OAK-S-2']);
    expect(await returned('MAPLE')).toEqual([]);
  });

  it('answers a command that names one about that one only', async () => {
    const { files } = await hub.mdmr<{ files: { org: string }[] }>(
      'files',
      'list',
      '--org',
      'BILLCO',
    );
    expect(new Set(files.map((f) => f.org))).toEqual(new Set(['BILLCO']));
    const foreign = POINTS.filter((p) => !mayKnow('BILLCO', p)).flatMap(marks);
    const { reports } = await hub.mdmr<{ reports: { recipient: string; ldc: string }[] }>(
      'reports',
      'list',
      '--org',
      'BILLCO',
    );
    expect(new Set(reports.map((r) => r.recipient))).toEqual(new Set(['BILLCO']));
    const texts: unknown[] = [
      await hub.mdmr('reports', 'get', 'BR03', '--org', 'BILLCO'),
      await hub.mdmr(
        'reports',
        'get',
        'BR03',
        '--org',
        'BILLCO',
        '--run',
        `FINAL-${D}.2`,
        '--anew',
      ),
      await hub.mdmr('org', 'show', 'BILLCO'),
    ];
    for (const mark of foreign) expect(JSON.stringify(texts)).not.toContain(mark);
    const oaks = POINTS.filter((p) => p.ldc === 'OAK').flatMap(marks);
    const maple: unknown[] = [
      await hub.mdmr('reports', 'get', 'DC04', '--org', 'MAPLE', '--anew'),
      await hub.mdmr('param', 'show', '--ldc', 'MAPLE'),
      await hub.mdmr('sync', 'show', 'MAPLE', 'MAPLE-S-1'),
    ];
    for (const mark of oaks) expect(JSON.stringify(maple)).not.toContain(mark);
    expect((await hub.say('sync', 'show', 'MAPLE', 'OAK-S-1')).code).toBe(1);
    expect((await hub.say('files', 'show', 'BILLCO/OB-1')).code).toBe(1);

    const before = await hub.outbox('OAK');
    await hub.mdmr('schedule', 'run', 'interim', '--day', D, '--org', 'MAPLE');
    await hub.idle();
    expect(await hub.outbox('OAK')).toEqual(before);
    const all = await answers(hub, 'NORTHAMI', /_DC0[14]_/);
    const third = all.filter(({ header }) => header[8] === `INTERIM-${D}.3`);
    expect(third.filter(({ header }) => header[4] === 'OAK')).toEqual([]);
    expect(third.filter(({ header }) => header[4] === 'MAPLE')).toHaveLength(2);
  }, 120_000);
});
