import { describe, expect, it } from '@jest/globals';
import type { EventValue } from '@mdmr/events';
import { piecesOf } from '../project/event-piece.projection.js';
import { br01 } from './br01.report.js';
import { br06 } from './br06.report.js';
import { br07 } from './br07.report.js';
import { ir08 } from './ir08.report.js';
import { ir17 } from './ir17.report.js';
import { at, given, told, withFileId } from './told.js';
import { us01 } from './us01.report.js';

const request = {
  at_ms: at('2026-07-03T09:00:39-05:00'),
  custody_id: 'c-q7',
  custody_at_ms: at('2026-07-03T09:00:02-05:00'),
  file_id: 'BC-Q-7',
  sender: 'BILLCO',
  ldc: 'MAPLE',
};
const generated = at('2026-07-03T09:00:40-05:00');
const item = (line: number, usdp: string, reason: string) => ({
  line,
  usdp_id: usdp,
  start: '2026-07-01',
  end: '2026-07-03',
  reason,
  detail: '',
  no_source: false,
  last_interval_end_ms: null as number | null,
});
const ended = (
  to: number,
  items: ReturnType<typeof item>[],
  more: Partial<EventValue<'billing.RequestItemsEnded'>> = {},
) =>
  given('billing.RequestItemsEnded', {
    ...request,
    chunk: 0,
    last: true,
    report: true,
    final: false,
    ended: items,
    ended_so_far: to,
    ...more,
  });

describe('IR08, items that ended unanswered', () => {
  it('is the file of reports.md 3', async () => {
    const files = await told(ir08, [ended(1, [item(5, '7319402650', 'UNKNOWN_USDP')])], generated);
    expect(Object.keys(files)).toEqual(['BILLCO/MAPLE', 'MAPLE/MAPLE']);
    expect(withFileId(files['BILLCO/MAPLE']![0]!, 'F4002')).toBe(
      `HDR,IR08,1,MDMR,MAPLE,F4002,2026-07-03T09:00:40-05:00,BILLCO,BC-Q-7,2026-07-03,2026-07-04,2026-07-03T09:00:39-05:00
COL,file_id,line,request_file_id,usdp_id,start,end,reason,detail
ROW,BC-Q-7,5,BC-Q-7,7319402650,2026-07-01,2026-07-03,UNKNOWN_USDP,
TRL,2
`,
    );
  });

  it('tells at the end what ended since the first one, also nothing', async () => {
    const first = ended(1, [item(5, '7319402650', 'UNKNOWN_USDP')]);
    const closing = ended(1, [], { final: true, at_ms: request.at_ms + 60_000 });
    const texts = (await told(ir08, [first, closing], generated))['MAPLE/MAPLE']!;
    expect(texts).toHaveLength(2);
    expect(texts[1]!.endsWith('TRL,1\n')).toBe(true);
    expect(texts[0]!.split(',')[5]).not.toBe(texts[1]!.split(',')[5]);
  });

  it('keeps an empty first try apart from an empty end', async () => {
    const early = ended(2, [item(4, '1', 'NO_METER'), item(5, '2', 'NO_METER')], { report: false });
    const first = ended(2, []);
    const closing = ended(2, [], { final: true });
    const events = [closing, early, first];
    const places = events.flatMap((event) => piecesOf(ir08, event).map(({ part }) => part));
    expect(new Set(places).size).toBe(3);
    const texts = (await told(ir08, events, generated))['MAPLE/MAPLE']!;
    expect(texts.map((text) => text.trimEnd().split('\n').at(-1))).toEqual(['TRL,3', 'TRL,1']);
  });

  it('waits for every item before its end, whatever came first', async () => {
    const first = ended(1, [item(9, '2684517307', 'NO_METER')], { report: false });
    const second = ended(2, [item(3, '4071829533', 'NO_METER')], { report: false });
    const last = ended(3, [item(7, '9153064828', 'NO_METER')], { final: true });
    expect(await told(ir08, [last, first], generated)).toEqual({});
    const texts = (await told(ir08, [last, second, first], generated))['MAPLE/MAPLE']!;
    expect(texts).toHaveLength(1);
    const lines = texts[0]!.split('\n').filter((line) => line.startsWith('ROW'));
    expect(lines.map((line) => line.split(',')[2])).toEqual(['3', '7', '9']);
  });
});

