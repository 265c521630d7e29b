import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyPlaces, cutAt, hostileBytes } from '../spec-support/chunks.js';
import { FILE_REASONS, firstTrouble, isToldToSenderAlone } from './file-reasons.js';
import type { FileTrouble } from './file-reasons.js';
import { inboundName, nameTime, outboundName } from './names.js';
import { DEFAULT_FILE_LIMITS, FileScanner, scanFile } from './scan-file.js';
import type { FileLimits, FileScan, ScanOptions } from './scan-file.js';
import { parseInstant } from '@mdmr/kernel';

const HDR = 'HDR,USDP-REQ,1,MAPLE,MAPLE,MP-U-2,2026-04-29T09:00:00-05:00';
const METER =
  'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1,OK,E,KWH,1,00000100,2,202607030100,R,1,,R,2';

function scan(
  text: string | Buffer,
  limits: Partial<FileLimits> = {},
  options?: ScanOptions,
): FileScan {
  const scanner = new FileScanner({ ...DEFAULT_FILE_LIMITS, ...limits }, options);
  scanner.push(Buffer.from(text));
  return scanner.finish();
}
function told(text: string | Buffer, limits?: Partial<FileLimits>): string {
  const trouble = firstTrouble(scan(text, limits).troubles);
  return trouble === null ? 'none' : `${trouble.line} ${trouble.reason} ${trouble.detail}`.trim();
}

describe('scanning a CSV kind', () => {
  it('counts and finds nothing in a good file', () => {
    const text = `\ufeff${HDR}\r\nSDP,MP-0101,12 Elm St\r\nSDP,MP-0102,"14 Elm St, rear"\r\nTRL,2`;
    expect(scan(text)).toEqual({
      format: 'CSV',
      bytes: Buffer.byteLength(text),
      lines: 4,
      header: HDR.split(','),
      records: 2,
      values: 0,
      troubles: [],
      segments: [{ start: 0, end: Buffer.byteLength(text), firstLine: 1, lines: 4 }],
    });
  });

  it.each([
    [`${HDR}\nSDP,MP-0101\nTRL,5\n`, '3 COUNT_MISMATCH TRL 5 records 1'],
    [`${HDR}\nTRL,0\n`, 'none'],
    [`${HDR}\nTRL,00\n`, 'none'],
    [`"HDR",USDP-REQ,1,A,A,x,y\n"TRL","0"\n`, 'none'],
    [`${HDR}\nTRL,1\n`, '2 COUNT_MISMATCH TRL 1 records 0'],
    [`${HDR}\nTRL\n`, '2 COUNT_MISMATCH TRL  records 0'],
    [`${HDR}\nTRL,-0\n`, '2 COUNT_MISMATCH TRL -0 records 0'],
    [`${HDR}\nTRL,0,\n`, '2 TRAILER_MISSING'],
    [`${HDR}\n`, '1 TRAILER_MISSING'],
    [`${HDR}\nTRL,0\nSDP,x\n`, '3 TRAILER_MISSING'],
    [`${HDR}\nTRL,0\nTRL,1\n`, 'none'],
    [`${HDR}\n\nTRL,1\n`, '2 NOT_CSV BLANK_RECORD'],
    [`${HDR}\nTRL,0\n\n`, '3 NOT_CSV BLANK_RECORD'],
    [`${HDR}\nSDP,"x\ny"\nTRL,1\n`, '2 NOT_CSV OPEN_QUOTE'],
    [`HDR,USDP-REQ,"1\nTRL,0\n`, '1 NOT_CSV OPEN_QUOTE'],
    ['HDR\nTRL,0\n', 'none'],
    [`${HDR}\n\nTRL,\t\n`, '3 BAD_ENCODING CONTROL_CHARACTER'],
    ['', '1 HEADER_MISSING EMPTY'],
    ['\ufeff', '1 HEADER_MISSING EMPTY'],
    ['\n', '1 HEADER_MISSING'],
    [`\n${HDR}\nTRL,0\n`, '1 HEADER_MISSING'],
    ['HDRX,a\nTRL,0\n', '1 HEADER_MISSING'],
    [' HDR,a\nTRL,0\n', '1 HEADER_MISSING'],
    ['hello\n"\n', '1 HEADER_MISSING'],
    ['PK\u0003\u0004\n', '1 BAD_ENCODING CONTROL_CHARACTER'],
  ])('%j: %s', (text, trouble) => expect(told(text)).toBe(trouble));

  it('tells limits first', () => {
    const text = `${HDR}\nSDP,\u0000\nSDP,b\nTRL,9\n`;
    expect(told(text, { maxFileBytes: 10 })).toBe('1 FILE_TOO_LARGE MDMR_MAX_FILE_BYTES');
    expect(told(text, { maxRecords: 1 })).toBe('3 FILE_TOO_LARGE MDMR_MAX_RECORDS');
    expect(told(text, { maxLineBytes: 58 })).toBe('1 FILE_TOO_LARGE MDMR_MAX_LINE_BYTES');
    expect(told(text, { maxRecords: 2 })).toBe('2 BAD_ENCODING CONTROL_CHARACTER');
    const request = text.replace('USDP-REQ', 'BQ-REQ');
    expect(told(request, { maxRequests: 1 })).toBe('3 FILE_TOO_LARGE MDMR_MAX_REQUESTS');
    expect(told(text, { maxRequests: 1 })).toBe('2 BAD_ENCODING CONTROL_CHARACTER');
  });

  it('counts the lines of a file without header, a last TRL left aside', () => {
    expect(scan('SDP,a\nSDP,b\nTRL,2\n').records).toBe(2);
    expect(scan('SDP,a\nTRL,2\nSDP,b\n').records).toBe(3);
    expect(scan('TRL,0\n').records).toBe(0);
    expect(scan('hello\n').records).toBe(1);
  });

  it('keeps a header that parses, whatever else is wrong', () => {
    expect(scan(`HDR,WHAT,2\n"\n`).header).toEqual(['HDR', 'WHAT', '2']);
    expect(scan(`HDR,"WHAT\n`).header).toBeNull();
    expect(scan('x\n').header).toBeNull();
  });
});

