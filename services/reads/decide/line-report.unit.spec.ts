import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { REPORT_COLUMNS, writeReport } from '@mdmr/formats';
import type { DirectoryView, HeadEnd } from './directory-view.js';
import { decideLine, type LineContext } from './decide-line.js';
import {
  attributed,
  at,
  day,
  directory,
  file,
  headEnd,
  meter,
  point,
  readLines,
} from './fixture.js';
import { reportLines, type LineReport, type SettledLine } from './line-report.js';
import { receiveBlocks } from './receive-blocks.js';
import type { FileOrigin } from './block.js';

function context(input: Partial<LineContext> & { headEnds?: HeadEnd[] } = {}): LineContext {
  const headEnds = input.headEnds ?? [headEnd()];
  return {
    file: file(1),
    headEnd: (name) => headEnds.find((h) => h.amccId === name),
    mayRead: () => true,
    hasLocalClock: () => false,
    futureReadSeconds: 300,
    ...input,
  };
}

function settle(view: DirectoryView, text: string, c: LineContext): SettledLine[] {
  return readLines(text).map((read) => {
    const line = decideLine(view, c, read);
    return { line, blocks: line.blocks.flatMap((b) => receiveBlocks([], [attributed(view, b)])) };
  });
}

function report(view: DirectoryView, text: string, c = context()): LineReport {
  return reportLines(settle(view, text, c), 90);
}

function line(fields: Record<number, string>, triples: string): string {
  const all = 'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1001,OK,E,KWH,1,00000100,2'.split(',');
  for (const [i, value] of Object.entries(fields)) all[Number(i) - 1] = value;
  return `${all.join(',')},${triples}`;
}
const GOOD = '202607030100,R,0.400,,R,0.300';

const maple = directory({
  meters: [meter('M-1001'), meter('M-1003')],
  points: [point('4071829533', [{ meter: 'M-1001' }]), point('9153064828', [{ meter: 'M-1003' }])],
});

describe('DC07', () => {
  const text = `${[
    'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1001,RESEND,E,KWH,1,00000100,4,202607021800,R,1.900,,R,2.100,,R,1.800,,R,1.500',
    'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-7777,OK,E,KWH,1,00000100,2,202607030100,R,0.400,,R,0.300',
    'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1003,OK,E,KWH,1,00000100,3,202607030100,R,0.400,,R,0.400',
  ].join('\n')}\n`;
  const digest = createHash('sha256').update(text).digest('hex');
  const origin: FileOrigin = {
    ...file(1),
    custodyAtMs: at('2026-07-03T11:00'),
    fileId: `x${digest.slice(0, 16)}`,
    fileName: 'NA1_late.cmep',
  };

  it('of the example is as written, to the byte', () => {
    const { totals, rows } = report(maple, text, context({ file: origin }));
    const counts = (r: (typeof rows)[number] | (typeof totals)[number]) => [
      r.lines,
      r.values,
      r.applied,
      r.unchanged,
      r.superseded,
      r.held,
      r.rejected,
    ];
    const total = totals[0]!;
    const bytes = writeReport({
      reportId: 'DC07',
      ldc: 'MAPLE',
      fileId: 'F3001',
      generatedAt: at('2026-07-03T11:00') + 21_000,
      recipient: 'NORTHAMI',
      runId: origin.fileId,
      periodStart: day('2026-07-03'),
      periodEnd: day('2026-07-04'),
      asOf: at('2026-07-03T11:00') + 20_000,
      columns: REPORT_COLUMNS.DC07,
      rows: [
        [
          origin.fileId,
          null,
          null,
          null,
          total.firstMs,
          total.lastMs,
          ...counts(total),
          null,
          origin.fileName,
        ],
        ...rows.map((r) => [
          origin.fileId,
          r.line,
          r.meterId,
          r.channel,
          r.firstMs,
          r.lastMs,
          ...counts(r),
          r.reason,
          origin.fileName,
        ]),
      ],
    });
    expect(totals).toHaveLength(1);
    expect(bytes.toString())
      .toBe(`HDR,DC07,1,MDMR,MAPLE,F3001,2026-07-03T11:00:21-05:00,NORTHAMI,x4648c5e2cb598eea,2026-07-03,2026-07-04,2026-07-03T11:00:20-05:00
COL,file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,rejected,reason,file_name
ROW,x4648c5e2cb598eea,,,,2026-07-02T18:00:00-05:00,2026-07-03T02:00:00-05:00,3,9,4,0,0,2,3,,NA1_late.cmep
ROW,x4648c5e2cb598eea,2,M-7777,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,1,2,0,0,0,2,0,UNKNOWN_METER,NA1_late.cmep
ROW,x4648c5e2cb598eea,3,M-1003,KWH,,,1,3,0,0,0,0,3,COUNT_MISMATCH,NA1_late.cmep
TRL,4
`);
  });
});

