import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { formatInstant, parseInstant } from '@mdmr/kernel';
import { drain } from '../spec-support/chunks.js';
import { CmepFlag } from './cmep-line.js';
import type { CmepLine } from './cmep-line.js';
import { CmepReader } from './cmep-reader.js';
import type { CmepReadOptions } from './cmep-reader.js';
import { formatCmepLine } from './cmep-writer.js';

interface Seen {
  line: number;
  reason: string | null;
  values: number;
  text: string;
  triples: string[];
}

/** A copy of what the line says, to be kept. */
function see(line: CmepLine): Seen {
  const { sender, device, receiverCustomer, channel, register, intervalMinutes } = line;
  const triples: string[] = [];
  for (let i = 0; i < line.count && line.reason === null; i++) {
    const { units, scale } = line.decimal(i);
    triples.push(
      `${formatInstant(line.ends[i]!)} ${line.flags[i]}${line.mask(i)} ${units}/${scale}`,
    );
  }
  const constant = line.constant();
  const text = [
    sender,
    device,
    receiverCustomer,
    channel,
    register ? 'REG' : intervalMinutes,
    `${constant.units}/${constant.scale}`,
  ].join('|');
  return { line: line.line, reason: line.reason, values: line.values, text, triples };
}

function read(text: string, options?: CmepReadOptions): Seen[] {
  const seen: Seen[] = [];
  const reader = new CmepReader(options);
  drain(reader, [Buffer.from(text)], (line) => (seen.push(see(line)), line));
  return seen;
}

interface Parts {
  fixed?: Record<number, string>;
  triples?: string;
}
const FIXED = 'MEPMD01,19970819,NA1,,MDMR,D-1,202607031055,M-1,OK,E,KWH,1,00000100,1'.split(',');

/** A good line of one value with some fields (from 1) replaced. */
function lineOf({ fixed = {}, triples = '202607021800,R,1.900' }: Parts): string {
  return [...FIXED.map((text, i) => fixed[i + 1] ?? text), triples].join(',');
}
function reasonOf(parts: Parts): string | null {
  return read(lineOf(parts))[0]!.reason;
}
function triplesOf(triples: string, fixed: Record<number, string> = {}): string[] {
  const count = String(triples.split(',').length / 3);
  const seen = read(lineOf({ fixed: { 14: count, ...fixed }, triples }))[0]!;
  return seen.reason === null ? seen.triples : [seen.reason];
}

const EXAMPLE = `MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1001,RESEND,E,KWH,1,00000100,4,202607021800,R,1.900,,R,2.100,,R,1.800,,R,1.500
MEPMD01,19970819,NA1,,MDMR,,202607031055,M-7777,OK,E,KWH,1,00000100,2,202607030100,R,0.400,,R,0.300
MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1003,OK,E,KWH,1,00000100,3,202607030100,R,0.400,,R,0.400
`;

describe('the example of a late file', () => {
  it('is read', () => {
    const seen = read(EXAMPLE);
    expect(seen.map(({ reason, values }) => [reason, values])).toEqual([
      [null, 4],
      [null, 2],
      ['COUNT_MISMATCH', 3],
    ]);
    expect(seen[0]!.text).toBe('NA1|M-1001||KWH|60|1/0');
    expect(seen[0]!.triples).toEqual([
      '2026-07-02T18:00:00-05:00 1 1900/3',
      '2026-07-02T19:00:00-05:00 1 2100/3',
      '2026-07-02T20:00:00-05:00 1 1800/3',
      '2026-07-02T21:00:00-05:00 1 1500/3',
    ]);
    expect(seen[2]!.text).toContain('NA1|M-1003||KWH');
  });

  it('is written, but for its wrong count, byte for byte', () => {
    const end = parseInstant('2026-07-02T18:00:00-05:00')!;
    const first = formatCmepLine({
      sender: 'NA1',
      device: 'M-1001',
      purpose: 'RESEND',
      units: 'KWH',
      intervalMinutes: 60,
      recordedAt: parseInstant('2026-07-03T10:55:00-05:00')!,
      triples: ['1.900', '2.100', '1.800', '1.500'].map((value, i) => ({
        end: i === 0 ? end : null,
        flag: 'R',
        value,
      })),
    });
    expect(`${first}\n`).toBe(EXAMPLE.slice(0, first.length + 1));
    const sha256 = createHash('sha256').update(EXAMPLE).digest('hex');
    expect(`x${sha256.slice(0, 16)}`).toBe('x4648c5e2cb598eea');
  });
});

