import { describe, expect, it } from '@jest/globals';
import { ir06 } from './ir06.report.js';
import { ir07 } from './ir07.report.js';
import { ir10 } from './ir10.report.js';
import { ir14 } from './ir14.report.js';
import { at, given, told, withFileId } from './told.js';

/** sync.md 8: set MP-S-2, in two chunks. */
const base = {
  at_ms: at('2026-07-02T15:52:58-05:00'),
  ldc: 'MAPLE',
  set_id: 'MP-S-2',
  mode: 'ISYNC',
  sender: 'MAPLE',
  custody_at_ms: at('2026-07-02T15:52:00-05:00'),
};
const ins = (line: number, key: string, action: string, from: string) => ({
  file_id: 'MP-S-2.3',
  line,
  part: 3,
  usdp_id: '2684517307',
  record_key: key,
  action,
  effective_from: from,
  source: 'FILE',
  lacks: '',
});
const outcomes = [
  given('mmd.SyncOutcomesRecorded', {
    ...base,
    chunk: 0,
    last: false,
    applied: [
      {
        file_id: 'MP-S-2.2',
        line: 2,
        part: 2,
        usdp_id: '',
        record_key: 'MTR/M-1012',
        action: 'CREATED',
        effective_from: '2026-07-02T10:37:00-05:00',
        source: 'FILE',
        lacks: '',
      },
      ins(
        2,
        'INS/2684517307/M-1002/2026-05-01T00:00:00-05:00',
        'CHANGED',
        '2026-05-01T00:00:00-05:00',
      ),
    ],
    content_rejected: [
      {
        file_id: 'MP-S-2.1',
        line: 2,
        part: 1,
        usdp_id: '4071829533',
        record_key: 'SDP/4071829533',
        field: 'postal_code',
        reason: 'BAD_POSTAL_CODE',
        value: 'K0A 1A',
      },
    ],
    relation_rejected: [],
    custody: [],
  }),
  given('mmd.SyncOutcomesRecorded', {
    ...base,
    chunk: 1,
    last: true,
    applied: [
      ins(
        3,
        'INS/2684517307/M-1012/2026-07-02T10:37:00-05:00',
        'CREATED',
        '2026-07-02T10:37:00-05:00',
      ),
      {
        file_id: 'MP-S-2.6',
        line: 2,
        part: 6,
        usdp_id: '9153064828',
        record_key: 'SVC/9153064828',
        action: 'UNCHANGED',
        effective_from: '2026-05-01',
        source: 'FILE',
        lacks: '',
      },
    ],
    content_rejected: [],
    relation_rejected: [
      {
        file_id: 'MP-S-2.3',
        line: 4,
        part: 3,
        usdp_id: '4071829533',
        record_key: 'INS/4071829533/M-1003/2026-07-02T09:00:00-05:00',
        reason: 'METER_ALREADY_INSTALLED',
        conflicting_with: 'INS/9153064828/M-1003/2026-05-01T00:00:00-05:00',
      },
    ],
    custody: [{ custody_id: 'c2', applied: 1, rejected: 0 }],
  }),
];
const generated = at('2026-07-02T15:53:00-05:00');

