/** Service points of the scenario of meter reads, and the files about them. */
import { cmepRegister, cmepText, dayTriples, flat } from './lines.js';
import { joined, wholeParts, type PointText } from './sync-cast.js';
import type { Parts } from './scenario.js';

/** `sdp meter amcc`, and what differs from a plain home read hourly since June. */
const POINTS: readonly (readonly [string, string, string, Partial<PointText>?])[] = [
  ...[1, 2, 3, 4].map((n) => [`L${n}`, `LM-${n}`, 'NA1', { from: '2025-10-01' }] as const),
  ['R1', 'RM-1', 'NA1', { from: '2026-03-01' }],
  ['R2', 'RM-2', 'NA1'],
  ['R3', 'RM-3', 'NA1'],
  ['H2', 'HM-2', 'NA2'],
  ['H3', 'HM-3', 'NA2'],
  ['H4', 'HM-4', 'NA2'],
  ['H5', 'HM-5', 'NA2'],
  ['H7', 'HM-7', 'NA2'],
  ['H8', 'HM-8', 'NA2', { service: ',HOURLY' }],
  ['H9', 'HM-9', 'NA2', { ami: 'SOUTHAMI' }],
  ['C1', 'CM-1', 'NA2'],
  ['C2', 'CM-2', 'NA2'],
  ['X1', 'XO-1', 'NA2', { multiplier: '2' }],
  ['X2', 'XO-2', 'NA2'],
  ['K1', 'KM-1', 'DA1', { multiplier: '2' }],
  ['T1', 'TM-1', 'UA1'],
  ['M1', 'MM-1', 'XA1', { multiplier: '10' }],
];
/** Points without a meter yet. */
const BARE = ['H1', 'H6'];

export const MAPLE_SDPS = [...POINTS.map(([sdp]) => sdp), ...BARE];
export const JUNE = '2026-06-01';
export const CHANGE = '2026-07-01T10:37:00-05:00';
export const FIRST = '2026-07-01T00:00:00-05:00';

/** The directory of MAPLE as its first set states it, with what makes reads held. */
export function firstParts(u: (sdp: string) => string): Parts {
  const points = POINTS.map(([sdp, meter, amcc, more]) => ({
    usdp: u(sdp),
    sdp,
    meter,
    amcc,
    from: JUNE,
    ami: 'NORTHAMI',
    service: 'STD,HOURLY',
    ...more,
  }));
  const bare = wholeParts(
    BARE.map((sdp) => ({ ...points[0]!, usdp: u(sdp), sdp, from: JUNE, service: 'STD,HOURLY' })),
  );
  return joined(
    wholeParts(points),
    { ...bare, 2: [], 3: [] },
    {
      1: [`SDP,${u('H7')},H7,2026-07-01,RETIRED,,,EASTERN,RESIDENTIAL`],
      2: [
        'MTR,HM-5,D-HM-5,NA2,2026-07-01T10:30:00-05:00,60,2,6,KWH,3',
        `MTR,HM-6,D-HM-6,NA2,${JUNE},60,1,6,KWH,3`,
        `MTR,XN-1,D-XN-1,NA2,${CHANGE},60,1,6,KWH,3`,
        `MTR,XN-2,D-XN-2,NA2,${CHANGE},60,1,6,KWH,3`,
      ],
    },
  );
}

/** The exchanges, told as a set of their own so that what they close is held already. */
export function exchangeParts(u: (sdp: string) => string): Parts {
  const june = `${JUNE}T00:00:00-05:00`;
  return {
    3: [
      `INS,${u('X1')},XO-1,${june},${CHANGE}`,
      `INS,${u('X1')},XN-1,${CHANGE}`,
      `INS,${u('X2')},XO-2,${june},${CHANGE},,KWH=104.500`,
      `INS,${u('X2')},XN-2,${CHANGE},,KWH=0.000`,
    ],
  };
}

/** What makes every held value applicable, and uncrosses C1 and C2. */
export function repairParts(u: (sdp: string) => string): Parts {
  const june = `${JUNE}T00:00:00-05:00`;
  return {
    1: [`SDP,${u('H7')},,2026-07-01,,,,,,WITHDRAW`],
    2: [
      'MTR,HM-1,D-HM-1,NA2,2026-07-01,60,1,6,KWH,3',
      `MTR,HM-2,D-OTHER,NA2,${JUNE},60,1,6,KWH,3`,
      `MTR,HM-3,D-HM-3,NA2,${JUNE},60,1,6,KWH+GKWH,3`,
      `MTR,HM-4,D-HM-4,NA2,${JUNE},30,1,6,KWH,3`,
      'MTR,HM-5,,,2026-07-01T10:30:00-05:00,,,,,,WITHDRAW',
    ],
    3: [
      `INS,${u('H1')},HM-1,${FIRST}`,
      `INS,${u('H6')},HM-6,${june}`,
      `INS,${u('C1')},CM-1,${june},,,,WITHDRAW`,
      `INS,${u('C2')},CM-2,${june},,,,WITHDRAW`,
      `INS,${u('C1')},CM-2,${june}`,
      `INS,${u('C2')},CM-1,${june}`,
    ],
    5: [`ORG,${u('H9')},AMI_OPERATOR,NORTHAMI,${JUNE}`],
    6: [`SVC,${u('H8')},${JUNE},STD,HOURLY`],
  };
}