describe('line reasons', () => {
  it.each([1, 2, 3, 8, 9, 10, 11, 13, 14])('field %d empty is NOT_CMEP', (i) => {
    expect(reasonOf({ fixed: { [i]: '' } })).toBe('NOT_CMEP');
  });

  it.each([4, 5, 6, 7, 12])('field %d may be empty', (i) => {
    expect(reasonOf({ fixed: { [i]: '' } })).toBeNull();
  });

  it.each([
    [{ 1: 'MEPMD02' }, 'NOT_CMEP'],
    [{ 1: 'MEPMD01X' }, 'NOT_CMEP'],
    [{ 14: '0' }, 'NOT_CMEP'],
    [{ 14: '49' }, 'NOT_CMEP'],
    [{ 14: '1.0' }, 'NOT_CMEP'],
    [{ 14: '2' }, 'COUNT_MISMATCH'],
    [{ 14: '2', 9: 'HIST' }, 'COUNT_MISMATCH'],
    [{ 9: 'HIST', 11: 'GAL' }, 'PURPOSE_NOT_LOADED'],
    [{ 9: 'ok' }, 'PURPOSE_NOT_LOADED'],
    [{ 11: 'GAL', 10: 'G' }, 'UNKNOWN_UNIT'],
    [{ 11: 'kwh' }, 'UNKNOWN_UNIT'],
    [{ 10: 'G' }, 'BAD_VALUE'],
    [{ 12: 'x' }, 'BAD_VALUE'],
    [{ 12: '-1' }, 'BAD_VALUE'],
    [{ 13: '01000000' }, 'BAD_VALUE'],
    [{ 13: '00000000' }, 'BAD_VALUE'],
    [{ 13: '0000010' }, 'BAD_VALUE'],
    [{ 13: '00000160' }, 'BAD_VALUE'],
    [{ 13: '00002400' }, 'BAD_VALUE'],
    [{ 13: '00000005' }, null],
    [{ 13: '00000007' }, 'BAD_TIMESTAMP'],
    [{ 14: '01' }, null],
    [{ 11: 'GKVARHREG', 13: 'whatever' }, null],
  ])('%j: %s', (fixed, reason) =>
    expect(reasonOf({ fixed: fixed as Record<number, string> })).toBe(reason),
  );

  it('cover the length of a line in characters', () => {
    const pad = (character: string, length: number): string => {
      const rest = length - lineOf({ fixed: { 4: '' } }).length;
      return lineOf({ fixed: { 4: character.repeat(rest) } });
    };
    expect(read(pad('x', 2048))[0]!.reason).toBeNull();
    expect(read(pad('é', 2048))[0]!.reason).toBeNull();
    expect(read(pad('é', 2049))[0]!.reason).toBe('NOT_CMEP');
    const long = read(pad('x', 2049))[0]!;
    expect([long.reason, long.values]).toEqual(['NOT_CMEP', 1]);
    expect(long.text).toContain('NA1|M-1|');
  });

  it('a line that is none counts one value, or its field 14', () => {
    expect(read('hello\n\nMEPMD01,a\n').map((s) => [s.line, s.reason, s.values])).toEqual([
      [1, 'NOT_CMEP', 1],
      [2, 'NOT_CMEP', 1],
      [3, 'NOT_CMEP', 1],
    ]);
    expect(read(lineOf({ fixed: { 8: '', 14: '7' } }))[0]!.values).toBe(7);
  });
});

