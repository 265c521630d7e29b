import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cmepLines, cmepRegister, csvFile, HubDriver, setFiles, type SetText } from './index.js';

/** Day A of the validation vectors, kWh by hour, sum 21.5. */
const DAY_A =
  '0.4 0.4 0.3 0.3 0.3 0.4 0.7 1.2 1.1 0.8 0.7 0.7 0.8 0.7 0.7 0.9 1.3 1.9 2.1 1.8 1.5 1.2 0.8 0.5'
    .split(' ')
    .map((v) => `${v}00`);
const withEvening = (values: string[]) => [...DAY_A.slice(0, 17), ...values, ...DAY_A.slice(21)];

/** Sums of kWh texts, in exact tenths of a Wh. */
function sumKwh(values: readonly (string | undefined)[]): number {
  return values.reduce((sum, v) => sum + (v === undefined ? 0 : Math.round(Number(v) * 1000)), 0);
}
const kwh = (wh: number) => (wh / 1000).toFixed(3);

/** Puts the ids of this run in place of those of the worked examples. */
class Ids {
  readonly byExample = new Map<string, string>();
  actual(text: string): string {
    let result = text;
    for (const [example, own] of this.byExample) result = result.replaceAll(example, own);
    return result;
  }
}

/** The hub's own ids and instants differ from run to run. */
function masked(line: string): string {
  const fields = line.split(',');
  if (fields[0] !== 'HDR') return line;
  fields[5] = '<file>';
  fields[6] = '<at>';
  return fields.join(',');
}