describe('BR06, items without any source value', () => {
  it('is told once, at the end of the request', async () => {
    const silent = {
      ...item(3, '3560287145', 'MISSING_INTERVALS'),
      no_source: true,
      last_interval_end_ms: at('2026-06-30T00:00:00-05:00'),
    };
    const first = ended(1, [item(5, '7319402650', 'UNKNOWN_USDP')]);
    expect(await told(br06, [first], generated)).toEqual({});
    const files = await told(br06, [first, ended(2, [silent], { final: true })], generated);
    expect(files['MAPLE/MAPLE']![0]!.split('\n').slice(1)).toEqual([
      'COL,file_id,line,request_file_id,usdp_id,start,end,last_interval_end',
      'ROW,BC-Q-7,3,BC-Q-7,3560287145,2026-07-01,2026-07-03,2026-06-30T00:00:00-05:00',
      'TRL,2',
      '',
    ]);
    const none = await told(br06, [first, ended(1, [], { final: true })], generated);
    expect(none['MAPLE/MAPLE']![0]!.endsWith('TRL,1\n')).toBe(true);
  });
});

describe('BR01, delivery detail', () => {
  const row = {
    line: 2,
    usdp_id: '4071829533',
    bq_id: '4071829533-20260701-20260703',
    revision: 1,
    segment_no: 1,
    framing: 'TOU',
    channel: 'KWH',
    total_wh: 43_000,
    intervals: 48,
    measured: 44,
    estimated: 4,
    edited: 0,
  };
  it('has one row a BQ record, of the file and response that caused it', async () => {
    const delivered = given('billing.ResponseDelivered', {
      ...request,
      response_no: 1,
      final: true,
      chunk: 0,
      last: true,
      items: 1,
      rows: [{ ...row, line: 10 }, row],
    });
    const text = (await told(br01, [delivered], generated))['BILLCO/MAPLE']![0]!.split('\n');
    expect(text[0]).toContain(',BILLCO,BC-Q-7/1,2026-07-03,2026-07-04,');
    expect(text[1]).toBe(
      'COL,file_id,line,request_file_id,usdp_id,bq_id,revision,segment_no,framing,channel,total,intervals,measured,estimated,edited',
    );
    expect(text[2]).toBe(
      'ROW,BC-Q-7,2,BC-Q-7,4071829533,4071829533-20260701-20260703,1,1,TOU,KWH,43.000,48,44,4,0',
    );
    expect(text[3]!.startsWith('ROW,BC-Q-7,10,')).toBe(true);
  });
});

describe('BR07, request warnings', () => {
  const tried = {
    ...request,
    file_id: 'BC-Q-9',
    chunk: 0,
    last: true,
    window_end: false,
    warnings: [
      { line: 2, usdp_id: '4071829533', warning: 'DUPLICATE', other_request_file_id: 'BC-Q-7' },
    ],
  };
  it('comes after the first try, also empty', async () => {
    const text = (await told(br07, [given('billing.RequestTried', tried)], generated))[
      'BILLCO/MAPLE'
    ]![0]!;
    expect(text).toContain('\nROW,BC-Q-9,2,BC-Q-9,4071829533,DUPLICATE,BC-Q-7\nTRL,2\n');
    const none = given('billing.RequestTried', { ...tried, warnings: [] });
    expect((await told(br07, [none], generated))['MAPLE/MAPLE']![0]!.endsWith('TRL,1\n')).toBe(
      true,
    );
  });

  it('comes at the end of the window only with a cause', async () => {
    const end = { ...tried, window_end: true };
    const none = given('billing.RequestTried', { ...end, warnings: [] });
    expect(await told(br07, [none], generated)).toEqual({});
    const leftOut = {
      line: null,
      usdp_id: '9153064828',
      warning: 'LEFT_OUT',
      other_request_file_id: '',
    };
    const some = given('billing.RequestTried', { ...end, warnings: [leftOut] });
    const text = (await told(br07, [some], generated))['MAPLE/MAPLE']![0]!;
    expect(text).toContain('\nROW,BC-Q-9,,BC-Q-9,9153064828,LEFT_OUT,\n');
  });
});