describe('triples', () => {
  it('stamps: 2400 is the next midnight, an empty one is the next interval', () => {
    expect(triplesOf('202607022300,,1,,,2,,,3')).toEqual([
      '2026-07-02T23:00:00-05:00 0 1/0',
      '2026-07-03T00:00:00-05:00 0 2/0',
      '2026-07-03T01:00:00-05:00 0 3/0',
    ]);
    expect(triplesOf('202612312400,,1')).toEqual(['2027-01-01T00:00:00-05:00 0 1/0']);
    expect(triplesOf('202607030100,,1,202607010100,,1,,,1')).toEqual([
      '2026-07-03T01:00:00-05:00 0 1/0',
      '2026-07-01T01:00:00-05:00 0 1/0',
      '2026-07-01T02:00:00-05:00 0 1/0',
    ]);
  });

  it('stamps in UTC where the head-end has it so', () => {
    const seen = read(lineOf({ triples: '202607030500,R,1' }), { utc: (s) => s === 'NA1' });
    expect(seen[0]!.triples).toEqual(['2026-07-03T00:00:00-05:00 1 1/0']);
    const daily = { 13: '00010000' };
    const utc = (): boolean => true;
    expect(
      read(lineOf({ fixed: daily, triples: '202607030500,R,1' }), { utc })[0]!.reason,
    ).toBeNull();
    expect(read(lineOf({ fixed: daily, triples: '202607030000,R,1' }), { utc })[0]!.reason).toBe(
      'BAD_TIMESTAMP',
    );
  });

  it.each([
    ',R,1',
    '20260702180,R,1',
    '2026070218000,R,1',
    '202602301800,R,1',
    '202607022401,R,1',
    '202607022500,R,1',
    '202607021760,R,1',
    '2026070218O0,R,1',
    '202607021830,R,1',
    '000007021800,R,1',
    '202613011800,R,1',
    '202607021800,R,1,202607021930,R,1',
    ' 202607021800,R,1',
    '-02607021800,R,x',
  ])('%j is BAD_TIMESTAMP', (triples) => expect(triplesOf(triples)).toEqual(['BAD_TIMESTAMP']));

  it('the grid starts anew each midnight, which ends the last interval of the day before', () => {
    const seven = { 13: '00000007' };
    expect(triplesOf('202607020007,,1', seven)).toHaveLength(1);
    expect(triplesOf('202607020007,,1', seven)).not.toEqual(['BAD_TIMESTAMP']);
    expect(triplesOf('202607020000,,1', seven)).toEqual(['BAD_TIMESTAMP']);
  });

  it('flags and masks', () => {
    const flags = { '': 0, R: 1, A: 2, E: 3, N: 4 };
    for (const [flag, code] of Object.entries(flags)) {
      expect(triplesOf(`202607021800,${flag},1`)[0]).toContain(
        ` ${code} ${flag === 'N' ? 0 : 1}/0`,
      );
    }
    expect(CmepFlag.NO_VALUE).toBe(4);
    expect(triplesOf('202607021800,R0400,1')[0]).toContain(' 10400 1/0');
    expect(triplesOf('202607021800,N,,,N99,-7.5')).toEqual([
      '2026-07-02T18:00:00-05:00 4 0/0',
      '2026-07-02T19:00:00-05:00 499 0/0',
    ]);
    for (const flag of ['r', 'X', '1', 'R4a', 'RR', ' R']) {
      expect(triplesOf(`202607021800,${flag},1`)).toEqual(['BAD_VALUE']);
    }
    expect(triplesOf('202607021800,N,abc')).toEqual(['BAD_VALUE']);
  });

  it.each([
    ['1.900', '1900/3'],
    ['-0.5', '-5/1'],
    ['+0.5', '5/1'],
    ['.5', '5/1'],
    ['5.', '5/0'],
    ['1e3', '1000/0'],
    ['1.5E-3', '15/4'],
    ['-0', '0/0'],
    ['0.0000001', '1/7'],
    ['123456789012345', '123456789012345/0'],
    ['12345678901234567890.5', '123456789012345678905/1'],
    ['9007199254740993', '9007199254740993/0'],
  ])('the value %s is %s', (text, value) => {
    expect(triplesOf(`202607021800,R,${text}`)[0]!.split(' ')[2]).toBe(value);
  });

  it.each([
    '',
    '-',
    '.',
    '1,5'.replace(',', ';'),
    '1.2.3',
    'e5',
    '1e',
    '--1',
    '1 ',
    'NaN',
    '0x1',
    '1e9999',
  ])('the value %j is BAD_VALUE', (text) =>
    expect(triplesOf(`202607021800,R,${text}`)).toEqual(['BAD_VALUE']),
  );

  it('registers need no grid and no interval', () => {
    const fixed = { 11: 'KWHREG', 13: '00000000' };
    const seen = read(lineOf({ fixed, triples: '202607021037,R,1439.3' }))[0]!;
    expect(seen.text).toBe('NA1|M-1|D-1|KWH|REG|1/0');
    expect(seen.triples).toEqual(['2026-07-02T10:37:00-05:00 1 14393/1']);
    expect(triplesOf('202607021037,R,1,,R,2', fixed)).toEqual(['BAD_TIMESTAMP']);
    expect(triplesOf('202607022401,R,1', fixed)).toEqual(['BAD_TIMESTAMP']);
  });

  it('constants', () => {
    const constant = (text: string): string => read(lineOf({ fixed: { 12: text } }))[0]!.text;
    expect(constant('')).toContain('|1/0');
    expect(constant('0.00')).toContain('|1/0');
    expect(constant('0.025')).toContain('|25/3');
    expect(constant('12345678901234567890')).toContain('|12345678901234567890/0');
  });

  it.each(['1.900H1A2f', '1.900,HFFFF'])('a trailing hash is not looked at: %s', (value) => {
    const seen = read(lineOf({ triples: `202607021800,R,${value}` }))[0]!;
    expect([seen.reason, seen.triples[0]]).toEqual([null, '2026-07-02T18:00:00-05:00 1 1900/3']);
  });

  it.each(['1.900,', '1.900,H123', '1.900,H12G4', '1.900,x', '1.900,HFFFF,'])(
    'but nothing else may stand there: %s',
    (value) => expect(reasonOf({ triples: `202607021800,R,${value}` })).toBe('COUNT_MISMATCH'),
  );
});

describe('quotes', () => {
  it('are those of CSV', () => {
    const seen = read(
      lineOf({ fixed: { 4: '"a, ""b"""', 8: '"M-1"' }, triples: '"202607021800",R,"1"' }),
    );
    expect(seen[0]!.text).toContain('NA1|M-1|');
    expect(seen[0]!.triples).toEqual(['2026-07-02T18:00:00-05:00 1 1/0']);
    const broken = read(lineOf({ fixed: { 4: 'a"b', 14: '7' } }))[0]!;
    expect([broken.reason, broken.values]).toEqual(['NOT_CMEP', 1]);
  });
});