describe('scanning a meter format', () => {
  it('needs one line that begins with its name', () => {
    const found = scan(`garbage\n${METER}\r\n${METER.replace(',2,', ',49,')}\n`);
    expect(found.format).toBe('CMEP');
    expect(found.troubles).toEqual([]);
    expect(found.lines).toBe(3);
    expect(found.records).toBe(3);
    expect(found.values).toBe(1 + 2 + 1);
  });

  it('knows the limits', () => {
    const two = `${METER}\n${METER}\n`;
    expect(told(two, { maxRecords: 1 })).toBe('2 FILE_TOO_LARGE MDMR_MAX_RECORDS');
    expect(told(two, { maxLineBytes: 80 })).toBe('1 FILE_TOO_LARGE MDMR_MAX_LINE_BYTES');
  });
});

describe('segments', () => {
  it('are cut at line ends and cover the file', () => {
    const text = 'a\nbb\r\nccc\ndddd\ne';
    const { segments } = scan(text, {}, { segmentBytes: 5 });
    expect(segments).toEqual([
      { start: 0, end: 6, firstLine: 1, lines: 2 },
      { start: 6, end: 15, firstLine: 3, lines: 2 },
      { start: 15, end: 16, firstLine: 5, lines: 1 },
    ]);
    expect(scan('').segments).toEqual([]);
  });

  it('cover any file without a gap', () => {
    fc.assert(
      fc.property(hostileBytes, fc.integer({ min: 1, max: 300 }), (bytes, segmentBytes) => {
        const found = scan(bytes, {}, { segmentBytes });
        let end = 0;
        let line = 1;
        for (const segment of found.segments) {
          expect([segment.start, segment.firstLine]).toEqual([end, line]);
          expect(segment.end === bytes.length || bytes[segment.end - 1] === 10).toBe(true);
          end = segment.end;
          line += segment.lines;
        }
        expect(line - 1).toBe(found.lines);
        if (found.lines > 0) expect(end).toBe(bytes.length);
      }),
    );
  });
});

describe('any bytes', () => {
  it('give the same whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, anyPlaces, async (bytes, places) => {
        const limits = { maxFileBytes: 2000, maxLineBytes: 500, maxRecords: 9, maxRequests: 3 };
        const options = { segmentBytes: 100 };
        const whole = await scanFile([bytes], limits, options);
        expect(await scanFile(cutAt(bytes, places), limits, options)).toEqual(whole);
      }),
    );
  });
});

describe('reasons', () => {
  it('are told in one order', () => {
    const trouble = (reason: FileTrouble['reason'], line = 1): FileTrouble => ({
      reason,
      line,
      detail: '',
    });
    expect(firstTrouble([])).toBeNull();
    const all = [...FILE_REASONS].reverse().map((reason) => trouble(reason));
    expect(firstTrouble(all)?.reason).toBe('FILE_TOO_LARGE');
    expect(firstTrouble([trouble('NOT_CSV', 7), trouble('NOT_CSV', 3)])?.line).toBe(7);
    expect(FILE_REASONS.filter(isToldToSenderAlone).at(-1)).toBe('NOT_AUTHORIZED');
  });
});

describe('names', () => {
  it('are made of recipient, kind, LDC and file_id', () => {
    expect(outboundName('MAPLE', 'IR17', 'MAPLE', 'F:1')).toBe('MAPLE_IR17_MAPLE_F-1.csv');
    expect(outboundName('NORTHAMI', 'DC07', '', 'F1')).toBe('NORTHAMI_DC07__F1.csv');
    expect(inboundName('MAPLE', 'USDP-REQ', 'MP-U-2')).toBe('MAPLE_USDP-REQ_MP-U-2.csv');
    expect(inboundName('NORTHAMI', 'CMEP', 'NA1')).toBe('NORTHAMI_CMEP_NA1.cmep');
    expect(nameTime(parseInstant('2026-07-03T11:00:21-05:00')!)).toBe('20260703T110021');
  });
});
