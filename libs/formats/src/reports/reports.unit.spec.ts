import { describe, expect, it } from '@jest/globals';
import { parseEstDay, parseInstant } from '@mdmr/kernel';
import { REPORT_COLUMNS, isReportId, reportColumnType } from './report-columns.js';
import type { ReportId } from './report-columns.js';
import { sortReportRows } from './report-order.js';
import { readReport } from './report-reader.js';
import { writeReport } from './report-writer.js';
import type { ReportFile, ReportRow } from './report-writer.js';

const at = (text: string): number => parseInstant(text)!;
const day = (text: string): number => parseEstDay(text)!;

const IR08 = `HDR,IR08,1,MDMR,MAPLE,F4002,2026-07-03T09:00:40-05:00,BILLCO,BC-Q-7,2026-07-03,2026-07-04,2026-07-03T09:00:39-05:00
COL,file_id,line,request_file_id,usdp_id,start,end,reason,detail
ROW,BC-Q-7,5,BC-Q-7,7319402650,2026-07-01,2026-07-03,UNKNOWN_USDP,
TRL,2
`;
const BR03 = `HDR,BR03,1,MDMR,MAPLE,F5001,2026-07-04T07:32:00-05:00,BILLCO,FINAL-2026-07-03,2026-07-03,2026-07-04,2026-07-04T07:30:00-05:00
COL,bq_id,usdp_id,account_id,start,end,segment_no,segment_start,segment_end,channel,old_revision,new_revision,change,old_total,new_total,diff_total,old_on,new_on,diff_on,old_mid,new_mid,diff_mid,old_off,new_off,diff_off,old_ultra_low,new_ultra_low,diff_ultra_low,hours_changed,cause,request_file_id,delivered_at,delivered_to
ROW,4071829533-20260701-20260703,4071829533,A-9001,2026-07-01,2026-07-03,1,2026-07-01,2026-07-03,KWH,1,2,CHANGED,43.000,43.000,0.000,4.500,4.500,0.000,6.925,7.000,0.075,31.575,31.500,-0.075,,,,,LATE_DATA,BC-Q-7,2026-07-03T09:00:40-05:00,BILLCO
TRL,2
`;
const DC07 = `HDR,DC07,1,MDMR,MAPLE,F3001,2026-07-03T11:00:21-05:00,NORTHAMI,x4648c5e2cb598eea,2026-07-03,2026-07-04,2026-07-03T11:00:20-05:00
COL,file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,rejected,reason,file_name
ROW,x4648c5e2cb598eea,,,,2026-07-02T18:00:00-05:00,2026-07-03T02:00:00-05:00,3,9,4,0,0,2,3,,NA1_late.cmep
ROW,x4648c5e2cb598eea,2,M-7777,KWH,2026-07-03T01:00:00-05:00,2026-07-03T02:00:00-05:00,1,2,0,0,0,2,0,UNKNOWN_METER,NA1_late.cmep
ROW,x4648c5e2cb598eea,3,M-1003,KWH,,,1,3,0,0,0,0,3,COUNT_MISMATCH,NA1_late.cmep
TRL,4
`;

function report(id: ReportId, over: Partial<ReportFile>): ReportFile {
  return {
    reportId: id,
    ldc: 'MAPLE',
    fileId: 'F1',
    generatedAt: 0,
    recipient: 'BILLCO',
    runId: 'BC-Q-7',
    periodStart: day('2026-07-03'),
    periodEnd: day('2026-07-04'),
    asOf: 0,
    columns: REPORT_COLUMNS[id],
    rows: [],
    ...over,
  };
}

