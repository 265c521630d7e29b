import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Defect, parseEstDay, parseInstant } from '@mdmr/kernel';
import { anyPlaces, cutAt, drain, hostileBytes } from '../spec-support/chunks.js';
import { KINDS, SYNC_KINDS, findInboundKind, findKind } from './all-kinds.js';
import { BQ_REQ } from './bq-req.js';
import { BQ_RSP } from './bq-rsp.js';
import { isFieldValue, parseChannels, parseRegisterReads } from './field-types.js';
import type { FieldType } from './field-types.js';
import {
  badHeaderField,
  createdAtOf,
  fileIdOf,
  headerValues,
  isPartMismatch,
  parseHeader,
} from './kind-header.js';
import { KindReader, readKindBatches, readKindRecords } from './kind-reader.js';
import { recordTrouble } from './kind-record.js';
import type { KindRecord } from './kind-record.js';
import { formatKindRecord, kindFileBytes } from './kind-writer.js';
import { SYNC_INSTALL } from './sync-install.js';
import { SYNC_METER } from './sync-meter.js';
import { SYNC_SDP, isAttributeValue, parsePostalCode } from './sync-sdp.js';
import { SYNC_SERVICE } from './sync-service.js';
import { USDP_REQ } from './usdp-req.js';
import { USDP_RSP } from './usdp-rsp.js';

const at = (text: string): number => parseInstant(text)!;
const day = (text: string): number => parseEstDay(text)!;

const REQUEST = `HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-1,2026-04-29T09:00:00-05:00
SDP,MP-0101,12 Elm St
SDP,MP-0102,"14 Elm St, rear"
SDP,MP-0103,
SDP,MP-0104,
SDP,MP-0104,
TRL,5
`;
const RESPONSE = `HDR,USDP-RSP,1,MDMR,MAPLE,F1001,2026-04-29T09:00:04-05:00,MP-U-1
SDP,MP-0101,4071829533,2026-04-29T09:00:03-05:00
SDP,MP-0102,2684517307,2026-04-29T09:00:03-05:00
SDP,MP-0103,9153064828,2026-04-29T09:00:03-05:00
TRL,3
`;
const BILLING = `HDR,BQ-RSP,1,MDMR,MAPLE,F4001,2026-07-03T09:00:40-05:00,BC-Q-7,1,Y
BQ,BC-Q-7,4071829533,A-9001,2026-07-01,2026-07-03,TOU,ON-TOU,KWH,43.000,4.500,6.925,31.575,,48,4,0,4071829533-20260701-20260703,1,KWH,1,
HRL,BC-Q-7,9153064828-20260701-20260703,9153064828,1,KWH,2026-07-02,0.400,0.400,0.300,0.300,0.300,0.400,0.700,1.200,1.100,0.800,0.700,0.700,0.800,0.700,0.700,0.900,1.300,1.900,2.100,1.800,1.500,1.200,0.800,0.500
TRL,2
`;
const INSTALL = `HDR,SYNC-INSTALL,1,MAPLE,MAPLE,MP-S-2.3,2026-07-02T15:38:00-05:00,ISYNC,MP-S-2,2,3,6
INS,2684517307,M-1002,2026-05-01T00:00:00-05:00,2026-07-02T10:37:00-05:00,KWH=100.000,KWH=1439.300
INS,2684517307,M-1012,2026-07-02T10:37:00-05:00,,KWH=0.000
INS,4071829533,M-1003,2026-07-02T09:00:00-05:00
TRL,3
`;

function read(kind: (typeof KINDS)[number], text: string): KindRecord[] {
  return drain(new KindReader(kind), [Buffer.from(text)]);
}
function troubleOf(kind: (typeof KINDS)[number], record: string): string {
  const trouble = recordTrouble(read(kind, `HDR\n${record}\nTRL,1\n`)[0]!);
  return trouble === null ? 'none' : `${trouble.reason} ${trouble.field}`;
}

