/** Lines of one meter file, each with what DC07 must say of it. */
import { cmepRegister, cmepText, dayTriples, flat, type CmepText } from './lines.js';

export interface LineCase {
  readonly line: string;
  /** `meter,channel,first,last,lines,values,applied,unchanged,superseded,held,rejected,reason`; null = no row. */
  readonly row: string | RegExp | null;
  /** Values it counts. */
  readonly values: number;
  /** Values stored. */
  readonly stored?: number;
  /** Told to the sender alone. */
  readonly isAlone?: boolean;
}

const METER = 'RM-1';
const text = (more: Partial<CmepText>) =>
  cmepText({ amcc: 'NA1', meter: METER, triples: [['202606300100', 'R', '0.500']], ...more });
const two = (first: string, second: string): CmepText['triples'] => [
  ['202606300100', 'R', first],
  ['202606300200', 'R', second],
];
const no = (reason: string, values: number, channel = 'KWH') =>
  `${METER},${channel},,,1,${values},0,0,0,0,${values},${reason}`;
const rejected = (line: string, reason: string, values = 1): LineCase => ({
  line,
  values,
  row: no(reason, values),
});
const fine = (line: string, values = 1): LineCase => ({ line, values, row: null, stored: values });
const noted = (line: string, at: string, reason: string): LineCase => ({
  line,
  values: 1,
  stored: 1,
  row: `${METER},KWH,${at},${at},1,1,1,0,0,0,0,${reason}`,
});
const twice: CmepText['triples'] = [
  ['202606280100', 'R', '0.500'],
  ['202606280100', 'R', '0.501'],
];
const late: CmepText['triples'] = [['202607021000', 'R', '0.5']];

/** Sent on 2 July 2026 just after 09:00; every line stands alone. */
export const LINES: readonly LineCase[] = [
  { line: 'garbage', values: 1, isAlone: true, row: /^,[^,]*,,,1,1,0,0,0,0,1,NOT_CMEP$/ },
  { line: text({ triples: [], count: '0' }), values: 1, row: no('NOT_CMEP', 1) },
  {
    line: text({
      triples: dayTriples('20260630', flat('0.100', 48), { minutes: 30 }),
      count: '49',
      minutes: 30,
    }),
    values: 1,
    row: no('NOT_CMEP', 1),
  },
  rejected(text({ purpose: '', triples: two('1', '2') }), 'NOT_CMEP', 2),
  rejected(
    text({
      minutes: 30,
      triples: dayTriples('20260630', flat(`0.${'1'.repeat(40)}`, 48), { minutes: 30 }),
    }),
    'NOT_CMEP',
    48,
  ),
  rejected(text({ triples: two('1', '2'), count: '3' }), 'COUNT_MISMATCH', 3),
  {
    line: text({ amcc: 'SA1', triples: two('1', '2') }),
    values: 2,
    isAlone: true,
    row: `${METER},KWH,,,1,2,0,0,0,0,2,NOT_AUTHORIZED`,
  },
  rejected(text({ purpose: 'LOAD' }), 'PURPOSE_NOT_LOADED'),
  { line: text({ unit: 'THERM' }), values: 1, row: /^RM-1,[^,]*,,,1,1,0,0,0,0,1,UNKNOWN_UNIT$/ },
  rejected(text({ triples: [['202606310100', 'R', '1']] }), 'BAD_TIMESTAMP'),
  rejected(text({ triples: [['202606300130', 'R', '1']] }), 'BAD_TIMESTAMP'),
  rejected(text({ triples: two('1', 'abc') }), 'BAD_VALUE', 2),
  rejected(text({ triples: [['202606300100', 'Q', '1']] }), 'BAD_VALUE'),
  rejected(text({ triples: twice }), 'OVERLAPS_ITSELF', 2),
  rejected(text({ triples: late }), 'FUTURE_READ'),
  rejected(cmepRegister('NA1', METER, '202607020930', '100'), 'FUTURE_READ'),
  // the first reason that holds, in the order of the contract
  rejected(text({ count: '2', purpose: 'LOAD' }), 'COUNT_MISMATCH', 2),
  rejected(text({ purpose: 'LOAD', triples: [['202606310100', 'R', '1']] }), 'PURPOSE_NOT_LOADED'),
  {
    line: text({ unit: 'THERM', triples: [['202606310100', 'R', '1']] }),
    values: 1,
    row: /^RM-1,[^,]*,,,1,1,0,0,0,0,1,UNKNOWN_UNIT$/,
  },
  rejected(text({ triples: [['202606310100', 'R', 'abc']] }), 'BAD_TIMESTAMP'),
  rejected(text({ triples: [...twice, ['202606280200', 'R', 'abc']] }), 'BAD_VALUE', 3),
  rejected(text({ triples: [...twice, ...late] }), 'OVERLAPS_ITSELF', 3),
  noted(
    text({ triples: [['202606290100', 'R', '0.1234567']] }),
    '2026-06-29T01:00:00-05:00',
    'ROUNDED',
  ),
  noted(text({ triples: [['202603200100', 'R', '0.5']] }), '2026-03-20T01:00:00-05:00', 'STALE'),
  fine(text({ triples: [['202606290200', 'R', '1.5E-1']] })),
  fine(text({ triples: [['202606290300', 'R', '0.1000000']] })),
  fine(text({ triples: [['202606290400', 'R', '-0.075']] })),
  fine(text({ triples: [['202606290500', 'R0400', '+0.5']] })),
  fine(
    text({
      triples: [
        ['202606290600', 'R', '0.5'],
        ['', 'R', '0.6'],
        ['', '', '0.7'],
      ],
    }),
    3,
  ),
  fine(
    text({
      triples: [
        ['202606291000', 'R', '0.5'],
        ['202606291000', 'R', '0.50'],
      ],
    }),
    2,
  ),
  fine(text({ purpose: 'RESEND', triples: [['202607020900', 'R', '0.5']] })),
  fine(cmepRegister('NA1', METER, '202607020903', '100.000')),
];