const day = (amcc: string, meter: string, value: string, more: object = {}) =>
  cmepText({ amcc, meter, triples: dayTriples('20260701', flat(value)), ...more });

/** 1 July of every meter whose values are held, and why; by line. */
export const HELD: readonly (readonly [string, string, string])[] = [
  ['HM-1', day('NA2', 'HM-1', '0.100'), 'UNKNOWN_METER'],
  ['HM-2', day('NA2', 'HM-2', '0.200', { other: 'D-OTHER' }), 'AMCD_MISMATCH'],
  ['HM-3', day('NA2', 'HM-3', '0.300', { unit: 'GKWH' }), 'CHANNEL_NOT_IN_DIRECTORY'],
  [
    'HM-4',
    cmepText({
      amcc: 'NA2',
      meter: 'HM-4',
      minutes: 30,
      triples: dayTriples('20260701', flat('0.200', 48), { minutes: 30 }),
    }),
    'INTERVAL_LENGTH_MISMATCH',
  ],
  ['HM-5', day('NA2', 'HM-5', '0.500'), 'SPLIT_BY_CHANGE'],
  ['HM-6', day('NA2', 'HM-6', '0.600'), 'NOT_INSTALLED'],
  ['HM-7', day('NA2', 'HM-7', '0.700'), 'SDP_RETIRED'],
  ['HM-8', day('NA2', 'HM-8', '0.800'), 'SDP_INCOMPLETE'],
  ['HM-9', day('NA2', 'HM-9', '0.900'), 'NOT_AMI_OPERATOR'],
];

/** Files of 1 July that are applied at once. */
export function appliedFiles(): { name: string; content: string }[] {
  const old = (value: string) => [...flat(value, 10), ...Array(14).fill(undefined)];
  const after = (first: string, value: string) => [
    ...Array(10).fill(undefined),
    first,
    ...flat(value, 13),
  ];
  const text = (amcc: string, meter: string, values: (string | undefined)[]) =>
    cmepText({ amcc, meter, triples: dayTriples('20260701', values) });
  const utc = flat('0.250').map((value, i) => {
    const hour = (i + 1 + 5) % 24;
    const date = i + 1 + 5 >= 24 ? '20260702' : '20260701';
    return [`${date}${String(hour).padStart(2, '0')}00`, 'R', value] as const;
  });
  const lines = [
    day('NA2', 'HM-3', '0.310'),
    day('NA2', 'CM-1', '1.000'),
    day('NA2', 'CM-2', '2.000'),
    // both meters send their part of the hour of the exchange, the old one with multiplier 2
    text('NA2', 'XO-1', [...flat('1.000', 10), '0.400', ...Array(13).fill(undefined)]),
    text('NA2', 'XN-1', after('0.300', '1.000')),
    // the old meter's part comes from its registers: 4.5 less ten hours of 0.4
    cmepRegister('NA2', 'XO-2', '202606302400', '100.000'),
    text('NA2', 'XO-2', old('0.400')),
    text('NA2', 'XN-2', after('0.300', '1.000')),
  ];
  const others = {
    DA1: [day('DA1', 'D-KM-1', '0.125', { other: 'KM-1', constant: '3' })],
    UA1: [cmepText({ amcc: 'UA1', meter: 'TM-1', triples: utc })],
    XA1: [day('XA1', 'MM-1', '0.500')],
  };
  return [
    { name: 'applied.cmep', content: `${lines.join('\n')}\n` },
    ...Object.entries(others).map(([amcc, all]) => ({
      name: `${amcc}.cmep`,
      content: `${all.join('\r\n')}\r\n`,
    })),
  ];
}

/** kWh of h01 to h24 that a request for 1 July is answered with, by SDP, before the repair. */
export const HOURS_BEFORE: Readonly<Record<string, readonly string[]>> = {
  C1: flat('1.000'),
  C2: flat('2.000'),
  X1: [...flat('2.000', 10), '1.100', ...flat('1.000', 13)],
  X2: [...flat('0.400', 10), '0.800', ...flat('1.000', 13)],
  K1: flat('0.750'),
  T1: flat('0.250'),
  M1: flat('0.500'),
};

/** And after it. */
export const HOURS_AFTER: Readonly<Record<string, readonly string[]>> = {
  H1: flat('0.100'),
  H2: flat('0.200'),
  H4: flat('0.400'),
  H5: flat('0.500'),
  H6: flat('0.600'),
  H7: flat('0.700'),
  H8: flat('0.800'),
  H9: flat('0.900'),
  C1: flat('2.000'),
  C2: flat('1.000'),
};
