import { describe, expect, it } from '@jest/globals';
import { dc07 } from './dc07.report.js';
import { at, given, told, withFileId } from './told.js';

/** reads.md 6: NA1_late.cmep. */
const file = {
  at_ms: at('2026-07-03T11:00:20-05:00'),
  custody_id: 'c-late',
  custody_at_ms: at('2026-07-03T11:00:01-05:00'),
  file_id: 'x4648c5e2cb598eea',
  file_name: 'NA1_late.cmep',
  sender: 'NORTHAMI',
  segment: 0,
  segments: 1,
  chunk: 0,
  last: true,
};
const nothing = { values: 0, applied: 0, unchanged: 0, superseded: 0, held: 0, rejected: 0 };
const total = {
  ldc: 'MAPLE',
  lines: 3,
  ...nothing,
  values: 9,
  applied: 4,
  held: 2,
  rejected: 3,
  first_ms: at('2026-07-02T18:00:00-05:00'),
  last_ms: at('2026-07-03T02:00:00-05:00'),
};
const unknown = {
  ldc: 'MAPLE',
  sender_only: false,
  line: 2,
  meter_id: 'M-7777',
  channel: 'KWH',
  first_ms: at('2026-07-03T01:00:00-05:00'),
  last_ms: at('2026-07-03T02:00:00-05:00'),
  lines: 1,
  ...nothing,
  values: 2,
  held: 2,
  reason: 'UNKNOWN_METER',
};
const wrongCount = {
  ...unknown,
  line: 3,
  meter_id: 'M-1003',
  first_ms: null,
  last_ms: null,
  ...nothing,
  values: 3,
  rejected: 3,
  reason: 'COUNT_MISMATCH',
};
const generated = at('2026-07-03T11:00:21-05:00');

describe('DC07, the answer to a read file (reads.md 6)', () => {
  it('begins with the totals and tells each line not wholly applied', async () => {
    const decided = given('reads.SegmentDecided', {
      ...file,
      totals: [total],
      rows: [wrongCount, unknown],
    });
    const files = await told(dc07, [decided], generated);
    expect(Object.keys(files)).toEqual(['NORTHAMI/MAPLE', 'MAPLE/MAPLE']);
    expect(withFileId(files['NORTHAMI/MAPLE']![0]!, 'F3001')).toBe(
      `HDR,DC07,1,MDMR,MAPLE,F3001,2026-07-03T11:00:21-05:00,NORTHAMI,x4648c5e2cb598eea,2026-07-03,2026-07-04,2026-07-03T11:00:20-05:00
COL,file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,rejected,reason,file_name
ROW,x4648c5e2cb598eea,,,,2026-07-02T18:00:00-05:00,2026-07-03T02:00:00-05:00,3,9,4,0,0,2,3,,NA1_late.cmep
ROW,x4648c5e2cb598eea,2,M-7777,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,1,2,0,0,0,2,0,UNKNOWN_METER,NA1_late.cmep
ROW,x4648c5e2cb598eea,3,M-1003,KWH,,,1,3,0,0,0,0,3,COUNT_MISMATCH,NA1_late.cmep
TRL,4
`,
    );
  });

  it('adds up the segments of a file, in whatever order they are decided', async () => {
    const second = { ...file, segments: 2, segment: 1 };
    const first = { ...file, segments: 2, segment: 0 };
    const applied = { ...total, lines: 1, values: 4, held: 0, rejected: 0 };
    const rest = { ...total, lines: 2, values: 5, applied: 0, first_ms: unknown.first_ms };
    const late = given('reads.SegmentDecided', { ...second, totals: [rest], rows: [wrongCount] });
    const early = given('reads.SegmentDecided', { ...first, totals: [applied], rows: [unknown] });
    expect(await told(dc07, [late], generated)).toEqual({});
    const texts = (await told(dc07, [late, early], generated))['MAPLE/MAPLE']!;
    expect(texts).toHaveLength(1);
    const rows = texts[0]!.split('\n').filter((line) => line.startsWith('ROW'));
    expect(rows[0]).toBe(
      'ROW,x4648c5e2cb598eea,,,,2026-07-02T18:00:00-05:00,2026-07-03T02:00:00-05:00,3,9,4,0,0,2,3,,NA1_late.cmep',
    );
    expect(rows.map((row) => row.split(',')[2])).toEqual(['', '2', '3']);
  });

  it('keeps what has no LDC, or was not authorized, with the sender', async () => {
    const open = { ...total, ldc: '', lines: 1, values: 2, applied: 0, held: 2, rejected: 0 };
    const foreign = { ...wrongCount, ldc: '', sender_only: true, reason: 'NOT_AUTHORIZED' };
    const decided = given('reads.SegmentDecided', {
      ...file,
      totals: [total, open],
      rows: [{ ...unknown, ldc: '' }, foreign],
    });
    const files = await told(dc07, [decided], generated);
    expect(Object.keys(files).sort()).toEqual(['MAPLE/MAPLE', 'NORTHAMI/', 'NORTHAMI/MAPLE']);
    expect(files['MAPLE/MAPLE']![0]!.endsWith('TRL,2\n')).toBe(true);
    expect(files['NORTHAMI/']![0]!.endsWith('TRL,4\n')).toBe(true);
    expect(files['NORTHAMI/']![0]!.startsWith('HDR,DC07,1,MDMR,,F')).toBe(true);
  });

  it('answers even a file that names no LDC at all', async () => {
    const decided = given('reads.SegmentDecided', { ...file, totals: [], rows: [] });
    const files = await told(dc07, [decided], generated);
    expect(Object.keys(files)).toEqual(['NORTHAMI/']);
    expect(files['NORTHAMI/']![0]!).toContain('\nROW,x4648c5e2cb598eea,,,,,,0,0,0,0,0,0,0,,');
  });
});