describe('the examples', () => {
  it('a USDP request is read and written byte for byte', () => {
    const records = read(USDP_REQ, REQUEST);
    expect(records.map((r) => [r.line, r.values])).toEqual([
      [2, { sdp_id: 'MP-0101', service_address: '12 Elm St' }],
      [3, { sdp_id: 'MP-0102', service_address: '14 Elm St, rear' }],
      [4, { sdp_id: 'MP-0103', service_address: '' }],
      [5, { sdp_id: 'MP-0104', service_address: '' }],
      [6, { sdp_id: 'MP-0104', service_address: '' }],
    ]);
    const createdAt = at('2026-04-29T09:00:00-05:00');
    const header = { sender: 'MAPLE', onBehalfOf: 'MAPLE', fileId: 'MP-U-1', createdAt };
    expect(kindFileBytes(USDP_REQ, header, records).toString()).toBe(REQUEST);
  });

  it('its response is written byte for byte', () => {
    const issued: [string, string][] = [
      ['MP-0101', '4071829533'],
      ['MP-0102', '2684517307'],
      ['MP-0103', '9153064828'],
    ];
    const bytes = kindFileBytes(
      USDP_RSP,
      {
        sender: 'MDMR',
        onBehalfOf: 'MAPLE',
        fileId: 'F1001',
        createdAt: at('2026-04-29T09:00:04-05:00') + 321,
        extra: { request_file_id: 'MP-U-1' },
      },
      issued.map(([sdp_id, usdp_id]) => ({
        type: 'SDP',
        values: { sdp_id, usdp_id, assigned_at: at('2026-04-29T14:00:03Z') },
      })),
    );
    expect(bytes.toString()).toBe(RESPONSE);
  });

  it('billing quantities are written byte for byte', () => {
    const hours = BILLING.split('\n')[2]!.split(',').slice(7);
    const hour = (text: string, i: number) =>
      [`h${String(i + 1).padStart(2, '0')}`, Math.round(Number(text) * 1000)] as const;
    const common = { request_file_id: 'BC-Q-7', segment_no: 1, channel: 'KWH' };
    const bytes = kindFileBytes(
      BQ_RSP,
      {
        sender: 'MDMR',
        onBehalfOf: 'MAPLE',
        fileId: 'F4001',
        createdAt: at('2026-07-03T09:00:40-05:00'),
        extra: { request_file_id: 'BC-Q-7', response_no: 1, final: 'Y' },
      },
      [
        {
          type: 'BQ',
          values: {
            ...common,
            usdp_id: '4071829533',
            account_id: 'A-9001',
            segment_start: day('2026-07-01'),
            segment_end: day('2026-07-03'),
            framing: 'TOU',
            energy_purchase_service: 'ON-TOU',
            total: 43_000,
            on: 4500,
            mid: 6925,
            off: 31_575,
            ultra_low: null,
            intervals: 48,
            estimated: 4,
            edited: 0,
            bq_id: '4071829533-20260701-20260703',
            revision: 1,
            unit: 'KWH',
          },
        },
        {
          type: 'HRL',
          values: {
            ...common,
            bq_id: '9153064828-20260701-20260703',
            usdp_id: '9153064828',
            est_date: day('2026-07-02'),
            ...Object.fromEntries(hours.map(hour)),
          },
        },
      ],
    );
    expect(bytes.toString()).toBe(BILLING);
  });

  it('a synchronization part is read, trailing fields left off or not', () => {
    const records = read(SYNC_INSTALL, INSTALL);
    expect(records.map(recordTrouble)).toEqual([null, null, null]);
    expect(records[1]!.values).toEqual({
      usdp_id: '2684517307',
      meter_id: 'M-1012',
      installed_at: '2026-07-02T10:37:00-05:00',
      removed_at: '',
      install_reads: 'KWH=0.000',
      removal_reads: '',
      action: '',
    });
    const header = parseHeader(INSTALL.split('\n')[0]!.split(','));
    expect(badHeaderField(SYNC_INSTALL, header)).toBeNull();
    expect(isPartMismatch(SYNC_INSTALL, header)).toBe(false);
    expect(isPartMismatch(SYNC_METER, header)).toBe(true);
    expect(headerValues(SYNC_INSTALL, header)).toEqual({
      mode: 'ISYNC',
      set_id: 'MP-S-2',
      set_sequence: '2',
      part: '3',
      parts: '6',
    });
    const others: [(typeof KINDS)[number], string][] = [
      [SYNC_SDP, 'SDP,4071829533,MP-0101,2026-07-02,ACTIVE,12 Elm St,K0A 1A,EASTERN,RESIDENTIAL'],
      [SYNC_METER, 'MTR,M-1012,D-1012,NA1,2026-07-02T10:37:00-05:00,60,1,6,KWH,3'],
      [SYNC_SERVICE, 'SVC,9153064828,2026-05-01,STD,HOURLY,,R1'],
      [BQ_REQ, 'REQ,2684517307,2026-07-01,2026-07-03,A-9002'],
    ];
    for (const [kind, record] of others) expect(troubleOf(kind, record)).toBe('none');
  });
});

