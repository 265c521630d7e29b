import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyPlaces, cutAt, drain, hostileBytes } from '../spec-support/chunks.js';
import { parseCsvLine } from './csv-line.js';
import { CsvReader, readCsvRecords } from './csv-reader.js';
import type { CsvRecord } from './csv-reader.js';
import { formatCsvField, formatCsvRecord, linesToBuffers } from './csv-writer.js';

function read(text: string | Buffer, maxLineBytes?: number): CsvRecord[] {
  return drain(new CsvReader({ maxLineBytes }), [Buffer.from(text)]);
}
function fieldsOf(text: string | Buffer): string[][] {
  return read(text).map(({ fields }) => fields);
}
function troubleOf(text: string | Buffer, maxLineBytes?: number): string {
  const { line, trouble } = read(text, maxLineBytes).at(-1)!;
  return trouble === null ? 'none' : `${line} ${trouble.line} ${trouble.reason} ${trouble.detail}`;
}

const field = fc.string({ unit: 'binary' }).filter((s) => !/[\u0000-\u001f\u007f-\u009f]/.test(s));
const record = fc.array(field, { minLength: 1, maxLength: 8 }).filter((r) => r.join('') !== '');

describe('reading CSV', () => {
  it('takes LF, CR LF, a BOM and a last record without an end', () => {
    expect(fieldsOf('a,b\nc\r\n\ufeffd,')).toEqual([['a', 'b'], ['c'], ['\ufeffd', '']]);
    expect(fieldsOf('\ufeffHDR,x\n')).toEqual([['HDR', 'x']]);
    expect(read('')).toEqual([]);
    expect(read('\ufeff')).toEqual([]);
    expect(read('a\nb').map((r) => [r.line, r.nextOffset])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('takes quoted fields', () => {
    expect(fieldsOf('SDP,MP-0102,"14 Elm St, rear"\n"","a""b",""""\n')).toEqual([
      ['SDP', 'MP-0102', '14 Elm St, rear'],
      ['', 'a"b', '"'],
    ]);
    expect(parseCsvLine('a,"b"')).toEqual(['a', 'b']);
    expect(parseCsvLine('a,"b"c')).toBe('STRAY_QUOTE');
    expect(parseCsvLine('')).toBe('BLANK_RECORD');
  });

  it.each([
    ['a\n\nb\n', '2 2 NOT_CSV BLANK_RECORD'],
    ['a\n\r\n', '2 2 NOT_CSV BLANK_RECORD'],
    ['a\n\n', '2 2 NOT_CSV BLANK_RECORD'],
    ['a\nb"c\n', '2 2 NOT_CSV STRAY_QUOTE'],
    ['"a"b,c', '1 1 NOT_CSV STRAY_QUOTE'],
    ['"a" ,c', '1 1 NOT_CSV STRAY_QUOTE'],
    [' "a",c', '1 1 NOT_CSV STRAY_QUOTE'],
    ['x,"a\nb",c\n', '1 1 NOT_CSV OPEN_QUOTE'],
    ['x,"a\r\nb",c\n', '1 1 NOT_CSV OPEN_QUOTE'],
    ['x,"a""', '1 1 NOT_CSV OPEN_QUOTE'],
    ['x,"', '1 1 NOT_CSV OPEN_QUOTE'],
    ['a\tb\n', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['a\rb\n', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['a\r', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['a\u007f\n', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['é\u0085\n', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['\u009f\n', '1 1 BAD_ENCODING CONTROL_CHARACTER'],
    ['a,b\nc,\u0000\n', '2 2 BAD_ENCODING CONTROL_CHARACTER'],
    ['é, \u00a0\n', 'none'],
  ])('of %j says %s', (text, trouble) => expect(troubleOf(text)).toBe(trouble));

  it('refuses what is not UTF-8', () => {
    for (const bytes of [
      [0xe9],
      [0xc3],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
    ]) {
      expect(troubleOf(Buffer.from([...bytes, 10]))).toBe('1 1 BAD_ENCODING NOT_UTF8');
    }
  });

  it('has a limit of bytes a line, its end and a BOM not counted', () => {
    expect(troubleOf('\ufeff12345\r\n1234567890\n', 10)).toBe('none');
    expect(troubleOf('12345\n12345678901\nx\n', 10)).toBe('2 2 FILE_TOO_LARGE MDMR_MAX_LINE_BYTES');
    expect(troubleOf('é'.repeat(6), 10)).toBe('1 1 FILE_TOO_LARGE MDMR_MAX_LINE_BYTES');
  });

  it('stops at the first trouble', () => {
    expect(read('a\n\nb\nc\n')).toHaveLength(2);
  });

  it('gives the same whatever the chunks', () => {
    fc.assert(
      fc.property(hostileBytes, anyPlaces, (bytes, places) => {
        const whole = drain(new CsvReader({ maxLineBytes: 500 }), [bytes]);
        expect(drain(new CsvReader({ maxLineBytes: 500 }), cutAt(bytes, places))).toEqual(whole);
      }),
    );
  });

  it('goes on from any record', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 10 }), fc.nat(), (records, n) => {
        const bytes = Buffer.from(records.map((r) => `${formatCsvRecord(r)}\n`).join(''));
        const all = drain(new CsvReader(), [bytes]);
        const at = all[n % all.length]!;
        const reader = new CsvReader({ firstLine: at.line + 1 });
        const rest = drain(reader, [bytes.subarray(at.nextOffset)]);
        expect(rest.map((r) => [r.line, r.fields])).toEqual(
          all.slice(at.line).map((r) => [r.line, r.fields]),
        );
      }),
    );
  });

  it('reads asynchronous sources', async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from('a,');
      yield Buffer.from('b\nc');
    }
    const fields: string[][] = [];
    for await (const r of readCsvRecords(source())) fields.push(r.fields);
    expect(fields).toEqual([['a', 'b'], ['c']]);
  });
});

describe('writing CSV', () => {
  it.each([
    ['', ''],
    ['a b', 'a b'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    [' ', '" "'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    ["a'b;c", "a'b;c"],
    ['Hôtel', 'Hôtel'],
  ])('writes %j as %j', (text, bytes) => expect(formatCsvField(text)).toBe(bytes));

  it('is read back', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const buffers = [...linesToBuffers(records.map(formatCsvRecord))];
        const back = drain(new CsvReader({ maxLineBytes: 100_000 }), buffers);
        expect(back.map((r) => r.fields)).toEqual(records);
      }),
    );
  });
});