describe('the examples are written byte for byte', () => {
  it('IR08', () => {
    const bytes = writeReport(
      report('IR08', {
        fileId: 'F4002',
        generatedAt: at('2026-07-03T09:00:40-05:00'),
        asOf: at('2026-07-03T09:00:39-05:00') + 999,
        rows: [
          [
            'BC-Q-7',
            5,
            'BC-Q-7',
            '7319402650',
            '2026-07-01',
            day('2026-07-03'),
            'UNKNOWN_USDP',
            '',
          ],
        ],
      }),
    );
    expect(bytes.toString()).toBe(IR08);
  });

  it('BR03', () => {
    const start = day('2026-07-01');
    const end = day('2026-07-03');
    const row: ReportRow = [
      '4071829533-20260701-20260703',
      '4071829533',
      'A-9001',
      start,
      end,
      1,
      start,
      end,
      'KWH',
      1,
      2,
      'CHANGED',
      43_000,
      43_000,
      0,
      4500,
      4500,
      0,
      6925,
      7000,
      75,
      31_575,
      31_500,
      -75,
      null,
      null,
      null,
      null,
      'LATE_DATA',
      'BC-Q-7',
      at('2026-07-03T09:00:40-05:00'),
      'BILLCO',
    ];
    const over = {
      fileId: 'F5001',
      generatedAt: at('2026-07-04T07:32:00-05:00'),
      runId: 'FINAL-2026-07-03',
      asOf: at('2026-07-04T07:30:00-05:00'),
    };
    const bytes = writeReport(report('BR03', { ...over, rows: [row] }));
    expect(bytes.toString()).toBe(BR03);
    const empty = BR03.split('\n').slice(0, 2).join('\n');
    expect(writeReport(report('BR03', over)).toString()).toBe(`${empty}\nTRL,1\n`);
  });

  it('DC07', () => {
    const id = 'x4648c5e2cb598eea';
    const name = 'NA1_late.cmep';
    const one = at('2026-07-03T01:00:00-05:00');
    const two = at('2026-07-03T02:00:00-05:00');
    const first = at('2026-07-02T18:00:00-05:00');
    const rows: ReportRow[] = [
      [id, null, null, null, first, two, 3, 9, 4, 0, 0, 2, 3, null, name],
      [id, 2, 'M-7777', 'KWH', one, two, 1, 2, 0, 0, 0, 2, 0, 'UNKNOWN_METER', name],
      [id, 3, 'M-1003', 'KWH', null, null, 1, 3, 0, 0, 0, 0, 3, 'COUNT_MISMATCH', name],
    ];
    const bytes = writeReport(
      report('DC07', {
        fileId: 'F3001',
        generatedAt: at('2026-07-03T11:00:21-05:00'),
        recipient: 'NORTHAMI',
        runId: id,
        asOf: at('2026-07-03T11:00:20-05:00'),
        rows: sortReportRows([rows[2]!, rows[0]!, rows[1]!]),
      }),
    );
    expect(bytes.toString()).toBe(DC07);
  });
});

describe('reading a report', () => {
  it('gives header, columns and rows', () => {
    const content = readReport(Buffer.from(IR08))!;
    expect(content.header).toEqual({
      report_id: 'IR08',
      version: '1',
      sender: 'MDMR',
      ldc: 'MAPLE',
      file_id: 'F4002',
      generated_at: '2026-07-03T09:00:40-05:00',
      recipient: 'BILLCO',
      run_id: 'BC-Q-7',
      period_start: '2026-07-03',
      period_end: '2026-07-04',
      as_of: '2026-07-03T09:00:39-05:00',
    });
    expect(content.columns).toEqual(REPORT_COLUMNS.IR08);
    expect(content.rows).toEqual([
      ['BC-Q-7', '5', 'BC-Q-7', '7319402650', '2026-07-01', '2026-07-03', 'UNKNOWN_USDP', ''],
    ]);
  });

  it('refuses what is none', () => {
    for (const text of ['', 'HDR\nTRL,0\n', 'HDR\nCOL,a\n', 'HDR\n\nCOL,a\nTRL,1\n']) {
      expect(readReport(Buffer.from(text))).toBeNull();
    }
  });
});

describe('columns', () => {
  it('have the types of their names', () => {
    const types = (id: ReportId): string =>
      REPORT_COLUMNS[id].map((name) => String(reportColumnType(name))[0]).join('');
    expect(types('DC05')).toBe('aata');
    expect(types('BR02')).toBe('aadde');
    expect(types('BR05')).toBe('aaaddaaaaa');
    expect(
      REPORT_COLUMNS.BR03.map(reportColumnType).filter((type) => type === 'energy'),
    ).toHaveLength(15);
    expect(reportColumnType('window_end')).toBe('timestamp');
    expect(reportColumnType('segment_end')).toBe('date');
    expect(reportColumnType('effective_from')).toBe('any');
  });

  it('belong to reports', () => {
    expect(isReportId('BR07')).toBe(true);
    expect(isReportId('toString')).toBe(false);
    for (const names of Object.values(REPORT_COLUMNS))
      expect(new Set(names).size).toBe(names.length);
  });

  it('order the rows', () => {
    const rows: ReportRow[] = [
      ['b', 1],
      ['a', 10],
      ['a', 9],
      ['a', null],
      ['B', 1],
      ['a', 10, 'x'],
    ];
    expect(sortReportRows(rows)).toEqual([
      ['B', 1],
      ['a', null],
      ['a', 9],
      ['a', 10],
      ['a', 10, 'x'],
      ['b', 1],
    ]);
  });

  it('hold text in NFC where it names files', () => {
    const bytes = writeReport(
      report('IR17', { rows: [['x1', 1, 'CMEP', 'NOT_AUTHORIZED', '', 'e\u0301.cmep']] }),
    );
    expect(bytes.toString()).toContain(',\u00e9.cmep\n');
  });
});
