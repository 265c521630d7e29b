import { describe, expect, it } from '@jest/globals';
import { REPORT_COLUMNS } from '@mdmr/formats';
import { parseEstDay } from '@mdmr/kernel';
import { belowThreshold, rebillRow, type RebillFacts } from '../decide/rebill-row.js';
import { reportText } from './report-file.js';
import { at } from './told.js';

const day = (text: string): number => parseEstDay(text)!;
/** billing.md 10: late actuals of 4071829533. */
const facts = {
  bq_id: '4071829533-20260701-20260703',
  usdp_id: '4071829533',
  account_ref: 'r1',
  start_day: day('2026-07-01'),
  end_day: day('2026-07-03'),
  segment_no: 1,
  segment_start_day: day('2026-07-01'),
  segment_end_day: day('2026-07-03'),
  channel: 'KWH',
  old_revision: 1,
  new_revision: 2,
  change: 'CHANGED',
  old_total_wh: 43_000,
  new_total_wh: 43_000,
  bins: [
    { bin: 'off', old_wh: 31_575, new_wh: 31_500 },
    { bin: 'mid', old_wh: 6_925, new_wh: 7_000 },
    { bin: 'on', old_wh: 4_500, new_wh: 4_500 },
  ],
  hours_changed: null,
  cause: 'LATE_DATA',
  request_file_id: 'BC-Q-7',
  delivered_at_ms: at('2026-07-03T09:00:40-05:00'),
  delivered_to: 'BILLCO',
} as unknown as RebillFacts;

const head = {
  reportId: 'BR03',
  ldc: 'MAPLE',
  fileId: 'F5001',
  generatedAt: at('2026-07-04T07:32:00-05:00'),
  recipient: 'BILLCO',
  runId: 'FINAL-2026-07-03',
  periodStart: day('2026-07-03'),
  periodEnd: day('2026-07-04'),
  asOf: at('2026-07-04T07:30:00-05:00'),
  columns: REPORT_COLUMNS.BR03,
};
const columns = `HDR,BR03,1,MDMR,MAPLE,F5001,2026-07-04T07:32:00-05:00,BILLCO,FINAL-2026-07-03,2026-07-03,2026-07-04,2026-07-04T07:30:00-05:00
COL,bq_id,usdp_id,account_id,start,end,segment_no,segment_start,segment_end,channel,old_revision,new_revision,change,old_total,new_total,diff_total,old_on,new_on,diff_on,old_mid,new_mid,diff_mid,old_off,new_off,diff_off,old_ultra_low,new_ultra_low,diff_ultra_low,hours_changed,cause,request_file_id,delivered_at,delivered_to
`;
const cells = (row: RebillFacts): string =>
  rebillRow(row, 'A')
    .map((cell) => cell ?? '')
    .slice(9, 28)
    .join();

describe('BR03, changed after delivery', () => {
  it('is the file of reports.md 3', async () => {
    expect(await reportText(head, [rebillRow(facts, 'A-9001')])).toBe(
      `${columns}ROW,4071829533-20260701-20260703,4071829533,A-9001,2026-07-01,2026-07-03,1,2026-07-01,2026-07-03,KWH,1,2,CHANGED,43.000,43.000,0.000,4.500,4.500,0.000,6.925,7.000,0.075,31.575,31.500,-0.075,,,,,LATE_DATA,BC-Q-7,2026-07-03T09:00:40-05:00,BILLCO
TRL,2
`,
    );
  });

  it('ends after COL when it is empty', async () => {
    expect(await reportText(head, [])).toBe(`${columns}TRL,1\n`);
  });

  it('has no new values of what cannot be answered now', () => {
    const row = { ...facts, change: 'UNAVAILABLE', new_revision: null, new_total_wh: null };
    const bins = facts.bins.map((b) => ({ ...b, new_wh: null }));
    expect(cells({ ...row, bins })).toBe('1,,UNAVAILABLE,43000,,,4500,,,6925,,,31575,,,,,,');
  });

  it('takes a side that is not there for 0 in the difference', () => {
    const added = { ...facts, change: 'ADDED', old_total_wh: null, new_total_wh: 100, bins: [] };
    expect(cells(added)).toBe('1,2,ADDED,,100,100,,,,,,,,,,,,,');
    const removed = { ...facts, change: 'REMOVED', new_total_wh: null, bins: [] };
    expect(cells(removed)).toBe('1,2,REMOVED,43000,,-43000,,,,,,,,,,,,,');
  });

  it('hides differences of energy below the threshold of the LDC, nothing else', () => {
    expect(belowThreshold(facts, 75)).toBe(false);
    expect(belowThreshold(facts, 76)).toBe(true);
    expect(belowThreshold(facts, 0)).toBe(false);
    const account = { ...facts, bins: [] };
    expect(belowThreshold(account, 1_000)).toBe(false);
    expect(belowThreshold({ ...facts, change: 'UNAVAILABLE' }, 1_000_000)).toBe(false);
  });
});