/** Nov 2, 2025 of one meter: by the local clock 01:00-02:00 stands twice. */
export function november(meter: string, isLocal: boolean): string {
  const triples = dayTriples('20251102', flat('0.500'));
  const again = ['202511020200', 'R', '0.700'] as const;
  const all = isLocal ? [...triples.slice(0, 2), again, ...triples.slice(2)] : triples;
  return cmepText({ amcc: 'NA1', meter, triples: all });
}

/** March 8, 2026 of one meter, some hours left out. */
export function march(meter: string, ...missing: number[]): string {
  const values: (string | undefined)[] = flat('0.500');
  for (const hour of missing) values[hour - 1] = undefined;
  return cmepText({ amcc: 'NA1', meter, triples: dayTriples('20260308', values) });
}

/** What competes for the hours of 30 June, file by file. */
export const RANKED: readonly { name: string; lines: readonly string[] }[] = [
  {
    name: 'rank1.cmep',
    lines: [
      cmepText({ amcc: 'NA1', meter: 'RM-2', triples: dayTriples('20260630', flat('1.000')) }),
      cmepText({
        amcc: 'NA1',
        meter: 'RM-3',
        triples: [
          ...dayTriples('20260630', flat('1.000', 21)),
          ['202606302200', 'E', '9.000'],
          ['202606302300', 'R', '1.000'],
        ],
      }),
    ],
  },
  {
    name: 'rank2.cmep',
    lines: [
      cmepText({
        amcc: 'NA1',
        meter: 'RM-2',
        triples: [
          ['202606300100', 'E', '2.000'],
          ['202606300200', 'R', '1.000'],
          ['202606300300', 'R', '3.000'],
          ['202606300400', 'N', '9.900'],
          ['202606300500', 'A', '5.000'],
          ['202606300600', '', '6.000'],
          ['202606300700', 'E', '7.500'],
        ],
      }),
      cmepText({
        amcc: 'NA1',
        meter: 'RM-3',
        triples: [
          ['202606302200', 'R', '2.200'],
          ['202606302400', 'E', '4.000'],
        ],
      }),
    ],
  },
];
