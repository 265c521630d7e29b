import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answers,
  csvFile,
  custody,
  dropSet,
  enlist,
  fieldsOf,
  flat,
  HubDriver,
  reportsOf,
  rowsOf,
  setOf,
  uncounted,
  usdpIds,
  wholeParts,
  type Answer,
} from './index.js';
import {
  billed,
  billParts,
  FIRST,
  firstRequest,
  lateFile,
  readsFile,
  SDPS,
  SECOND,
  THIRD,
  UNESTIMATED,
  type Asked,
} from './bill-cast.js';

const NOW = '2026-07-03T08:00:00-05:00';
const END = '2026-07-03T17:30:00-05:00';
const BR03 =
  'COL,bq_id,usdp_id,account_id,start,end,segment_no,segment_start,segment_end,channel,old_revision,' +
  'new_revision,change,old_total,new_total,diff_total,old_on,new_on,diff_on,old_mid,new_mid,diff_mid,' +
  'old_off,new_off,diff_off,old_ultra_low,new_ultra_low,diff_ultra_low,hours_changed,cause,' +
  'request_file_id,delivered_at,delivered_to';

describe('billing quantities', () => {
  let hub: HubDriver;
  let ids: Record<string, string>;
  let oak: string;
  let asked: Asked[];
  const u = (sdp: string) => ids[sdp]!;
  const bqId = (sdp: string) => `${u(sdp)}-20260701-20260703`;

  const ask = async (org: string, fileId: string, items: readonly string[], window = '') => {
    const header = `HDR,BQ-REQ,1,${org},MAPLE,${fileId},${NOW},${window}`;
    await hub.drop(
      org,
      `${org}_BQ-REQ_${fileId}.csv`,
      csvFile(
        header,
        items.map((item) => `REQ,${item}`),
      ),
    );
    await hub.idle();
  };
  /** Responses to a request, by their number. */
  const responses = async (org: string, fileId: string): Promise<Answer[]> => {
    const all = (await reportsOf(hub, org, 'BQ-RSP')).filter(({ header }) => header[7] === fileId);
    return all.sort((a, b) => Number(a.header[8]) - Number(b.header[8]));
  };
  const response = async (org: string, fileId: string): Promise<Answer> => {
    const all = await responses(org, fileId);
    expect(all.map(({ header }) => header.slice(8))).toEqual([['1', 'Y']]);
    return all[0]!;
  };
  const ended = (asks: readonly Asked[], pick: (asked: Asked) => string | RegExp | undefined) =>
    asks.flatMap((one, i): unknown[] => {
      const told = pick(one);
      const head = `ROW,BC-Q-1,${i + 2},BC-Q-1,`;
      if (told === undefined) return [];
      return typeof told === 'string'
        ? [head + told]
        : [expect.stringMatching(new RegExp(`^${head}.*${told.source.replace(/^\^/, '')}`))];
    });
  const changes = async (org: string, run: string): Promise<string[][]> => {
    const [report, ...more] = await reportsOf(hub, org, 'BR03', { run, ldc: 'MAPLE' });
    expect(more).toEqual([]);
    expect(report!.lines[1]).toBe(BR03);
    return report!.rows.map((row) => {
      const fields = fieldsOf(row).slice(1);
      expect(fields[30]).toMatch(/^2026-07-0\dT\d\d:\d\d:\d\d-05:00$/);
      return fields.toSpliced(30, 1);
    });
  };

  beforeAll(async () => {
    hub = await HubDriver.start({ clock: NOW, env: { MDMR_SCHEDULE: 'off' } });
    await enlist(hub, {
      orgs: {
        MAPLE: 'LDC',
        OAK: 'LDC',
        NORTHAMI: 'AMI_OPERATOR',
        BILLCO: 'BILLING_AGENT',
        BILL2: 'BILLING_AGENT',
        NOBILL: 'BILLING_AGENT',
      },
      delegations: [
        'MAPLE NORTHAMI READS 2026-07-01',
        'MAPLE BILLCO BILLING 2026-07-01',
        'MAPLE BILL2 BILLING 2026-07-01',
      ],
      amccs: ['NA1 --org NORTHAMI --ldc MAPLE'],
    });
    const short = ['--rules', 'STANDARD', '--set', 'gap.days=1', '--from', FIRST];
    await hub.mdmr('vee-service', 'add', 'SHORT', ...short);
    ids = await usdpIds(hub, 'MAPLE', SDPS);
    oak = (await usdpIds(hub, 'OAK', ['O1']))['O1']!;
    asked = firstRequest(u, oak);
    await dropSet(hub, setOf('MAPLE', 'ISYNC', 1, billParts(u)));
    const oaks = { usdp: oak, sdp: 'O1', meter: 'O-1', amcc: 'NA1', from: FIRST };
    const { 2: _meters, 3: _installs, ...bare } = wholeParts([oaks]);
    await dropSet(hub, setOf('OAK', 'ISYNC', 1, bare));
    await hub.idle();
    for (const report of ['IR07', 'IR14']) {
      expect(await rowsOf(hub, 'MAPLE', report, 'MAPLE-S-1')).toEqual([]);
      expect(await rowsOf(hub, 'OAK', report, 'OAK-S-1')).toEqual([]);
    }
    await hub.drop('NORTHAMI', 'reads.cmep', readsFile());
    await hub.idle();
  }, 420_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('answers what is ready, ends what is hopeless, lets the rest wait', async () => {
    await ask(
      'BILLCO',
      'BC-Q-1',
      asked.map(({ item }) => item),
      END,
    );
    const all = billed(u);
    const [first, ...none] = await responses('BILLCO', 'BC-Q-1');
    expect(none).toEqual([]);
    expect([...first!.header.slice(0, 5), ...first!.header.slice(7)]).toEqual([
      'HDR',
      'BQ-RSP',
      '1',
      'MDMR',
      'MAPLE',
      'BC-Q-1',
      '1',
      'N',
    ]);
    expect(first!.rows).toEqual(['B1', 'B2', 'B9', 'B10', 'B11'].flatMap((sdp) => all[sdp]!));
    const [toLdc] = await responses('MAPLE', 'BC-Q-1');
    expect(toLdc!.rows).toEqual(first!.rows);
    const told = ended(asked, ({ ends }) => ends);
    expect(await rowsOf(hub, 'BILLCO', 'IR08', 'BC-Q-1')).toEqual(told);
    expect(await rowsOf(hub, 'MAPLE', 'IR08', 'BC-Q-1')).toEqual(told);
    expect(await rowsOf(hub, 'BILLCO', 'BR07', 'BC-Q-1')).toEqual([]);
    expect(await rowsOf(hub, 'BILLCO', 'BR01', 'BC-Q-1/1')).toEqual([
      `ROW,BC-Q-1,2,BC-Q-1,${u('B1')},${bqId('B1')},1,1,TOU,KWH,48.000,48,48,0,0`,
      `ROW,BC-Q-1,3,BC-Q-1,${u('B2')},${bqId('B2')},1,1,HOURLY,KWH,48.000,48,48,0,0`,
      `ROW,BC-Q-1,24,BC-Q-1,${u('B9')},${bqId('B9')},1,1,TOU,KWH,24.000,24,24,0,0`,
      `ROW,BC-Q-1,24,BC-Q-1,${u('B9')},${bqId('B9')},1,2,TOU,KWH,24.000,24,24,0,0`,
      `ROW,BC-Q-1,25,BC-Q-1,${u('B10')},${bqId('B10')},1,1,PERIODIC,KWH,24.000,24,24,0,0`,
      `ROW,BC-Q-1,25,BC-Q-1,${u('B10')},${bqId('B10')},1,2,HOURLY,KWH,24.000,24,24,0,0`,
      `ROW,BC-Q-1,26,BC-Q-1,${u('B11')},${bqId('B11')},1,1,TOU,GKWH,24.000,48,48,0,0`,
      `ROW,BC-Q-1,26,BC-Q-1,${u('B11')},${bqId('B11')},1,1,TOU,KWH,48.000,48,48,0,0`,
    ]);
  }, 120_000);

  it('estimates in the final run, and tells what it could not', async () => {
    await hub.mdmr('schedule', 'run', 'final', '--day', SECOND);
    await hub.idle();
    const end = (day: string, hour: number) =>
      hour === 24
        ? `${day === FIRST ? SECOND : THIRD}T00:00:00-05:00`
        : `${day}T${String(hour).padStart(2, '0')}:00:00-05:00`;
    const rows = UNESTIMATED.map(
      ([sdp, day, first, last, reason]) =>
        `ROW,${u(sdp)},KWH,${day},${end(day, first)},${end(day, last)},${reason}`,
    );
    expect(await rowsOf(hub, 'MAPLE', 'VE02', `FINAL-${SECOND}`)).toEqual(rows.sort());
    expect(await reportsOf(hub, 'BILLCO', 'VE02')).toEqual([]);
    expect(await rowsOf(hub, 'BILLCO', 'BR03', `FINAL-${SECOND}`, 'MAPLE')).toEqual([]);
    // B12 is ready now, but the next response is due 15 minutes after the last
    expect(await responses('BILLCO', 'BC-Q-1')).toHaveLength(1);
    const shown = await hub.mdmr<{ state: string; pending: number }>(
      'files',
      'show',
      'BILLCO/BC-Q-1',
    );
    expect(shown).toMatchObject({ state: 'OPEN', in: 28, applied: 5, rejected: 15, pending: 8 });
  }, 120_000);

  it('numbers its responses, at most one in 15 minutes', async () => {
    await hub.mdmr('clock', 'advance', 'PT15M');
    const all = billed(u);
    expect(
      (await responses('BILLCO', 'BC-Q-1')).map(({ header, rows }) => [header.slice(8), rows]),
    ).toEqual([
      [['1', 'N'], expect.anything()],
      [['2', 'N'], all['B12']],
    ]);
    await hub.drop('NORTHAMI', 'late B7.cmep', lateFile('B7', 5, flat('0.500', 6)));
    await hub.mdmr(
      'vee',
      'accept',
      u('B8'),
      FIRST,
      SECOND,
      '--rule',
      'R-023',
      '--user',
      'anna',
      '--reason',
      'seen',
    );
    await hub.idle();
    expect(await responses('BILLCO', 'BC-Q-1')).toHaveLength(2);
    await hub.mdmr('clock', 'advance', 'PT15M');
    const third = (await responses('BILLCO', 'BC-Q-1'))[2]!;
    expect(third.header.slice(8)).toEqual(['3', 'N']);
    expect(third.rows).toEqual([...all['B7']!, ...all['B8']!]);
    expect(await rowsOf(hub, 'MAPLE', 'BR01', 'BC-Q-1/3')).toHaveLength(2);
  }, 120_000);

  it('warns of what was asked already, partly, or not at all', async () => {
    await ask('BILLCO', 'BC-Q-2', [
      `${u('B1')},${FIRST},${THIRD}`,
      `${u('B2')},${FIRST},${THIRD},,,REBILL`,
      `${u('B2')},${FIRST},${THIRD}`,
      `${u('B9')},${FIRST},${SECOND}`,
      `${u('B11')},2026-07-05,2026-07-06`,
      `${u('B10')},${THIRD},2026-07-04`,
    ]);
    const warned = [
      `ROW,BC-Q-2,2,BC-Q-2,${u('B1')},DUPLICATE,BC-Q-1`,
      `ROW,BC-Q-2,3,BC-Q-2,${u('B2')},DUPLICATE,BC-Q-1`,
      `ROW,BC-Q-2,4,BC-Q-2,${u('B2')},DUPLICATE,BC-Q-2`,
      `ROW,BC-Q-2,5,BC-Q-2,${u('B9')},OVERLAP,BC-Q-1`,
      `ROW,BC-Q-2,6,BC-Q-2,${u('B11')},GAP,BC-Q-1`,
    ];
    expect(await rowsOf(hub, 'BILLCO', 'BR07', 'BC-Q-2')).toEqual(warned);
    expect(await rowsOf(hub, 'MAPLE', 'BR07', 'BC-Q-2')).toEqual(warned);
    const [first] = await responses('BILLCO', 'BC-Q-2');
    const all = billed(u, 'BC-Q-2');
    // nothing differs but the request and the purpose: the same revision
    expect(first!.rows.slice(0, 7)).toEqual([
      ...all['B1']!,
      ...all['B2']!.map((row, i) => (i === 0 ? `${row}REBILL` : row)),
      ...all['B2']!,
    ]);
    expect(fieldsOf(first!.rows[7]!).slice(17, 22)).toEqual([
      `${u('B9')}-20260701-20260702`,
      '1',
      'KWH',
      '1',
      '',
    ]);
    expect(first!.rows).toHaveLength(8);
  }, 120_000);

  it('ends what still waits when its window ends, and says so once', async () => {
    await hub.mdmr('clock', 'set', END);
    const all = await responses('BILLCO', 'BC-Q-1');
    expect(all.map(({ header }) => header.slice(8))).toEqual([
      ['1', 'N'],
      ['2', 'N'],
      ['3', 'N'],
      ['4', 'Y'],
    ]);
    expect(all[3]!.rows).toEqual([]);
    const told = await reportsOf(hub, 'BILLCO', 'IR08', { run: 'BC-Q-1' });
    expect(told.map(({ rows }) => rows).sort((a, b) => b.length - a.length)).toEqual([
      ended(asked, ({ ends }) => ends),
      ended(asked, ({ waits }) => waits),
    ]);
    const shown = await hub.mdmr('files', 'show', 'BILLCO/BC-Q-1');
    expect(shown).toMatchObject({ state: 'DECIDED', in: 28, applied: 8, rejected: 20, pending: 0 });
  }, 120_000);

  it('tells in the next final run what is not as it was billed', async () => {
    await hub.mdmr('clock', 'set', '2026-07-04T08:00:00-05:00');
    await hub.drop('NORTHAMI', 'late B12.cmep', lateFile('B12', 3, ['1.500']));
    await dropSet(
      hub,
      setOf('MAPLE', 'ISYNC', 2, {
        1: [`SDP,${u('B2')},B2,${SECOND},INACTIVE,,,EASTERN,RESIDENTIAL`],
        4: [`ACC,${u('B9')},A-B9b,${SECOND},,WITHDRAW`, `ACC,${u('B9')},A-B9,${FIRST}`],
      }),
    );
    await hub.idle();
    await hub.mdmr('schedule', 'run', 'final', '--day', THIRD);
    await hub.idle();
    const run = `FINAL-${THIRD}`;
    const rows = await changes('BILLCO', run);
    expect(await changes('MAPLE', run)).toEqual(rows);
    const of = (sdp: string, id = bqId(sdp)) => rows.filter((row) => row[0] === id);
    const none = (n: number) => Array(n).fill('');
    expect(of('B12')).toEqual([
      [
        bqId('B12'),
        u('B12'),
        'A-B12',
        FIRST,
        THIRD,
        '1',
        FIRST,
        THIRD,
        'KWH',
        '1',
        '2',
        'CHANGED',
        '48.000',
        '48.500',
        '0.500',
        ...none(13),
        'LATE_DATA',
        'BC-Q-1',
        'BILLCO',
      ],
    ]);
    const b9 = of('B9').map((row) => [...row.slice(6, 9), row[11], ...row.slice(12, 14), row[28]]);
    expect(b9.sort()).toEqual([
      [FIRST, SECOND, 'KWH', 'REMOVED', '24.000', expect.any(String), 'DIRECTORY_CHANGED'],
      [FIRST, THIRD, 'KWH', 'ADDED', expect.any(String), '48.000', 'DIRECTORY_CHANGED'],
      [SECOND, THIRD, 'KWH', 'REMOVED', '24.000', expect.any(String), 'DIRECTORY_CHANGED'],
    ]);
    const [b2, ...more] = of('B2');
    expect(more).toEqual([]);
    expect([...b2!.slice(9, 15), b2![28], b2![29]]).toEqual([
      '1',
      '',
      'UNAVAILABLE',
      '48.000',
      '',
      '',
      'DIRECTORY_CHANGED',
      'BC-Q-2',
    ]);
    expect(
      rows
        .map((row) => row[0])
        .filter((one) => ![bqId('B12'), bqId('B9'), bqId('B2')].includes(one!)),
    ).toEqual([]);
  }, 180_000);

  it('tells once, and takes back what is as billed again', async () => {
    await dropSet(
      hub,
      setOf('MAPLE', 'ISYNC', 3, {
        1: [`SDP,${u('B2')},,${SECOND},,,,,,WITHDRAW`],
      }),
    );
    await hub.idle();
    await hub.mdmr('schedule', 'run', 'final', '--day', THIRD);
    await hub.idle();
    const rows = await changes('MAPLE', `FINAL-${THIRD}.2`);
    expect(rows.map((row) => [row[0], row[9], row[10], row[11], ...row.slice(12, 15)])).toEqual([
      [bqId('B2'), '1', '1', 'REVERTED', '48.000', '48.000', '0.000'],
    ]);
  }, 120_000);

  it('delivers a revision when asked again', async () => {
    await ask('BILLCO', 'BC-Q-3', [
      `${u('B12')},${FIRST},${THIRD},,,REBILL`,
      `${u('B9')},${FIRST},${THIRD}`,
    ]);
    const { rows } = await response('BILLCO', 'BC-Q-3');
    const [before] = billed(u, 'BC-Q-3')['B12']!;
    expect(rows).toHaveLength(2);
    expect(rows[0]).toBe(
      before!
        .replace('48.000', '48.500')
        .replace(',48,1,0,', ',48,0,0,')
        .replace(`${bqId('B12')},1,`, `${bqId('B12')},2,`) + 'REBILL',
    );
    const joined = ['TOU', 'ON-TOU', 'KWH', '48.000', '6.000', '6.000', '36.000', ''];
    const fields = fieldsOf(rows[1]!);
    expect(fields.slice(2, 14)).toEqual([u('B9'), 'A-B9', FIRST, THIRD, ...joined]);
    expect(fields[18]).toBe('2');
  }, 60_000);

  it('answers an agent about its own points only, and leaks nothing', async () => {
    await ask(
      'BILL2',
      'B2-Q-1',
      ['B1', 'B3', 'B15'].map((sdp) => `${u(sdp)},${FIRST},${THIRD}`),
    );
    await ask('MAPLE', 'MP-Q-1', [`${u('B1')},2005-12-31,2006-01-05`]);
    expect(await rowsOf(hub, 'MAPLE', 'IR08', 'MP-Q-1')).toEqual([
      `ROW,MP-Q-1,2,MP-Q-1,${u('B1')},2005-12-31,2006-01-05,BAD_PERIOD,TOO_OLD`,
    ]);
    await ask('NOBILL', 'NB-Q-1', [`${u('B1')},${FIRST},${THIRD}`]);
    const { rows } = await response('BILL2', 'B2-Q-1');
    // the new agent bills the period it inherits
    expect(rows.map((row) => fieldsOf(row).slice(0, 4))).toEqual([
      ['BQ', 'B2-Q-1', u('B3'), 'A-B3'],
      ['BQ', 'B2-Q-1', u('B15'), 'A-B15'],
    ]);
    expect(await rowsOf(hub, 'BILL2', 'IR08', 'B2-Q-1')).toEqual([
      `ROW,B2-Q-1,2,B2-Q-1,${u('B1')},${FIRST},${THIRD},NOT_AUTHORIZED,`,
    ]);
    const nobill = await answers(hub, 'NOBILL');
    expect(nobill.map(({ header, rows: told }) => [header[1], fieldsOf(told[0]!)[4]])).toEqual([
      ['IR17', 'NOT_AUTHORIZED'],
    ]);
    const text = JSON.stringify([...(await answers(hub, 'BILL2')), ...nobill]);
    for (const secret of ['A-B1"', 'A-B1,', 'BC-Q-1', u('B2'), 'A-B9'])
      expect(text).not.toContain(secret);
  }, 60_000);

  it('ends the open items of an agent that is revoked', async () => {
    const before = (await responses('BILLCO', 'BC-Q-2')).length;
    await hub.mdmr('org', 'revoke', 'MAPLE', 'BILLCO', '--function', 'BILLING');
    await hub.idle();
    const all = await responses('BILLCO', 'BC-Q-2');
    expect(all).toHaveLength(before + 1);
    expect(all.at(-1)!.header.at(-1)).toBe('Y');
    const told = await reportsOf(hub, 'BILLCO', 'IR08', { run: 'BC-Q-2' });
    expect(told.flatMap(({ rows }) => rows)).toEqual(
      expect.arrayContaining([
        `ROW,BC-Q-2,6,BC-Q-2,${u('B11')},2026-07-05,2026-07-06,NOT_AUTHORIZED,`,
        `ROW,BC-Q-2,7,BC-Q-2,${u('B10')},${THIRD},2026-07-04,NOT_AUTHORIZED,`,
      ]),
    );
    await ask('BILLCO', 'BC-Q-9', [`${u('B1')},${FIRST},${THIRD}`]);
    expect(fieldsOf((await rowsOf(hub, 'BILLCO', 'IR17', 'BC-Q-9'))[0]!)[4]).toBe('NOT_AUTHORIZED');
  }, 60_000);

  it('counts every item, and is the same rebuilt', async () => {
    const files = await custody(hub);
    expect(uncounted(files)).toEqual([]);
    expect(files.filter((f) => f.pending > 0)).toEqual([]);
    for (const service of ['billing', 'vee', 'reporting']) {
      expect(await hub.mdmr('rebuild', service, '--check')).toMatchObject({ equal: true });
    }
  }, 120_000);
});
