import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cmepText,
  csvFile,
  custody,
  dayTriples,
  dropSet,
  enlist,
  fieldsOf,
  flat,
  HubDriver,
  reportsOf,
  setOf,
  uncounted,
  usdpIds,
  wholeParts,
  type Answer,
} from './index.js';
import {
  appliedFiles,
  exchangeParts,
  firstParts,
  HELD,
  HOURS_AFTER,
  HOURS_BEFORE,
  MAPLE_SDPS,
  repairParts,
} from './read-cast.js';
import { LINES, march, november, RANKED } from './read-lines.js';

const COLUMNS =
  'COL,file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,' +
  'rejected,reason,file_name';
const D = '2026-07-01';
const DAY = `${D}T01:00:00-05:00,2026-07-02T00:00:00-05:00`;

const xId = (content: string) =>
  `x${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
const fileOf = (lines: readonly string[]) => `${lines.join('\n')}\n`;
const unknown = (meter: string, amcc = 'NA2') =>
  cmepText({ amcc, meter, triples: dayTriples('20260701', flat('0.100')) });

describe('meter reads', () => {
  let hub: HubDriver;
  let ids: Record<string, string>;
  let oak: Record<string, string>;
  const u = (sdp: string) => ids[sdp]!;

  const drop = (name: string, lines: readonly string[]) =>
    hub.drop('NORTHAMI', name, fileOf(lines));
  /** DC07 about a file by its name, to a recipient, for an LDC. */
  const dc07 = async (org: string, name: string, ldc: string): Promise<Answer> => {
    const all = await reportsOf(hub, org, 'DC07', { ldc });
    const found = all.filter(({ rows }) => rows.some((row) => fieldsOf(row).at(-1) === name));
    expect([org, name, ldc, found.length]).toEqual([org, name, ldc, 1]);
    expect(found[0]!.lines[1]).toBe(COLUMNS);
    return found[0]!;
  };
  /** Rows without `ROW,file_id` and file_name. */
  const rows = async (org: string, name: string, ldc: string): Promise<string[]> => {
    const { header, rows: all } = await dc07(org, name, ldc);
    const head = `ROW,${header[8]},`;
    const tail = `,${name}`;
    expect(all.every((row) => row.startsWith(head) && row.endsWith(tail))).toBe(true);
    return all.map((row) => row.slice(head.length, -tail.length));
  };
  /** Rows of DC04 of one interim run without file_id and line. */
  const dc04 = async (org: string, run: string, ldc = 'MAPLE'): Promise<string[]> => {
    const found = await reportsOf(hub, org, 'DC04', { run, ldc });
    expect(found).toHaveLength(1);
    expect(found[0]!.lines[1]).toBe(
      'COL,file_id,line,meter_id,amcd_id,channel,first,last,values,reason,state,usdp_id,from_usdp_id,file_name',
    );
    return found[0]!.rows.map((row) => row.split(',').slice(3).join(','));
  };
  const ask = (fileId: string, items: readonly string[]) =>
    hub.drop(
      'MAPLE',
      `${fileId}.csv`,
      csvFile(`HDR,BQ-REQ,1,MAPLE,MAPLE,${fileId},2026-07-02T10:00:00-05:00,`, items),
    );
  const answered = async (fileId: string): Promise<Answer> => {
    const all = await reportsOf(hub, 'MAPLE', 'BQ-RSP');
    const found = all.filter(({ header }) => header[7] === fileId);
    expect(found).toHaveLength(1);
    expect(found[0]!.header.slice(8)).toEqual(['1', 'Y']);
    return found[0]!;
  };
  const hours = ({ rows: all }: Answer, sdp: string, channel = 'KWH') =>
    all
      .filter((row) => row.startsWith('HRL,'))
      .map(fieldsOf)
      .filter((row) => row[3] === u(sdp) && row[5] === channel)
      .map((row) => row.slice(7));

  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: '2025-11-03T06:00:00-05:00',
      env: { MDMR_SCHEDULE: 'off' },
    });
    await enlist(hub, {
      orgs: {
        MAPLE: 'LDC',
        OAK: 'LDC',
        NORTHAMI: 'AMI_OPERATOR',
        SOUTHAMI: 'AMI_OPERATOR',
      },
      delegations: ['MAPLE NORTHAMI READS', 'OAK NORTHAMI READS', 'MAPLE SOUTHAMI READS'],
      amccs: [
        'NA1 --org NORTHAMI --ldc MAPLE --ldc OAK',
        'NA2 --org NORTHAMI --ldc MAPLE',
        'SA1 --org SOUTHAMI --ldc MAPLE',
        'DA1 --org NORTHAMI --ldc MAPLE --key AMCD',
        'UA1 --org NORTHAMI --ldc MAPLE --stamps UTC',
        'XA1 --org NORTHAMI --ldc MAPLE --multiplied',
      ],
    });
    ids = await usdpIds(hub, 'MAPLE', MAPLE_SDPS);
    oak = await usdpIds(hub, 'OAK', ['O1']);
    const point = { usdp: oak['O1']!, sdp: 'O1', meter: 'OM-1', amcc: 'NA1', from: '2026-06-01' };
    await dropSet(hub, setOf('MAPLE', 'ISYNC', 1, firstParts(u)));
    await dropSet(hub, setOf('MAPLE', 'ISYNC', 2, exchangeParts(u)));
    await dropSet(hub, setOf('OAK', 'ISYNC', 1, wholeParts([{ ...point, ami: 'NORTHAMI' }])));
    await hub.idle();
    for (const [ldc, set] of [
      ['MAPLE', 1],
      ['MAPLE', 2],
      ['OAK', 1],
    ] as const) {
      for (const report of ['IR07', 'IR14']) {
        const told = await reportsOf(hub, ldc, report, { run: `${ldc}-S-${set}` });
        expect(told.map((one) => one.rows)).toEqual([[]]);
      }
    }
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('does not take the local clock for EST, in November and in March', async () => {
    const before = cmepText({
      amcc: 'NA1',
      meter: 'LM-1',
      triples: dayTriples('20251101', flat('0.5')),
    });
    const meters = [1, 2, 3, 4].map((n) => `LM-${n}`);
    // files that are worked on at the same time may count each other's values; these must not
    await drop('nov half.cmep', [before, ...meters.map((m, i) => november(m, i >= 2))]);
    await drop(
      'nov one.cmep',
      meters.map((m, i) => november(m, i === 3)),
    );
    await hub.idle();
    await hub.mdmr('clock', 'set', '2026-03-09T06:00:00-05:00');
    await drop(
      'mar half.cmep',
      meters.map((m, i) => (i < 2 ? march(m, 3) : march(m))),
    );
    await drop(
      'mar other.cmep',
      meters.map((m, i) => (i < 2 ? march(m, 3, 4) : march(m))),
    );
    await hub.idle();
    await drop(
      'mar one.cmep',
      meters.map((m, i) => (i < 1 ? march(m, 3) : march(m))),
    );
    await hub.idle();

    const refused = (line: number, meter: string, values: number, reason = 'LOCAL_CLOCK') =>
      `${line},${meter},KWH,,,1,${values},0,0,0,0,${values},${reason}`;
    const november1 = '2025-11-01T01:00:00-05:00,2025-11-02T00:00:00-05:00';
    expect(await rows('NORTHAMI', 'nov half.cmep', 'MAPLE')).toEqual([
      `,,,${november1},5,122,24,0,0,0,98,`,
      refused(2, 'LM-1', 24),
      refused(3, 'LM-2', 24),
      refused(4, 'LM-3', 25),
      refused(5, 'LM-4', 25),
    ]);
    expect(await rows('MAPLE', 'nov one.cmep', 'MAPLE')).toEqual([
      ',,,2025-11-02T01:00:00-05:00,2025-11-03T00:00:00-05:00,4,97,72,0,0,0,25,',
      refused(4, 'LM-4', 25, 'OVERLAPS_ITSELF'),
    ]);
    expect(await rows('NORTHAMI', 'mar half.cmep', 'MAPLE')).toEqual([
      ',,,,,4,94,0,0,0,0,94,',
      refused(1, 'LM-1', 23),
      refused(2, 'LM-2', 23),
      refused(3, 'LM-3', 24),
      refused(4, 'LM-4', 24),
    ]);
    const march8 = '2026-03-08T01:00:00-05:00,2026-03-09T00:00:00-05:00';
    expect(await rows('NORTHAMI', 'mar other.cmep', 'MAPLE')).toEqual([
      `,,,${march8},4,92,92,0,0,0,0,`,
    ]);
    expect(await rows('NORTHAMI', 'mar one.cmep', 'MAPLE')).toEqual([
      `,,,${march8},4,95,95,92,0,0,0,`,
    ]);
  }, 240_000);

  it('takes what comes in July, in any order', async () => {
    await hub.mdmr('clock', 'set', '2026-07-02T09:00:00-05:00');
    await drop(
      'lines.cmep',
      LINES.map(({ line }) => line),
    );
    for (const { name, lines } of RANKED) {
      await drop(name, lines);
      await hub.idle();
    }
    await drop('again.cmep', RANKED[1]!.lines);
    await drop(
      'held.cmep',
      HELD.map(([, line]) => line),
    );
    await drop('unknown.cmep', [unknown('HD-1'), unknown('HD-2')]);
    await drop('two.cmep', [
      cmepText({ amcc: 'NA1', meter: 'RM-2', triples: dayTriples('20260627', flat('0.5')) }),
      cmepText({ amcc: 'NA1', meter: 'OM-1', triples: dayTriples('20260627', flat('0.5', 12)) }),
      cmepText({ amcc: 'NA1', meter: 'NOBODY', triples: dayTriples('20260627', flat('0.5', 6)) }),
    ]);
    for (const { name, content } of appliedFiles()) await hub.drop('NORTHAMI', name, content);
    await hub.idle();
    const files = await custody(hub);
    expect(uncounted(files)).toEqual([]);
    expect(files.filter((f) => f.state === 'REFUSED').map((f) => f.name)).toEqual([]);
  }, 240_000);

  it('rejects a line whole, for the first reason that holds, and notes the rest', async () => {
    const expected = (isAlone: boolean) =>
      LINES.flatMap(({ row, isAlone: alone = false }, i) =>
        row === null || alone !== isAlone ? [] : [{ line: i + 1, row }],
      );
    for (const [ldc, isAlone] of [
      ['MAPLE', false],
      ['', true],
    ] as const) {
      const [total, ...told] = await rows('NORTHAMI', 'lines.cmep', ldc);
      const wrong = expected(isAlone).flatMap(({ line, row }) => {
        const found = told
          .filter((one) => one.startsWith(`${line},`))
          .map((one) => one.slice(`${line},`.length));
        const isRight =
          found.length === 1 && (typeof row === 'string' ? found[0] === row : row.test(found[0]!));
        return isRight ? [] : [`${line}\n  is  ${found.join(' / ')}\n  not ${row}`];
      });
      expect(wrong).toEqual([]);
      expect(told).toHaveLength(expected(isAlone).length);
      const mine = LINES.filter(({ isAlone: alone = false }) => alone === isAlone);
      const values = mine.reduce((sum, one) => sum + one.values, 0);
      const stored = mine.reduce((sum, one) => sum + (one.stored ?? 0), 0);
      const span = isAlone ? ',' : '2026-03-20T01:00:00-05:00,2026-07-02T09:03:00-05:00';
      const unchanged = isAlone ? 0 : 1;
      expect(total).toBe(
        `,,,${span},${mine.length},${values},${stored},${unchanged},0,0,${values - stored},`,
      );
    }
    expect((await dc07('MAPLE', 'lines.cmep', 'MAPLE')).rows).toEqual(
      (await dc07('NORTHAMI', 'lines.cmep', 'MAPLE')).rows,
    );
    const content = fileOf(LINES.map(({ line }) => line));
    const { header } = await dc07('MAPLE', 'lines.cmep', 'MAPLE');
    expect([...header.slice(0, 5), ...header.slice(7, 11)]).toEqual([
      'HDR',
      'DC07',
      '1',
      'MDMR',
      'MAPLE',
      'MAPLE',
      xId(content),
      '2026-07-02',
      '2026-07-03',
    ]);
    const shown = await hub.mdmr<{ lines: { line: number; state: string; reason: string }[] }>(
      'files',
      'show',
      'NORTHAMI/lines.cmep',
    );
    const rejected = LINES.flatMap(({ stored }, i) => (stored === undefined ? [i + 1] : []));
    const shownRejected = shown.lines.filter(({ state }) => state === 'REJECTED');
    expect(shownRejected.map(({ line }) => line)).toEqual(rejected);
  }, 60_000);

  it('answers each LDC about its own lines, and nobody else about lines of none', async () => {
    expect(await rows('NORTHAMI', 'two.cmep', 'MAPLE')).toEqual([
      ',,,2026-06-27T01:00:00-05:00,2026-06-28T00:00:00-05:00,1,24,24,0,0,0,0,',
    ]);
    const oaks = [',,,2026-06-27T01:00:00-05:00,2026-06-27T12:00:00-05:00,1,12,12,0,0,0,0,'];
    expect(await rows('NORTHAMI', 'two.cmep', 'OAK')).toEqual(oaks);
    expect(await rows('OAK', 'two.cmep', 'OAK')).toEqual(oaks);
    const six = '2026-06-27T01:00:00-05:00,2026-06-27T06:00:00-05:00,1,6,0,0,0,6,0';
    expect(await rows('NORTHAMI', 'two.cmep', '')).toEqual([
      `,,,${six},`,
      `3,NOBODY,KWH,${six},UNKNOWN_METER`,
    ]);
    expect(await reportsOf(hub, 'OAK', 'DC07')).toHaveLength(1);
    expect(await reportsOf(hub, 'MAPLE', 'DC07', { ldc: '' })).toEqual([]);
    expect(await reportsOf(hub, 'SOUTHAMI', 'DC07')).toEqual([]);
  });

  it('merges by rank, then by custody, and says what made no difference', async () => {
    const span = '2026-06-30T01:00:00-05:00,2026-07-01T00:00:00-05:00';
    expect(await rows('MAPLE', 'rank1.cmep', 'MAPLE')).toEqual([`,,,${span},2,47,47,0,0,0,0,`]);
    expect(await rows('MAPLE', 'rank2.cmep', 'MAPLE')).toEqual([`,,,${span},2,9,9,2,2,0,0,`]);
    expect(await rows('MAPLE', 'again.cmep', 'MAPLE')).toEqual([`,,,${span},2,9,9,7,2,0,0,`]);
  });

  it('holds what has no service point, and says why', async () => {
    const [total, ...told] = await rows('MAPLE', 'held.cmep', 'MAPLE');
    expect(total).toBe(`,,,${D}T00:30:00-05:00,2026-07-02T00:00:00-05:00,9,240,23,0,0,217,0,`);
    expect(told).toEqual(
      HELD.map(([meter, , reason], i) => {
        const channel = meter === 'HM-3' ? 'GKWH' : 'KWH';
        const eleven = `${D}T11:00:00-05:00`;
        if (meter === 'HM-5')
          return `${i + 1},${meter},${channel},${eleven},${eleven},1,1,0,0,0,1,0,${reason}`;
        const span = meter === 'HM-4' ? DAY.replace('01:00', '00:30') : DAY;
        const count = meter === 'HM-4' ? 48 : 24;
        return `${i + 1},${meter},${channel},${span},1,${count},0,0,0,${count},0,${reason}`;
      }),
    );
    const status = await hub.mdmr<{ held_values: number }>('status');
    expect(status.held_values).toBe(217 + 48 + 6);
  });

  it('lists what is held in the interim run, and bills what is applied', async () => {
    await hub.mdmr('schedule', 'run', 'interim', '--day', D);
    await ask('MQ-1', [
      ...Object.keys(HOURS_BEFORE).map((sdp) => `REQ,${u(sdp)},${D},2026-07-02`),
      ...['R2', 'R3'].map((sdp) => `REQ,${u(sdp)},2026-06-30,${D}`),
    ]);
    await hub.idle();
    const held = await dc04('MAPLE', `INTERIM-${D}`);
    expect(await dc04('NORTHAMI', `INTERIM-${D}`)).toEqual(held);
    const expected = [
      ...HELD,
      ['HD-1', '', 'UNKNOWN_METER'],
      ['HD-2', '', 'UNKNOWN_METER'],
    ] as const;
    for (const [meter, , reason] of expected) {
      const mine = held.filter((row) => row.startsWith(`${meter},`));
      const values = meter === 'HM-5' ? 1 : meter === 'HM-4' ? 48 : 24;
      expect(mine).toEqual([
        expect.stringMatching(new RegExp(`,${values},${reason},HELD,[^,]*,,[a-z]+\\.cmep$`)),
      ]);
    }
    expect(held.filter((row) => /^H[MD]-/.test(row))).toHaveLength(expected.length);
    expect(held.some((row) => row.startsWith('NOBODY,'))).toBe(false);
    const rejected = (isAlone: boolean) =>
      LINES.filter((line) => line.stored === undefined && (line.isAlone ?? false) === isAlone);
    const refused = held.filter((row) => row.endsWith(',REJECTED,,,lines.cmep'));
    expect(refused).toHaveLength(rejected(false).length);
    const six = '2026-06-27T01:00:00-05:00,2026-06-27T06:00:00-05:00,6';
    expect((await dc04('NORTHAMI', `INTERIM-${D}`, '')).sort()).toEqual([
      ',,,,,1,NOT_CMEP,REJECTED,,,lines.cmep',
      `NOBODY,,KWH,${six},UNKNOWN_METER,HELD,,,two.cmep`,
      'RM-1,,KWH,,,2,NOT_AUTHORIZED,REJECTED,,,lines.cmep',
    ]);

    const response = await answered('MQ-1');
    for (const [sdp, expectedHours] of Object.entries(HOURS_BEFORE)) {
      expect([sdp, ...hours(response, sdp)]).toEqual([sdp, expectedHours]);
    }
    const r2 = ['1.000', '1.000', '3.000', '1.000', '5.000', '6.000', ...flat('1.000', 18)];
    expect(hours(response, 'R2')).toEqual([r2]);
    const r3 = [...flat('1.000', 21), '2.200', '1.000', '4.000'];
    expect(hours(response, 'R3')).toEqual([r3]);
    const counts = (sdp: string) =>
      response.rows
        .map(fieldsOf)
        .filter((row) => row[0] === 'BQ' && row[2] === u(sdp))
        .map((row) => [row[9], ...row.slice(14, 17)]);
    expect(counts('R2')).toEqual([['35.000', '24', '0', '0']]);
    expect(counts('R3')).toEqual([['28.200', '24', '1', '0']]);
    expect(counts('X1')).toEqual([['34.100', '24', '0', '0']]);
    expect(counts('X2')).toEqual([['17.800', '24', '0', '0']]);
  }, 120_000);

  it('applies and moves by itself when the directory allows', async () => {
    await hub.mdmr('org', 'revoke', 'OAK', 'NORTHAMI', '--function', 'READS');
    await drop('revoked.cmep', [
      cmepText({ amcc: 'NA1', meter: 'OM-1', triples: dayTriples('20260628', flat('0.5')) }),
      cmepText({ amcc: 'NA1', meter: 'RM-2', triples: dayTriples('20260628', flat('0.5')) }),
    ]);
    await hub.mdmr('hold', 'discard', 'NA2', '--meter', 'HD-1');
    await dropSet(hub, setOf('MAPLE', 'ISYNC', 3, repairParts(u)));
    await hub.idle();
    for (const report of ['IR07', 'IR14']) {
      const told = await reportsOf(hub, 'MAPLE', report, { run: 'MAPLE-S-3' });
      expect(told.map((one) => one.rows)).toEqual([[]]);
    }
    await hub.mdmr('schedule', 'run', 'interim', '--day', D);
    await ask(
      'MQ-2',
      [...Object.keys(HOURS_AFTER), 'H3'].map((sdp) => `REQ,${u(sdp)},${D},2026-07-02`),
    );
    await hub.idle();

    const told = await dc04('MAPLE', `INTERIM-${D}.2`);
    for (const [meter] of HELD) {
      const sdp = meter.replace('HM-', 'H');
      const values = meter === 'HM-5' ? 1 : meter === 'HM-4' ? 48 : 24;
      const mine = told.filter((row) => row.startsWith(`${meter},`));
      expect(mine).toEqual([
        expect.stringMatching(new RegExp(`,${values},[A-Z_]*,APPLIED,${u(sdp)},,held\\.cmep$`)),
      ]);
    }
    for (const [meter, from, to] of [
      ['CM-1', 'C1', 'C2'],
      ['CM-2', 'C2', 'C1'],
    ] as const) {
      const mine = told.filter((row) => row.startsWith(`${meter},`));
      expect(mine).toEqual([
        expect.stringMatching(
          new RegExp(`,KWH,${DAY},24,[A-Z_]*,MOVED,${u(to)},${u(from)},applied\\.cmep$`),
        ),
      ]);
    }
    expect(told.filter((row) => row.startsWith('HD-1,'))).toEqual([
      expect.stringMatching(/,24,HELD_EXPIRED,REJECTED,,,unknown\.cmep$/),
    ]);
    expect(told.filter((row) => row.startsWith('HD-2,'))).toEqual([
      expect.stringMatching(/,24,UNKNOWN_METER,HELD,,,unknown\.cmep$/),
    ]);
    expect(told).toHaveLength(HELD.length + 4);

    const response = await answered('MQ-2');
    for (const [sdp, expectedHours] of Object.entries(HOURS_AFTER)) {
      expect([sdp, ...hours(response, sdp)]).toEqual([sdp, expectedHours]);
    }
    expect(hours(response, 'H3')).toEqual([flat('0.310')]);
    expect(hours(response, 'H3', 'GKWH')).toEqual([flat('0.300')]);
  }, 180_000);

  it('refuses lines of an LDC that no longer delegates, and tells it nothing', async () => {
    expect(await rows('NORTHAMI', 'revoked.cmep', 'MAPLE')).toEqual([
      ',,,2026-06-28T01:00:00-05:00,2026-06-29T00:00:00-05:00,1,24,24,0,0,0,0,',
    ]);
    expect(await rows('NORTHAMI', 'revoked.cmep', '')).toEqual([
      ',,,,,1,24,0,0,0,0,24,',
      '1,OM-1,KWH,,,1,24,0,0,0,0,24,NOT_AUTHORIZED',
    ]);
    expect(await reportsOf(hub, 'OAK', 'DC07')).toHaveLength(1);
  });

  it('holds again what the directory takes back, and counts it all as of now', async () => {
    await dropSet(
      hub,
      setOf('MAPLE', 'ISYNC', 4, {
        1: [`SDP,${u('R2')},R2,2026-06-30,RETIRED,,,EASTERN,RESIDENTIAL`],
      }),
    );
    await hub.idle();
    await hub.mdmr('schedule', 'run', 'interim', '--day', D);
    await hub.idle();
    const told = (await dc04('MAPLE', `INTERIM-${D}.3`)).filter((row) => row.startsWith('RM-2,'));
    expect(told.every((row) => row.includes(',SDP_RETIRED,HELD,'))).toBe(true);
    // what counts of 30 June: 19 hours of the first file, 3 of the second, and the last to say 1.000
    const values = told.map((row) => Number(row.split(',')[5])).reduce((a, b) => a + b, 0);
    expect(values).toBeGreaterThanOrEqual(24);
    const files = await custody(hub);
    expect(uncounted(files)).toEqual([]);
    const counts = (name: string) => {
      const { state, applied, held, rejected } = files.find((f) => f.name === name)!;
      return { state, applied, held, rejected };
    };
    expect(counts('held.cmep')).toEqual({ state: 'DECIDED', applied: 240, held: 0, rejected: 0 });
    expect(counts('unknown.cmep')).toEqual({
      state: 'DECIDED',
      applied: 0,
      held: 24,
      rejected: 24,
    });
    expect(counts('rank1.cmep')).toEqual({ state: 'DECIDED', applied: 23, held: 24, rejected: 0 });
    expect(await hub.mdmr('rebuild', 'reads', '--check')).toMatchObject({ equal: true });
    expect(await hub.mdmr('rebuild', 'vee', '--check')).toMatchObject({ equal: true });
  }, 180_000);
});