describe('headers', () => {
  const check = (line: string): string | null => {
    const header = parseHeader(line.split(','));
    return badHeaderField(findKind(header.kind)!, header);
  };
  const CREATED = '2026-07-02T15:38:00-05:00';

  it.each([
    [`HDR,BQ-REQ,1,A,B,F,${CREATED},2026-07-03T17:30:00-05:00`, null],
    [`HDR,BQ-REQ,1,A,B,F,${CREATED},`, null],
    [`HDR,BQ-REQ,1,A,B,F,${CREATED}`, null],
    [`HDR,BQ-REQ,1,A,B,F,${CREATED},tomorrow`, 'window_end'],
    [`HDR,BQ-REQ,1,A,B,F,${CREATED},,`, 'record'],
    ['HDR,BQ-REQ,1,A,B,F', 'created_at'],
    ['HDR,BQ-REQ,1,A,B,F,2026-07-02', 'created_at'],
    [`HDR,BQ-REQ,1,A,B,,${CREATED}`, 'file_id'],
    [`HDR,BQ-REQ,1,A,B,a b,${CREATED}`, 'file_id'],
    [`HDR,BQ-REQ,1,A,,F,${CREATED}`, 'on_behalf_of_org'],
    [`HDR,BQ-REQ,1,,B,F,${CREATED}`, 'sender_org'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},AUDIT,S,1,1,6`, 'mode'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},PSYNC,S,0,1,6`, 'set_sequence'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},PSYNC,S,1,7,6`, 'part'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},PSYNC,S,1,2,5`, 'parts'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},PSYNC,S,1,2`, 'parts'],
    [`HDR,SYNC-SDP,1,A,A,F,${CREATED},PSYNC,S,1,2,6`, null],
  ])('%s: %s', (line, field) => expect(check(line)).toBe(field));

  it('give the file_id where there is one', () => {
    expect(fileIdOf(parseHeader(['HDR', 'X', '1', 'A', 'B', 'F-1']))).toBe('F-1');
    expect(fileIdOf(parseHeader(['HDR', 'X', '1', 'A', 'B', 'F 1']))).toBeNull();
    expect(fileIdOf(parseHeader(['HDR']))).toBeNull();
    expect(fileIdOf(null)).toBeNull();
    expect(createdAtOf(parseHeader(['HDR', '', '', '', '', '', CREATED]))).toBe(at(CREATED));
  });
});

describe('records', () => {
  it.each([
    ['SDP,a,b,c', 'BAD_VALUE record'],
    ['SDP,a,b,', 'BAD_VALUE record'],
    ['XXX,a', 'BAD_VALUE record'],
    ['HDR,a', 'BAD_VALUE record'],
    ['TRL,0', 'BAD_VALUE record'],
    ['SDP,,b,c', 'MANDATORY_FIELD_MISSING sdp_id'],
    ['SDP', 'MANDATORY_FIELD_MISSING sdp_id'],
    ['SDP,a b', 'BAD_VALUE sdp_id'],
    [`SDP,a,${'x'.repeat(201)}`, 'BAD_VALUE service_address'],
    ['SDP,a', 'none'],
  ])('%s: %s', (record, trouble) => expect(troubleOf(USDP_REQ, record)).toBe(trouble));

  it('of the story, gone wrong', () => {
    const bad: [(typeof KINDS)[number], string, string][] = [
      [SYNC_METER, 'MTR,M,D,NA1,2026-07-02,20,1,6,KWH', 'BAD_VALUE interval_minutes'],
      [SYNC_METER, 'MTR,M,D,NA1,2026-07-02,60,0,6,KWH', 'BAD_VALUE multiplier'],
      [SYNC_METER, 'MTR,M,D,NA1,2026-07-02,60,1,3,KWH', 'BAD_VALUE register_dials'],
      [SYNC_METER, 'MTR,M,D,NA1,2026-07-02,60,1,6,KWH+KWH', 'BAD_VALUE channels'],
      [SYNC_METER, 'MTR,M,D,NA1,2026-02-30,60,1,6,KWH', 'BAD_VALUE effective_from'],
      [SYNC_METER, 'MTR,M,D,NA1,2026-07-02,60,1,6,KWH,5', 'BAD_VALUE register_decimals'],
      [SYNC_INSTALL, 'INS,1,M,2026-07-02', 'BAD_VALUE installed_at'],
      [SYNC_INSTALL, 'INS,1,M,2026-07-02T09:00Z,,KWH=-1', 'BAD_VALUE install_reads'],
      [SYNC_SDP, 'SDP,1,a,2026-07-02,GONE,,,EASTERN,OTHER', 'BAD_VALUE status'],
      [SYNC_SDP, 'SDP,1,a,2026-07-02,ACTIVE,,,,OTHER', 'MANDATORY_FIELD_MISSING time_zone'],
      [SYNC_SDP, 'SDP,1,a,2026-07-02,ACTIVE,,,EASTERN,OTHER,DELETE', 'BAD_VALUE action'],
      [SYNC_SDP, 'ATR,1,CYCLE,,2026-07-02', 'MANDATORY_FIELD_MISSING value'],
      [BQ_REQ, 'REQ,1,2026-07-01,2026-07-32', 'BAD_VALUE end_date'],
      [BQ_REQ, 'REQ,1,2026-07-01,2026-07-03,,,rebill', 'BAD_VALUE purpose'],
    ];
    for (const [kind, record, trouble] of bad) expect(troubleOf(kind, record)).toBe(trouble);
  });

  it('forms with parts', () => {
    expect(parseChannels('KWH+GKWH+KVARH')).toEqual(['KWH', 'GKWH', 'KVARH']);
    expect(parseChannels('')).toBeNull();
    expect(parseChannels('KWH+')).toBeNull();
    expect([...parseRegisterReads('KWH=3.2+GKWH=0')!]).toEqual([
      ['KWH', '3.2'],
      ['GKWH', '0'],
    ]);
    for (const text of ['', 'KWH', 'KWH=', 'KWH=1e3', 'KWH=1+KWH=2', 'kwh=1', '=1']) {
      expect(parseRegisterReads(text)).toBeNull();
    }
    expect(parsePostalCode('K0A 1A1')).toBe('K0A1A1');
    expect(parsePostalCode('K0A1A1')).toBe('K0A1A1');
    for (const text of ['K0A 1A', 'k0a1a1', 'K0A  1A1', 'K0A1A1 ']) {
      expect(parsePostalCode(text)).toBeNull();
    }
    expect(isAttributeValue('SERVICE_KW', '12.5')).toBe(true);
    expect(isAttributeValue('SERVICE_KW', '-1')).toBe(false);
    expect(isAttributeValue('SEASONAL', 'yes')).toBe(false);
    expect(isAttributeValue('CYCLE', '07')).toBe(true);
    expect(isAttributeValue('WHATEVER', 'any text')).toBe(true);
  });

  it('simple forms', () => {
    const cases: [FieldType, string[], string[]][] = [
      ['integer', ['0', '007'], ['-1', '1.0', '']],
      ['ordinal', ['1'], ['0', '-1']],
      ['decimal', ['-1.5'], ['1e3']],
      ['energy', ['1.500'], ['1.5000']],
      ['time-of-day', ['07:00', '24:00'], ['7:00', '24:01']],
      ['month-day', ['01-01', '02-29'], ['02-30', '1-1']],
      ['any', ['\u0000'], []],
    ];
    for (const [type, good, bad] of cases) {
      expect(good.every((text) => isFieldValue(type, text))).toBe(true);
      expect(bad.some((text) => isFieldValue(type, text))).toBe(false);
    }
  });
});

describe('files of a kind', () => {
  it('can be read in batches and gone on with from any of them', async () => {
    const bytes = Buffer.from(REQUEST);
    for (let size = 1; size <= 6; size++) {
      const lines: number[] = [];
      let from = { offset: 0, line: 1 };
      for (;;) {
        const source = [bytes.subarray(from.offset)];
        const { value } = await readKindBatches(USDP_REQ, source, size, { from }).next();
        lines.push(...value!.records.map((r: KindRecord) => r.line));
        expect(value!.records.length).toBeLessThanOrEqual(size);
        if (value!.next === null) break;
        from = value!.next;
      }
      expect(lines).toEqual([2, 3, 4, 5, 6]);
    }
    const empty = readKindBatches(USDP_REQ, [Buffer.from('HDR\nTRL,0\n')], 10);
    expect((await empty.next()).value).toEqual({ records: [], next: null });
  });

  it('read the same whatever the chunks', () => {
    fc.assert(
      fc.property(anyPlaces, (places) => {
        const chunks = cutAt(Buffer.from(BILLING), places);
        expect(drain(new KindReader(BQ_RSP), chunks)).toEqual(read(BQ_RSP, BILLING));
      }),
    );
  });

  it('of hostile bytes are a defect or records, nothing else', () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        try {
          drain(new KindReader(SYNC_SDP), [bytes]).forEach(recordTrouble);
        } catch (error) {
          expect(error).toBeInstanceOf(Defect);
        }
      }),
    );
  });

  it('take asynchronous sources', async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from(REQUEST.slice(0, 100));
      yield Buffer.from(REQUEST.slice(100));
    }
    const ids: string[] = [];
    for await (const r of readKindRecords(USDP_REQ, source())) ids.push(r.values['sdp_id']!);
    expect(ids).toEqual(['MP-0101', 'MP-0102', 'MP-0103', 'MP-0104', 'MP-0104']);
  });

  it('are found by name', () => {
    expect(findInboundKind('BQ-REQ')).toBe(BQ_REQ);
    expect(findInboundKind('BQ-RSP')).toBeNull();
    expect(findInboundKind('CALENDAR')).toBeNull();
    expect(findKind('CALENDAR')?.from).toBe('OPERATOR');
    expect(findKind('bq-req')).toBeNull();
    expect(SYNC_KINDS.map((kind) => kind.part)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(new Set(KINDS.map((kind) => kind.kind)).size).toBe(KINDS.length);
  });

  it('have keys and dates among their fields', () => {
    for (const def of KINDS.flatMap((kind) => kind.records)) {
      const names = def.fields.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining([...def.key]));
      if (def.dated !== undefined) expect(names).toContain(def.dated);
    }
  });

  it('are not written with a record they have not', () => {
    expect(() => formatKindRecord(USDP_REQ, { type: 'XXX', values: {} })).toThrow(Defect);
  });
});
