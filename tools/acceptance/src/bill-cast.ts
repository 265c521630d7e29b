/** Service points of the scenario of billing, and their reads of 1 and 2 July 2026. */
import { cmepRegister, cmepText, dayTriples, flat } from './lines.js';
import type { Parts } from './scenario.js';
import { edited, joined, wholeParts, type PointText } from './sync-cast.js';

export const FIRST = '2026-07-01';
export const SECOND = '2026-07-02';
export const THIRD = '2026-07-03';

const POINTS: Readonly<Record<string, Partial<PointText>>> = {
  B1: { service: 'STD,TOU,ON-TOU,R1' },
  B2: { service: 'STD,HOURLY,,R1' },
  B3: { agent: 'BILL2' },
  B4: {},
  B5: {},
  B6: {},
  B7: { service: 'STD,PERIODIC,ON-TIERED,R1' },
  B8: { service: 'STD,PERIODIC,,R1' },
  B9: { service: 'STD,TOU,ON-TOU,R1' },
  B10: { service: 'STD,PERIODIC,ON-TIERED,R1' },
  B11: { service: 'STD,TOU,ON-ULO,R1', channels: 'KWH+GKWH' },
  B12: { service: 'STD,PERIODIC,ON-TIERED,R1' },
  B14: {},
  B15: {},
  B16: {},
  ...Object.fromEntries(['V1', 'V2', 'V3'].map((sdp) => [sdp, {}])),
  V4: { service: 'SHORT,TOU,ON-TOU,R1' },
};
export const SDPS = Object.keys(POINTS);

export function billParts(u: (sdp: string) => string): Parts {
  const points = SDPS.map((sdp) => ({
    usdp: u(sdp),
    sdp,
    meter: `M-${sdp}`,
    amcc: 'NA1',
    from: FIRST,
    ami: 'NORTHAMI',
    agent: 'BILLCO',
    ...POINTS[sdp],
  }));
  const parts = edited(wholeParts(points), (record) => {
    if (record.startsWith(`SVC,${u('B5')},`)) return record.replace(FIRST, SECOND);
    if (record.startsWith(`INS,${u('B6')},`)) return `${record},${SECOND}T00:00:00-05:00`;
    if (record.startsWith(`ACC,${u('B9')},`)) return `${record},${SECOND}`;
    if (record.startsWith(`ORG,${u('B15')},BILLING_AGENT,`)) return `${record},${SECOND}`;
    return record;
  });
  return joined(parts, {
    1: [`SDP,${u('B4')},B4,${SECOND},INACTIVE,,,EASTERN,RESIDENTIAL`],
    4: [`ACC,${u('B9')},A-B9b,${SECOND}`],
    5: [`ORG,${u('B15')},BILLING_AGENT,BILL2,${SECOND}`],
    6: [`SVC,${u('B10')},${SECOND},STD,HOURLY,,R1`],
  });
}

/** Registers at both ends of 1 July that do not go with its intervals, 24 kWh less what is missing. */
const REGISTERS: Readonly<Record<string, readonly [string, string]>> = {
  B8: ['0.000', '10.000'],
  B16: ['0.000', '10.000'],
  // ten times as much, one hour missing and backwards, one hour missing and 100 kWh for it
  V1: ['0.000', '2.400'],
  V2: ['500.000', '400.000'],
  V3: ['0.000', '123.000'],
};

/** What VE02 says after the final run of 2 July, `sdp,day,first,last,reason`. */
export const UNESTIMATED: readonly (readonly [string, string, number, number, string])[] = [
  ['B7', FIRST, 5, 10, 'NO_HISTORY'],
  ['B8', FIRST, 1, 24, 'REGISTER_CONTRADICTION'],
  ['B14', FIRST, 1, 24, 'NO_HISTORY'],
  ['B14', SECOND, 1, 24, 'NO_HISTORY'],
  ['B16', FIRST, 1, 24, 'REGISTER_CONTRADICTION'],
  ['V1', FIRST, 1, 24, 'MULTIPLIER'],
  ['V2', FIRST, 3, 3, 'REGISTER_DECREASE'],
  ['V3', FIRST, 3, 3, 'RESULT_FAILS_LIMITS'],
  // its service estimates gaps of one day only
  ['V4', FIRST, 1, 24, 'NO_HISTORY'],
  ['V4', SECOND, 1, 24, 'GAP_TOO_LONG'],
];