describe('the worked examples, through the doors', () => {
  let hub: HubDriver;
  const ids = new Ids();
  const sdps: [string, string][] = [
    ['MP-0101', '4071829533'],
    ['MP-0102', '2684517307'],
    ['MP-0103', '9153064828'],
  ];

  async function sendSet(set: SetText): Promise<void> {
    for (const file of setFiles(set)) await hub.drop(set.org, file.name, ids.actual(file.content));
    await hub.idle();
  }

  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: '2026-04-29T09:00:00-05:00',
      env: { MDMR_SCHEDULE: 'off' },
    });
    const m = (...args: string[]) => hub.mdmr(...args);
    await m('org', 'add', 'MAPLE', '--name', 'Maple Hydro', '--role', 'LDC');
    await m('org', 'add', 'NORTHAMI', '--name', 'Northern AMI', '--role', 'AMI_OPERATOR');
    await m('org', 'add', 'BILLCO', '--name', 'Billing Company', '--role', 'BILLING_AGENT');
    await m('org', 'delegate', 'MAPLE', 'NORTHAMI', '--function', 'READS');
    await m('org', 'delegate', 'MAPLE', 'BILLCO', '--function', 'BILLING');
    await m('amcc', 'add', 'NA1', '--org', 'NORTHAMI', '--ldc', 'MAPLE', '--format', 'CMEP');
  }, 240_000);
  afterAll(async () => hub?.remove(), 60_000);

  it('issues USDP IDs and names the refused', async () => {
    await hub.drop(
      'MAPLE',
      'MAPLE_USDP-REQ_MP-U-1.csv',
      csvFile('HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-1,2026-04-29T09:00:00-05:00', [
        'SDP,MP-0101,12 Elm St',
        'SDP,MP-0102,"14 Elm St, rear"',
        'SDP,MP-0103,',
        'SDP,MP-0104,',
        'SDP,MP-0104,',
      ]),
    );
    await hub.idle();
    const response = await hub.single('MAPLE', /_USDP-RSP_/);
    expect(response[0]!.split(',').slice(0, 5)).toEqual(['HDR', 'USDP-RSP', '1', 'MDMR', 'MAPLE']);
    expect(response[0]!.endsWith(',MP-U-1')).toBe(true);
    expect(response.at(-1)).toBe('TRL,3');
    sdps.forEach(([sdp, example], i) => {
      const [type, named, usdp] = response[i + 1]!.split(',');
      expect([type, named]).toEqual(['SDP', sdp]);
      expect(usdp).toMatch(/^[1-9]\d{9}$/);
      ids.byExample.set(example, usdp!);
    });
    const us01 = await hub.single('MAPLE', /_US01_/);
    expect(us01.slice(1)).toEqual([
      'COL,file_id,line,sdp_id,reason,existing_usdp_id',
      'ROW,MP-U-1,5,MP-0104,DUPLICATE_SDP_ID,',
      'ROW,MP-U-1,6,MP-0104,DUPLICATE_SDP_ID,',
      'TRL,3',
    ]);
  });

  it('applies the first set', async () => {
    await hub.mdmr('clock', 'set', '2026-04-30T10:00:00-05:00');
    const e = sdps.map(([, example]) => example);
    const meters = ['M-1001', 'M-1002', 'M-1003'];
    const each = (make: (usdp: string, i: number) => string) => e.map(make);
    const registers = ['', 'KWH=100.000', ''];
    await sendSet({
      org: 'MAPLE',
      ldc: 'MAPLE',
      setId: 'MP-S-1',
      mode: 'PSYNC',
      sequence: 1,
      createdAt: '2026-04-30T10:00:00-05:00',
      parts: {
        1: each((u, i) => `SDP,${u},${sdps[i]![0]},2026-05-01,ACTIVE,,,EASTERN,RESIDENTIAL`),
        2: meters.map((m, i) => `MTR,${m},D-100${i + 1},NA1,2026-05-01,60,1,6,KWH,3`),
        3: each((u, i) =>
          `INS,${u},${meters[i]},2026-05-01T00:00:00-05:00,,${registers[i]}`.replace(/,+$/, ''),
        ),
        4: each((u, i) => `ACC,${u},A-900${i + 1},2026-05-01`),
        5: each((u) =>
          [
            `ORG,${u},AMI_OPERATOR,NORTHAMI,2026-05-01`,
            `ORG,${u},BILLING_AGENT,BILLCO,2026-05-01`,
          ].join('\n'),
        ).flatMap((two) => two.split('\n')),
        6: [
          `SVC,${e[0]},2026-05-01,STD,TOU,ON-TOU,R1`,
          `SVC,${e[1]},2026-05-01,STD,PERIODIC,ON-TIERED,R1`,
          `SVC,${e[2]},2026-05-01,STD,HOURLY,,R1`,
        ],
      },
    });
    const set = await hub.mdmr('sync', 'show', 'MAPLE', 'MP-S-1');
    expect(set).toMatchObject({ state: 'APPLIED', mode: 'PSYNC', next_sequence: 2 });
    const ir06 = await hub.single('MAPLE', /_IR06_/);
    expect(ir06.at(-1)).toBe('TRL,22');
    expect(ir06.slice(2, -1).every((row) => row.includes(',CREATED,'))).toBe(true);
    expect((await hub.single('MAPLE', /_IR07_/)).at(-1)).toBe('TRL,1');
    expect((await hub.single('MAPLE', /_IR14_/)).at(-1)).toBe('TRL,1');
  });

  it('takes the change of 2 July with its refusals, byte for byte', async () => {
    await hub.mdmr('clock', 'set', '2026-07-02T15:40:00-05:00');
    await sendSet({
      org: 'MAPLE',
      ldc: 'MAPLE',
      setId: 'MP-S-2',
      mode: 'ISYNC',
      sequence: 2,
      createdAt: '2026-07-02T15:38:00-05:00',
      parts: {
        1: ['SDP,4071829533,MP-0101,2026-07-02,ACTIVE,12 Elm St,K0A 1A,EASTERN,RESIDENTIAL'],
        2: ['MTR,M-1012,D-1012,NA1,2026-07-02T10:37:00-05:00,60,1,6,KWH,3'],
        3: [
          'INS,2684517307,M-1002,2026-05-01T00:00:00-05:00,2026-07-02T10:37:00-05:00,KWH=100.000,KWH=1439.300',
          'INS,2684517307,M-1012,2026-07-02T10:37:00-05:00,,KWH=0.000',
          'INS,4071829533,M-1003,2026-07-02T09:00:00-05:00',
        ],
        6: ['SVC,9153064828,2026-05-01,STD,HOURLY,,R1'],
      },
    });
    const newest = async (report: string) => {
      const names = await hub.outbox('MAPLE', new RegExp(`_${report}_`));
      const all = await Promise.all(names.map((n) => hub.lines('MAPLE', n)));
      return all.find((lines) => lines[0]!.includes(',MP-S-2,'))!.slice(1);
    };
    expect(await newest('IR06')).toEqual(
      [
        'COL,file_id,line,set_id,part,usdp_id,record_key,action,effective_from,source,lacks',
        'ROW,MP-S-2.2,2,MP-S-2,2,,MTR/M-1012,CREATED,2026-07-02T10:37:00-05:00,FILE,',
        'ROW,MP-S-2.3,2,MP-S-2,3,2684517307,INS/2684517307/M-1002/2026-05-01T00:00:00-05:00,CHANGED,2026-05-01T00:00:00-05:00,FILE,',
        'ROW,MP-S-2.3,3,MP-S-2,3,2684517307,INS/2684517307/M-1012/2026-07-02T10:37:00-05:00,CREATED,2026-07-02T10:37:00-05:00,FILE,',
        'ROW,MP-S-2.6,2,MP-S-2,6,9153064828,SVC/9153064828,UNCHANGED,2026-05-01,FILE,',
        'TRL,5',
      ].map((l) => ids.actual(l)),
    );
    expect(await newest('IR07')).toEqual(
      [
        'COL,file_id,line,set_id,part,usdp_id,record_key,field,reason,value',
        'ROW,MP-S-2.1,2,MP-S-2,1,4071829533,SDP/4071829533,postal_code,BAD_POSTAL_CODE,K0A 1A',
        'TRL,2',
      ].map((l) => ids.actual(l)),
    );
    expect(await newest('IR14')).toEqual(
      [
        'COL,file_id,line,set_id,part,usdp_id,record_key,reason,conflicting_with',
        'ROW,MP-S-2.3,4,MP-S-2,3,4071829533,INS/4071829533/M-1003/2026-07-02T09:00:00-05:00,METER_ALREADY_INSTALLED,INS/9153064828/M-1003/2026-05-01T00:00:00-05:00',
        'TRL,2',
      ].map((l) => ids.actual(l)),
    );
  });

  it('takes the reads of the days, and estimates the four missing hours in the final run', async () => {
    await hub.mdmr('clock', 'set', '2026-07-03T04:00:00-05:00');
    const lines: string[] = [];
    const likeDays: [string, string[]][] = [
      ['20260626', ['1.800', '2.100', '1.900', '1.400']],
      ['20260627', ['1.000', '1.000', '1.000', '1.000']],
      ['20260628', ['1.000', '1.000', '1.000', '1.000']],
      ['20260629', ['1.600', '2.000', '1.700', '1.300']],
      ['20260630', ['2.000', '2.200', '2.100', '1.500']],
    ];
    let register = 12_000_000;
    lines.push(cmepRegister('NA1', 'M-1001', '202606260000', kwh(register)));
    for (const [day, evening] of likeDays) {
      const hours = withEvening(evening);
      lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1001', day, hours }));
      register += sumKwh(hours);
      lines.push(cmepRegister('NA1', 'M-1001', `${day}2400`, kwh(register)));
    }
    const gap: (string | undefined)[] = DAY_A.map((v, i) => (i >= 17 && i < 21 ? undefined : v));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1001', day: '20260701', hours: DAY_A }));
    lines.push(cmepRegister('NA1', 'M-1001', '202607012400', kwh(register + 21_500)));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1001', day: '20260702', hours: gap }));
    lines.push(cmepRegister('NA1', 'M-1001', '202607022400', kwh(register + 43_000)));
    const ones = DAY_A.map(() => '1.000');
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1003', day: '20260701', hours: ones }));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1003', day: '20260702', hours: DAY_A }));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1002', day: '20260701', hours: DAY_A }));
    const before = DAY_A.map((v, i) => (i < 10 ? v : i === 10 ? '0.400' : undefined));
    const after = DAY_A.map((v, i) => (i < 10 ? undefined : i === 10 ? '0.300' : v));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1002', day: '20260702', hours: before }));
    lines.push(...cmepLines({ amcc: 'NA1', meter: 'M-1012', day: '20260702', hours: after }));
    await hub.drop('NORTHAMI', 'NA1_20260702.cmep', `${lines.join('\n')}\n`);
    await hub.idle();
    const dc07 = await hub.single('NORTHAMI', /_DC07_MAPLE_/);
    const total = dc07[2]!.split(',');
    expect(total[7]).toBe(String(lines.length));
    expect(total[9]).toBe(total[8]);
    expect(total.slice(12, 14)).toEqual(['0', '0']);
    await hub.mdmr('clock', 'set', '2026-07-03T07:30:00-05:00');
    await hub.mdmr('schedule', 'run', 'final', '--day', '2026-07-02');
    await hub.idle();
    const ve02 = await hub.single('MAPLE', /_VE02_/);
    const rows = ve02.slice(2, -1).map((row) => row.split(','));
    // what came before the first reads stays open, the days of the examples do not
    expect(rows.filter((row) => row[3]! >= '2026-07-01')).toEqual([]);
    expect([...new Set(rows.map((row) => row[6]))].sort()).toEqual(['GAP_TOO_LONG', 'NO_HISTORY']);
  });

  it('answers the request of 3 July, byte for byte', async () => {
    await hub.mdmr('clock', 'set', '2026-07-03T09:00:00-05:00');
    const request = ids.actual(
      csvFile(
        'HDR,BQ-REQ,1,BILLCO,MAPLE,BC-Q-7,2026-07-03T09:00:00-05:00,2026-07-03T17:30:00-05:00',
        [
          'REQ,4071829533,2026-07-01,2026-07-03',
          'REQ,2684517307,2026-07-01,2026-07-03,A-9002',
          'REQ,9153064828,2026-07-01,2026-07-03',
          'REQ,7319402650,2026-07-01,2026-07-03',
        ],
      ),
    );
    await hub.drop('BILLCO', 'BILLCO_BQ-REQ_BC-Q-7.csv', request);
    await hub.idle();
    const response = await hub.single('BILLCO', /_BQ-RSP_/);
    expect(response.map(masked)).toEqual(
      [
        'HDR,BQ-RSP,1,MDMR,MAPLE,<file>,<at>,BC-Q-7,1,Y',
        'BQ,BC-Q-7,4071829533,A-9001,2026-07-01,2026-07-03,TOU,ON-TOU,KWH,43.000,4.500,6.925,31.575,,48,4,0,4071829533-20260701-20260703,1,KWH,1,',
        'BQ,BC-Q-7,2684517307,A-9002,2026-07-01,2026-07-03,PERIODIC,ON-TIERED,KWH,43.000,,,,,48,0,0,2684517307-20260701-20260703,1,KWH,1,',
        'BQ,BC-Q-7,9153064828,A-9003,2026-07-01,2026-07-03,HOURLY,,KWH,45.500,,,,,48,0,0,9153064828-20260701-20260703,1,KWH,1,',
        `HRL,BC-Q-7,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-01,${DAY_A.map(() => '1.000').join(',')}`,
        `HRL,BC-Q-7,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-02,${DAY_A.join(',')}`,
        'TRL,5',
      ].map((l) => ids.actual(l)),
    );
    expect((await hub.single('BILLCO', /_IR08_/)).slice(1)).toEqual([
      'COL,file_id,line,request_file_id,usdp_id,start,end,reason,detail',
      'ROW,BC-Q-7,5,BC-Q-7,7319402650,2026-07-01,2026-07-03,UNKNOWN_USDP,',
      'TRL,2',
    ]);
    const br01 = await hub.single('BILLCO', /_BR01_/);
    expect(br01[2]).toBe(
      ids.actual(
        'ROW,BC-Q-7,2,BC-Q-7,4071829533,4071829533-20260701-20260703,1,1,TOU,KWH,43.000,48,44,4,0',
      ),
    );
    expect((await hub.outbox('MAPLE', /_BQ-RSP_/)).length).toBe(1);
  });

  it('answers the late file, and tells the change next morning', async () => {
    await hub.mdmr('clock', 'set', '2026-07-03T11:00:00-05:00');
    const late = [
      'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1001,RESEND,E,KWH,1,00000100,4,202607021800,R,1.900,,R,2.100,,R,1.800,,R,1.500',
      'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-7777,OK,E,KWH,1,00000100,2,202607030100,R,0.400,,R,0.300',
      'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1003,OK,E,KWH,1,00000100,3,202607030100,R,0.400,,R,0.400',
    ];
    await hub.drop('NORTHAMI', 'NA1_late.cmep', `${late.join('\n')}\n`);
    await hub.idle();
    const names = await hub.outbox('NORTHAMI', /_DC07_MAPLE_/);
    const files = await Promise.all(names.map((n) => hub.lines('NORTHAMI', n)));
    const dc07 = files.find((lines) => lines.some((line) => line.includes('NA1_late')))!;
    expect(dc07.slice(1)).toEqual([
      'COL,file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,rejected,reason,file_name',
      'ROW,x4648c5e2cb598eea,,,,2026-07-02T18:00:00-05:00,2026-07-03T02:00:00-05:00,3,9,4,0,0,2,3,,NA1_late.cmep',
      'ROW,x4648c5e2cb598eea,2,M-7777,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,1,2,0,0,0,2,0,UNKNOWN_METER,NA1_late.cmep',
      'ROW,x4648c5e2cb598eea,3,M-1003,KWH,,,1,3,0,0,0,0,3,COUNT_MISMATCH,NA1_late.cmep',
      'TRL,4',
    ]);
    await hub.mdmr('clock', 'set', '2026-07-04T07:30:00-05:00');
    await hub.mdmr('schedule', 'run', 'final', '--day', '2026-07-03');
    await hub.idle();
    const br03Names = await hub.outbox('BILLCO', /_BR03_/);
    const br03 = await Promise.all(br03Names.map((n) => hub.lines('BILLCO', n)));
    const told = br03.find((lines) => lines.length === 4)!;
    expect(told[0]!.split(',').slice(7, 11)).toEqual([
      'BILLCO',
      'FINAL-2026-07-03',
      '2026-07-03',
      '2026-07-04',
    ]);
    const row = told[2]!.split(',');
    row[31] = '<delivered_at>';
    expect(row.join(',')).toBe(
      ids
        .actual(
          'ROW,4071829533-20260701-20260703,4071829533,A-9001,2026-07-01,2026-07-03,1,2026-07-01,2026-07-03,KWH,1,2,CHANGED,43.000,43.000,0.000,4.500,4.500,0.000,6.925,7.000,0.075,31.575,31.500,-0.075,,,,,LATE_DATA,BC-Q-7,<at>,BILLCO',
        )
        .replace('<at>', '<delivered_at>'),
    );
  });

  it('answers again with revision 2', async () => {
    await hub.drop(
      'BILLCO',
      'BILLCO_BQ-REQ_BC-Q-9.csv',
      ids.actual(
        csvFile('HDR,BQ-REQ,1,BILLCO,MAPLE,BC-Q-9,2026-07-04T09:00:00-05:00,', [
          'REQ,4071829533,2026-07-01,2026-07-03,,,REBILL',
        ]),
      ),
    );
    await hub.idle();
    const names = await hub.outbox('BILLCO', /_BQ-RSP_/);
    const files = await Promise.all(names.map((n) => hub.lines('BILLCO', n)));
    const again = files.find((lines) => lines[0]!.includes(',BC-Q-9,'))!;
    expect(again[1]).toBe(
      ids.actual(
        'BQ,BC-Q-9,4071829533,A-9001,2026-07-01,2026-07-03,TOU,ON-TOU,KWH,43.000,4.500,7.000,31.500,,48,0,0,4071829533-20260701-20260703,2,KWH,1,REBILL',
      ),
    );
    const warnings = await hub.outbox('BILLCO', /_BR07_/);
    const br07 = await Promise.all(warnings.map((n) => hub.lines('BILLCO', n)));
    expect(br07.map((lines) => lines[2])).toContain(
      ids.actual('ROW,BC-Q-9,2,BC-Q-9,4071829533,DUPLICATE,BC-Q-7'),
    );
  });

  it('counts every value, and is the same rebuilt', async () => {
    const { files } = await hub.mdmr<{ files: Record<string, number>[] }>('files', 'list');
    for (const f of files) {
      expect(f['in']).toBe(f['applied']! + f['held']! + f['rejected']! + f['pending']!);
    }
    for (const service of [
      'usdp',
      'mmd',
      'reads',
      'vee',
      'billing',
      'reporting',
      'gateway',
      'participants',
    ]) {
      expect(await hub.mdmr('rebuild', service, '--check')).toMatchObject({ equal: true });
    }
  });
});
