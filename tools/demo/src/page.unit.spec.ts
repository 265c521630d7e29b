import { describe, expect, it } from '@jest/globals';
import { billedQuantities, reportRows, type Answers, type OutFile } from './answers.js';
import { billedSection, changedSection, newestQuantities } from './page-bills.js';
import { inSection, outSection } from './page-files.js';
import { heldSection, refusedSection } from './page-reads.js';
import { kwh, table, wattHours } from './page-text.js';

const bq = (request: string, revision: number, total: string, on: string, estimated = 0) =>
  `BQ,${request},4071829533,A,2026-10-01,2026-11-01,TOU,ON-TOU,KWH,${total},${on},1.000,2.000,,744,${estimated},0,4071829533-20261001-20261101,${revision},KWH,1,`.split(
    ',',
  );

function outFile(recipient: string, kind: string, runId: string, records: string[][]): OutFile {
  return { recipient, kind, name: `${recipient}_${kind}.csv`, ldc: 'MAPLE', runId, records };
}

const US01 = [
  ['COL', 'file_id', 'line', 'sdp_id', 'reason', 'existing_usdp_id'],
  ['ROW', 'U-1', '5', 'MP-1', 'DUPLICATE_SDP_ID', ''],
  ['ROW', 'U-1', '6', 'MP-1', 'DUPLICATE_SDP_ID', ''],
];
const DC04 = [
  ['COL', 'file_id', 'line', 'meter_id', 'values', 'reason', 'state'],
  ['ROW', 'x1', '2', 'M-1', '24', 'UNKNOWN_METER', 'HELD'],
];
const answers: Answers = {
  custody: [
    {
      org: 'MAPLE',
      file_id: 'U-1',
      name: 'a',
      kind: 'USDP-REQ',
      unit: 'RECORD',
      state: 'DECIDED',
      in: 5,
      applied: 3,
      unchanged: 0,
      held: 0,
      rejected: 2,
      pending: 0,
    },
  ],
  outFiles: [
    outFile('MAPLE', 'US01', 'U-1', US01),
    outFile('NORTHAMI', 'US01', 'U-1', US01),
    outFile('MAPLE', 'DC04', 'INTERIM-2026-11-04', DC04),
    outFile('MAPLE', 'DC04', 'INTERIM-2026-11-05', DC04),
    outFile('BILLCO', 'BQ-RSP', 'Q-1', [bq('Q-1', 1, '1043.000', '4.500', 4)]),
    outFile('MAPLE', 'BQ-RSP', 'Q-1', [bq('Q-1', 1, '1043.000', '4.500', 4)]),
    outFile('MAPLE', 'BQ-RSP', 'Q-2', [bq('Q-2', 2, '1043.000', '4.400')]),
  ],
  status: { held_values: 24, clock: '2026-12-01T10:00:00-05:00' },
};

describe('the page', () => {
  it('counts a row once, however many organizations were told it', () => {
    expect(reportRows(answers, 'US01').length).toBe(2);
    expect(billedQuantities(answers).length).toBe(2);
    expect(refusedSection(answers)[1]!.split(/\s+/).slice(1, 4)).toEqual([
      'US01',
      'DUPLICATE_SDP_ID',
      '2',
    ]);
  });

  it('counts a held value once, however many mornings it was told', () => {
    expect(heldSection(answers)[1]).toMatch(/HELD +UNKNOWN_METER +M-1 +24$/);
  });

  it('adds up the newest revisions', () => {
    expect(newestQuantities(answers).map((quantity) => quantity[18])).toEqual(['2']);
    expect(billedSection(answers)[1]).toMatch(/MAPLE +TOU +ON-TOU +KWH +1 +1,043\.000 +4\.400 /);
    expect(changedSection(answers).join('\n')).toContain('none');
  });

  it('counts files in and out', () => {
    expect(inSection(answers)[1]!.trim().split(/\s+/)).toEqual([
      'USDP-REQ',
      '1',
      '5',
      '3',
      '0',
      '2',
      '0',
    ]);
    const [, ...rows] = outSection(answers, ['MAPLE', 'BILLCO']);
    expect(rows[0]!.trim().split(/\s+/)).toEqual(['BQ-RSP', '2', '1', '3']);
  });
});

describe('its text', () => {
  it('groups digits and keeps three decimals', () => {
    expect([0, 75, -75, 1_234_567].map(kwh)).toEqual(['0.000', '0.075', '-0.075', '1,234.567']);
    expect(['', '0.075', '-1234.567'].map(wattHours)).toEqual([0, 75, -1_234_567]);
  });

  it('puts numbers to the right', () => {
    expect(
      table(
        ['a', 'n'],
        [
          ['x', 1000],
          ['long', 2],
        ],
      ),
    ).toEqual(['  a         n', '  x     1,000', '  long      2']);
  });
});