/** Both days of every point: 1 kWh an hour, but for what a scenario needs to be missing. */
export function readsFile(): string {
  const lines = SDPS.filter((sdp) => !['B14', 'V4'].includes(sdp)).flatMap((sdp) =>
    ['20260701', '20260702'].map((day) => {
      const values: (string | undefined)[] = flat('1.000');
      if (day === '20260701' && sdp === 'B7') values.fill(undefined, 4, 10);
      if (day === '20260701' && ['B12', 'V2', 'V3'].includes(sdp)) values[2] = undefined;
      return cmepText({ amcc: 'NA1', meter: `M-${sdp}`, triples: dayTriples(day, values) });
    }),
  );
  const sun = ['20260701', '20260702'].map((day) =>
    cmepText({
      amcc: 'NA1',
      meter: 'M-B11',
      unit: 'GKWH',
      triples: dayTriples(day, flat('0.500')),
    }),
  );
  const registers = Object.entries(REGISTERS).flatMap(([sdp, [first, last]]) => [
    cmepRegister('NA1', `M-${sdp}`, '202607010000', first),
    cmepRegister('NA1', `M-${sdp}`, '202607012400', last),
  ]);
  return `${[...lines, ...sun, ...registers].join('\n')}\n`;
}

/** The missing hours of a point, as they come late. */
export function lateFile(sdp: string, from: number, values: readonly string[]): string {
  const hours: (string | undefined)[] = Array(24).fill(undefined);
  values.forEach((value, i) => void (hours[from - 1 + i] = value));
  const triples = dayTriples('20260701', hours);
  return `${cmepText({ amcc: 'NA1', meter: `M-${sdp}`, purpose: 'RESEND', triples })}\n`;
}

export interface Asked {
  /** Fields behind `REQ,`. */
  readonly item: string;
  /** Of IR08, behind the line: what ends at once. */
  readonly ends?: string | RegExp;
  /** What stands in IR08 when its window ends. */
  readonly waits?: string;
}

/** Items of BC-Q-1, in order; the first is line 2. */
export function firstRequest(u: (sdp: string) => string, oak: string): Asked[] {
  const two = `${FIRST},${THIRD}`;
  const item = (sdp: string) => `${u(sdp)},${two}`;
  return [
    { item: item('B1') },
    { item: item('B2') },
    { item: item('B3'), ends: `${item('B3')},NOT_AUTHORIZED,` },
    { item: `,${two}`, ends: `,${two},MANDATORY_FIELD_MISSING,usdp_id` },
    { item: `${u('B1')},2026-07-32,${THIRD}`, ends: /^\d+,[^,]*,2026-07-03,BAD_VALUE,start_date$/ },
    { item: `7319402650,${two}`, ends: `7319402650,${two},UNKNOWN_USDP,` },
    { item: `${oak},${two}`, ends: `${oak},${two},UNKNOWN_USDP,` },
    { item: `${u('B1')},${THIRD},${THIRD}`, ends: `${u('B1')},${THIRD},${THIRD},BAD_PERIOD,ORDER` },
    {
      item: `${u('B1')},2025-05-28,${THIRD}`,
      ends: `${u('B1')},2025-05-28,${THIRD},BAD_PERIOD,TOO_LONG`,
    },
    {
      // the agent it has now was not its agent then, which comes before TOO_OLD
      item: `${u('B1')},2005-12-31,2006-01-05`,
      ends: `${u('B1')},2005-12-31,2006-01-05,NOT_AUTHORIZED,`,
    },
    {
      item: `${u('B1')},${FIRST},2026-07-05`,
      ends: `${u('B1')},${FIRST},2026-07-05,BAD_PERIOD,BEYOND_WINDOW`,
    },
    { item: `${item('B1')},A-OTHER`, ends: `${item('B1')},ACCOUNT_MISMATCH,${FIRST}` },
    { item: `${item('B9')},A-B9`, ends: `${item('B9')},ACCOUNT_MISMATCH,${SECOND}` },
    {
      item: `${item('B1')},,2026-12-01T00:00:00-05:00`,
      ends: `${item('B1')},BAD_VALUE,as_known_on`,
    },
    { item: `${item('B1')},,,FREE`, ends: `${item('B1')},BAD_VALUE,purpose` },
    { item: `${item('B1')},,,CYCLE,more`, ends: /,BAD_VALUE,record$/ },
    { item: item('B4'), waits: `${item('B4')},SDP_NOT_ACTIVE,${SECOND}` },
    { item: item('B5'), waits: `${item('B5')},FRAMING_UNDEFINED,${FIRST}` },
    { item: item('B6'), waits: `${item('B6')},NO_METER,${SECOND}` },
    { item: item('B7') },
    { item: item('B8') },
    { item: item('B14'), waits: `${item('B14')},MISSING_INTERVALS,2026-07-01T01:00:00-05:00 48` },
    { item: `${item('B9')},,,CYCLE` },
    { item: item('B10') },
    { item: item('B11') },
    { item: `${item('B12')},A-B12` },
    { item: item('B15'), ends: `${item('B15')},NOT_AUTHORIZED,` },
    {
      item: item('B16'),
      waits: `${item('B16')},NEEDS_VERIFY_EDIT,2026-07-01T01:00:00-05:00 24`,
    },
  ];
}