describe('the answers to an applied set (sync.md 8)', () => {
  it('tells what was applied, in the order of parts and lines', async () => {
    const files = await told(ir06, outcomes, generated);
    expect(Object.keys(files)).toEqual(['MAPLE/MAPLE']);
    expect(withFileId(files['MAPLE/MAPLE']![0]!, 'F2001')).toBe(
      `HDR,IR06,1,MDMR,MAPLE,F2001,2026-07-02T15:53:00-05:00,MAPLE,MP-S-2,2026-07-02,2026-07-03,2026-07-02T15:52:58-05:00
COL,file_id,line,set_id,part,usdp_id,record_key,action,effective_from,source,lacks
ROW,MP-S-2.2,2,MP-S-2,2,,MTR/M-1012,CREATED,2026-07-02T10:37:00-05:00,FILE,
ROW,MP-S-2.3,2,MP-S-2,3,2684517307,INS/2684517307/M-1002/2026-05-01T00:00:00-05:00,CHANGED,2026-05-01T00:00:00-05:00,FILE,
ROW,MP-S-2.3,3,MP-S-2,3,2684517307,INS/2684517307/M-1012/2026-07-02T10:37:00-05:00,CREATED,2026-07-02T10:37:00-05:00,FILE,
ROW,MP-S-2.6,2,MP-S-2,6,9153064828,SVC/9153064828,UNCHANGED,2026-05-01,FILE,
TRL,5
`,
    );
  });

  it('tells what was rejected for its content', async () => {
    const files = await told(ir07, outcomes, generated);
    expect(withFileId(files['MAPLE/MAPLE']![0]!, 'F2002')).toBe(
      `HDR,IR07,1,MDMR,MAPLE,F2002,2026-07-02T15:53:00-05:00,MAPLE,MP-S-2,2026-07-02,2026-07-03,2026-07-02T15:52:58-05:00
COL,file_id,line,set_id,part,usdp_id,record_key,field,reason,value
ROW,MP-S-2.1,2,MP-S-2,1,4071829533,SDP/4071829533,postal_code,BAD_POSTAL_CODE,K0A 1A
TRL,2
`,
    );
  });

  it('tells what was rejected for its relations', async () => {
    const files = await told(ir14, outcomes, generated);
    expect(withFileId(files['MAPLE/MAPLE']![0]!, 'F2003')).toBe(
      `HDR,IR14,1,MDMR,MAPLE,F2003,2026-07-02T15:53:00-05:00,MAPLE,MP-S-2,2026-07-02,2026-07-03,2026-07-02T15:52:58-05:00
COL,file_id,line,set_id,part,usdp_id,record_key,reason,conflicting_with
ROW,MP-S-2.3,4,MP-S-2,3,4071829533,INS/4071829533/M-1003/2026-07-02T09:00:00-05:00,METER_ALREADY_INSTALLED,INS/9153064828/M-1003/2026-05-01T00:00:00-05:00
TRL,2
`,
    );
  });

  it('waits for the last chunk, then sends also what is empty, to the sender and the LDC', async () => {
    expect(await told(ir06, outcomes.slice(0, 1), generated)).toEqual({});
    const last = outcomes[1]!;
    const agents = given('mmd.SyncOutcomesRecorded', {
      ...(last.value as never as object),
      sender: 'AGENT',
      chunk: 0,
    } as never);
    const files = await told(ir07, [agents], generated);
    expect(Object.keys(files)).toEqual(['AGENT/MAPLE', 'MAPLE/MAPLE']);
    expect(files['AGENT/MAPLE']![0]!.endsWith('reason,value\nTRL,1\n')).toBe(true);
  });
});

const part = (no: number) => ({
  part: no,
  custody_id: `c${no}`,
  file_id: `MP-S-3.${no}`,
  file_name: `${no}.csv`,
  sha256: '',
  sender: 'MAPLE',
  records: 0,
});
const ended = {
  at_ms: at('2026-07-02T18:30:00-05:00'),
  ldc: 'MAPLE',
  set_id: 'MP-S-3',
  mode: 'ISYNC',
  sequence: 3,
  state: 'INCOMPLETE',
  ended: true,
  reason: 'INCOMPLETE',
  detail: '',
  expected_sequence: 3,
  parts: [5, 1, 2, 3, 4].map(part),
  parts_missing: [6],
  sender: 'MAPLE',
  custody_at_ms: at('2026-07-02T16:30:00-05:00'),
  affected: 0,
  active: 3,
};

describe('IR10, a set that was not applied', () => {
  it('has one row with the parts received and missing', async () => {
    const files = await told(ir10, [given('mmd.SyncSetStateChanged', ended)], ended.at_ms);
    expect(withFileId(files['MAPLE/MAPLE']![0]!, 'F2004')).toBe(
      `HDR,IR10,1,MDMR,MAPLE,F2004,2026-07-02T18:30:00-05:00,MAPLE,MP-S-3,2026-07-02,2026-07-03,2026-07-02T18:30:00-05:00
COL,set_id,sequence,reason,parts_received,parts_missing,detail,expected_sequence
ROW,MP-S-3,3,INCOMPLETE,1+2+3+4+5,6,,3
TRL,2
`,
    );
  });

  it('is silent while nothing has to be said', async () => {
    const applied = { ...ended, state: 'APPLIED', reason: '' };
    expect(await told(ir10, [given('mmd.SyncSetStateChanged', applied)], ended.at_ms)).toEqual({});
  });

  it('is told again when a parked set is discarded', async () => {
    const parked = { ...ended, state: 'PARKED', reason: 'PSYNC_GUARD', ended: false };
    const discarded = { ...ended, state: 'DISCARDED', reason: 'DISCARDED', at_ms: ended.at_ms + 1 };
    const events = [parked, discarded].map((v) => given('mmd.SyncSetStateChanged', v));
    const texts = (await told(ir10, events, ended.at_ms))['MAPLE/MAPLE']!;
    expect(texts).toHaveLength(2);
    expect(texts[0]!.split(',')[5]).not.toBe(texts[1]!.split(',')[5]);
  });
});