describe('a line is rejected for the first reason that holds', () => {
  const reason = (text: string, c = context()) => decideLine(maple, c, readLines(text)[0]!).reason;
  it.each([
    ['NOT_CMEP', line({ 1: 'MEPMD02' }, GOOD)],
    ['NOT_CMEP', line({ 8: '' }, GOOD)],
    ['NOT_CMEP', line({ 14: '49' }, GOOD)],
    ['NOT_CMEP', line({ 4: 'x'.repeat(2048) }, GOOD)],
    ['COUNT_MISMATCH', line({ 14: '3', 3: 'NA9' }, GOOD)],
    ['NOT_AUTHORIZED', line({ 3: 'NA9', 9: 'TEST' }, GOOD)],
    ['PURPOSE_NOT_LOADED', line({ 9: 'TEST', 11: 'MWH' }, GOOD)],
    ['UNKNOWN_UNIT', line({ 11: 'MWH' }, '202613010100,R,x,,R,1')],
    ['BAD_TIMESTAMP', line({}, '202613010100,R,x,,R,1')],
    ['BAD_TIMESTAMP', line({}, '202607030130,R,0.4,,R,0.3')],
    ['BAD_TIMESTAMP', line({}, ',R,0.4,,R,0.3')],
    ['BAD_TIMESTAMP', line({}, '199912312300,R,1,,R,1')],
    ['BAD_VALUE', line({}, '202607030100,R,x,,R,1')],
    ['BAD_VALUE', line({}, '202607030100,Q,1,,R,1')],
    ['BAD_VALUE', line({}, '202607030100,R,,,R,1')],
    ['BAD_VALUE', line({ 10: 'G' }, GOOD)],
    ['BAD_VALUE', line({ 12: 'ten' }, GOOD)],
    ['BAD_VALUE', line({ 8: 'M 1' }, GOOD)],
    ['BAD_VALUE', line({ 13: '00000007' }, '202607030007,R,1,,R,1')],
    ['BAD_VALUE', line({}, '202607030100,R,1E10,,R,1')],
    ['OVERLAPS_ITSELF', line({}, '202607030100,R,0.4,202607030100,R,0.5')],
    ['FUTURE_READ', line({}, '202607031100,R,0.4,,R,0.5')],
  ])('%s', (expected, text) => {
    expect(reason(text)).toBe(expected);
  });

  it('LOCAL_CLOCK before OVERLAPS_ITSELF, the whole line with any value of that date', () => {
    const c = context({ hasLocalClock: (amcc, d) => amcc === 'NA1' && d === day('2026-07-02') });
    expect(reason(line({}, '202607030000,R,0.4,202607030000,R,0.5'), c)).toBe('LOCAL_CLOCK');
    expect(reason(line({}, GOOD), c)).toBeNull();
  });

  it('FUTURE_READ only beyond the allowance', () => {
    const c = context({ file: file(1, { custodyAtMs: at('2026-07-03T11:55') }) });
    expect(reason(line({}, '202607031100,R,0.4,,R,0.5'), c)).toBeNull();
  });

  it('NOT_AUTHORIZED without READS for the LDC of the meter, told to the sender alone', () => {
    const decided = decideLine(
      maple,
      context({ mayRead: () => false }),
      readLines(line({}, GOOD))[0]!,
    );
    expect(decided).toMatchObject({ reason: 'NOT_AUTHORIZED', ldc: null, blocks: [] });
  });
});