describe('IR17, a file refused whole', () => {
  const refused: EventValue<'gateway.FileRefused'> = {
    at_ms: at('2026-04-29T09:10:00-05:00'),
    custody_id: 'c-u2',
    custody_seq: 2,
    org: 'MAPLE',
    door: 'drop',
    name: 'MAPLE_USDP-REQ_MP-U-2.csv',
    sha256: '',
    bytes: 10,
    kind: 'USDP-REQ',
    sender_org: 'MAPLE',
    ldc: 'MAPLE',
    to_ldc: true,
    file_id: 'MP-U-2',
    line: 3,
    reason: 'COUNT_MISMATCH',
    detail: 'TRL 5 records 1',
    rejected: 1,
  };
  it('has the row of reports.md 2, once for who is sender and LDC', async () => {
    const files = await told(ir17, [given('gateway.FileRefused', refused)], refused.at_ms);
    expect(Object.keys(files)).toEqual(['MAPLE/MAPLE']);
    expect(files['MAPLE/MAPLE']![0]!.split('\n').slice(1)).toEqual([
      'COL,file_id,line,kind,reason,detail,file_name',
      'ROW,MP-U-2,3,USDP-REQ,COUNT_MISMATCH,TRL 5 records 1,MAPLE_USDP-REQ_MP-U-2.csv',
      'TRL,2',
      '',
    ]);
  });

  it('goes to the sender alone where the LDC is not to know', async () => {
    const foreign = { ...refused, org: 'BILLCO', to_ldc: false, reason: 'NOT_AUTHORIZED' };
    const nobody = { ...refused, org: 'BILLCO', ldc: null, custody_id: 'c-u3' };
    const files = await told(
      ir17,
      [given('gateway.FileRefused', foreign), given('gateway.FileRefused', nobody)],
      refused.at_ms,
    );
    expect(Object.keys(files)).toEqual(['BILLCO/MAPLE', 'BILLCO/']);
  });

  it('tells of a part that does not fit its set', async () => {
    const part = given('mmd.SyncPartRefused', {
      at_ms: refused.at_ms,
      ldc: 'MAPLE',
      set_id: 'MP-S-2',
      part: 2,
      custody_id: 'c-p2',
      custody_at_ms: refused.at_ms,
      sender: 'AGENT',
      file_id: 'MP-S-2.2',
      file_name: 'p2.csv',
      kind: 'SYNC-METER',
      reason: 'DUPLICATE_PART',
      detail: '',
      line: 1,
    });
    const files = await told(ir17, [part], refused.at_ms);
    expect(Object.keys(files)).toEqual(['AGENT/MAPLE', 'MAPLE/MAPLE']);
    expect(files['MAPLE/MAPLE']![0]!).toContain(
      '\nROW,MP-S-2.2,1,SYNC-METER,DUPLICATE_PART,,p2.csv\n',
    );
  });
});

describe('US01, USDP request exceptions', () => {
  it('has the rows of files.md 6 and reports.md 2', async () => {
    const decided = given('usdp.UsdpRequestDecided', {
      at_ms: at('2026-04-29T09:00:03-05:00'),
      custody_id: 'c-u1',
      custody_at_ms: at('2026-04-29T09:00:01-05:00'),
      sender: 'MAPLE',
      ldc: 'MAPLE',
      file_id: 'MP-U-1',
      chunk: 0,
      last: true,
      issued: [],
      rejected: [6, 5].map((line) => ({
        line,
        sdp_id: 'MP-0104',
        reason: 'DUPLICATE_SDP_ID',
        existing_usdp_id: null,
      })),
    });
    const files = await told(us01, [decided], at('2026-04-29T09:00:04-05:00'));
    expect(files['MAPLE/MAPLE']![0]!.split('\n').slice(1)).toEqual([
      'COL,file_id,line,sdp_id,reason,existing_usdp_id',
      'ROW,MP-U-1,5,MP-0104,DUPLICATE_SDP_ID,',
      'ROW,MP-U-1,6,MP-0104,DUPLICATE_SDP_ID,',
      'TRL,3',
      '',
    ]);
  });
});