const id = (usdp: string) => `${usdp}-20260701-20260703`;

/** Records of what BC-Q-1 is answered with, by SDP; revision 1. */
export function billed(u: (sdp: string) => string, request = 'BC-Q-1'): Record<string, string[]> {
  const bq = (sdp: string, account: string, days: string, rest: string, tail: string) =>
    `BQ,${request},${u(sdp)},${account},${days},${rest},${id(u(sdp))},1,${tail}`;
  const both = `${FIRST},${THIRD}`;
  const hrl = (sdp: string, segment: number, day: string) =>
    `HRL,${request},${id(u(sdp))},${u(sdp)},${segment},KWH,${day},${flat('1.000').join(',')}`;
  const one = 'KWH,1,';
  return {
    B1: [bq('B1', 'A-B1', both, 'TOU,ON-TOU,KWH,48.000,6.000,6.000,36.000,,48,0,0', one)],
    B2: [
      bq('B2', 'A-B2', both, 'HOURLY,,KWH,48.000,,,,,48,0,0', one),
      hrl('B2', 1, FIRST),
      hrl('B2', 1, SECOND),
    ],
    B7: [bq('B7', 'A-B7', both, 'PERIODIC,ON-TIERED,KWH,45.000,,,,,48,0,0', one)],
    B8: [bq('B8', 'A-B8', both, 'PERIODIC,,KWH,48.000,,,,,48,0,0', one)],
    B9: [
      bq(
        'B9',
        'A-B9',
        `${FIRST},${SECOND}`,
        'TOU,ON-TOU,KWH,24.000,0.000,0.000,24.000,,24,0,0',
        'KWH,1,CYCLE',
      ),
      bq(
        'B9',
        'A-B9b',
        `${SECOND},${THIRD}`,
        'TOU,ON-TOU,KWH,24.000,6.000,6.000,12.000,,24,0,0',
        'KWH,2,CYCLE',
      ),
    ],
    B10: [
      bq('B10', 'A-B10', `${FIRST},${SECOND}`, 'PERIODIC,ON-TIERED,KWH,24.000,,,,,24,0,0', one),
      bq('B10', 'A-B10', `${SECOND},${THIRD}`, 'HOURLY,,KWH,24.000,,,,,24,0,0', 'KWH,2,'),
      hrl('B10', 2, SECOND),
    ],
    B11: [
      bq('B11', 'A-B11', both, 'TOU,ON-ULO,KWH,48.000,5.000,11.000,16.000,16.000,48,0,0', one),
      bq('B11', 'A-B11', both, 'TOU,ON-ULO,GKWH,24.000,2.500,5.500,8.000,8.000,48,0,0', one),
    ],
    B12: [bq('B12', 'A-B12', both, 'PERIODIC,ON-TIERED,KWH,48.000,,,,,48,1,0', one)],
  };
}