describe('what is accepted', () => {
  const block = (text: string) => decideLine(maple, context(), readLines(text)[0]!).blocks;
  it('one stamp twice with equal values, the second of them unchanged', () => {
    const text = line({}, '202607030100,R,0.4,202607030100,R,0.400');
    expect(block(text)[0]).toMatchObject({ repeats: [0] });
    const { totals } = report(maple, text);
    expect(totals[0]).toMatchObject({ values: 2, applied: 2, unchanged: 1, held: 0 });
  });
  it('a sign, an exponent, many decimals, a constant, a trailing hash', () => {
    const [b] = block(line({ 12: '0.5' }, '202607030100,R,-1.25E-2,,R,+3.0000001,H1A2F'));
    expect(b!.values.slice(0, 2).map((v) => v! / 10 ** b!.scale)).toEqual([-0.00625, 1.50000005]);
  });
  it('a constant of 0 or none is 1', () => {
    for (const constant of ['', '0', '0.0']) {
      const [b] = block(line({ 12: constant }, GOOD));
      expect(b!.values.slice(0, 2).map((v) => v! / 10 ** b!.scale)).toEqual([0.4, 0.3]);
    }
  });
  it('flag N with any number is no value; vendor digits are kept', () => {
    const [b] = block(line({}, '202607030100,N,99.9,,R0400,0.3'));
    expect(b).toMatchObject({ flags: `NR${'.'.repeat(22)}`, masks: [{ index: 1, text: '0400' }] });
    expect(b!.values.slice(0, 2)).toEqual([null, 3]);
  });
  it('values of several days and 2400 as the end of a day', () => {
    const blocks = block(line({}, '202607022400,R,0.4,202607030100,R,0.3'));
    expect(blocks.map((b) => [b.estDay, b.flags.search(/[^.]/)])).toEqual([
      [day('2026-07-02'), 23],
      [day('2026-07-03'), 0],
    ]);
  });
  it('registers, off the grid, with their decimals as received', () => {
    const [b] = block(
      line({ 11: 'KWHREG', 13: '00000000' }, '202607030107,R,100.50,202607030208,E,101'),
    );
    expect(b!.channel).toBe('KWH');
    expect(b!.registers).toEqual([
      { atMs: at('2026-07-03T01:07'), units: 10050, scale: 2, flag: 'R' },
      { atMs: at('2026-07-03T02:08'), units: 101, scale: 0, flag: 'E' },
    ]);
  });
  it('stamps in UTC', () => {
    const read = readLines(line({}, '202607030600,R,0.4,,R,0.3'), { utc: true })[0]!;
    expect(read.lastEndMs).toBe(at('2026-07-03T02:00'));
  });
});

describe('notes and counts of a line', () => {
  const third = directory({
    meters: [meter('M-1001', { multiplier: '0.333' })],
    points: [point('A', [{ meter: 'M-1001' }])],
  });
  it('ROUNDED names the values that rounding changed', () => {
    const { rows } = report(third, line({}, '202607030100,R,0.500,,R,1.000'));
    expect(rows).toMatchObject([
      { reason: 'ROUNDED', values: 1, applied: 1, held: 0, firstMs: at('2026-07-03T01:00') },
    ]);
  });
  it('STALE names values older than the limit, held ones too', () => {
    const { rows } = report(maple, line({ 8: 'M-7777' }, '202604030100,R,0.4,202607030100,R,0.3'));
    expect(rows.map((r) => [r.reason, r.values, r.held])).toEqual([
      ['STALE', 1, 1],
      ['UNKNOWN_METER', 2, 2],
    ]);
  });
  it('a wholly applied line has no row; a rejected one counts field 14, else 1', () => {
    expect(report(maple, line({}, GOOD)).rows).toEqual([]);
    expect(report(maple, line({ 14: '48' }, GOOD)).rows[0]!.values).toBe(48);
    expect(report(maple, line({ 14: '0' }, GOOD)).rows[0]!.values).toBe(1);
    expect(report(maple, 'rubbish').totals[0]).toMatchObject({ ldc: '', lines: 1, rejected: 1 });
  });
  it('an N counts as applied and unchanged, or as held', () => {
    const triples = '202607030100,N,0,,R,0.3';
    expect(report(maple, line({}, triples)).totals[0]).toMatchObject({ applied: 2, unchanged: 1 });
    expect(report(maple, line({ 8: 'M-7' }, triples)).totals[0]).toMatchObject({ held: 2 });
  });
});

describe('the LDC of a line', () => {
  const both = [headEnd('NA1', { ldcs: ['BIRCH', 'MAPLE'] })];
  const view = directory({
    meters: [meter('M-1001')],
    points: [point('A', [{ meter: 'M-1001' }])],
    headEnds: both,
  });
  const ldcs = (text: string) =>
    report(view, text, context({ headEnds: both })).totals.map((t) => t.ldc);
  it('is the one whose directory has the meter, also of a rejected line', () => {
    expect(ldcs(line({}, GOOD))).toEqual(['MAPLE']);
    expect(ldcs(line({ 14: '3' }, GOOD))).toEqual(['MAPLE']);
  });
  it('is open while no directory names the meter and the head-end serves several', () => {
    expect(ldcs(line({ 8: 'M-7777' }, GOOD))).toEqual(['']);
  });
  it('meter_id of an AMCD head-end is the meter, else as far as the line tells', () => {
    const amcd = [headEnd('NA1', { key: 'AMCD' })];
    const keyed = directory({ meters: [meter('M-1001')], headEnds: amcd });
    const name = (fields: Record<number, string>) =>
      report(keyed, line(fields, GOOD), context({ headEnds: amcd })).rows[0]!.meterId;
    expect(name({ 8: 'D-1001' })).toBe('M-1001');
    expect(name({ 8: 'D-9', 6: 'M-9' })).toBe('M-9');
    expect(name({ 8: 'D-9' })).toBe('D-9');
  });
});
