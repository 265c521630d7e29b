/** The checks of a whole file that need nothing but its bytes, in one pass and constant memory. */
import { cmepValueCount } from '../cmep/cmep-count.js';
import { quoteTrouble, splitCsvLine } from '../csv/csv-line.js';
import { HAS_QUOTE, encodingTrouble, surveyBytes, textOf } from './bytes.js';
import type { FileReason, FileTrouble } from './file-reasons.js';
import { LineSplitter } from './lines.js';

export interface FileLimits {
  maxFileBytes: number;
  /** Records between HDR and TRL; of a meter format lines. */
  maxRecords: number;
  maxLineBytes: number;
  /** REQ records of a BQ-REQ. */
  maxRequests: number;
}

/** The defaults of the settings of the same names. */
export const DEFAULT_FILE_LIMITS: FileLimits = {
  maxFileBytes: 536_870_912,
  maxRecords: 5_000_000,
  maxLineBytes: 4096,
  maxRequests: 200_000,
};

/** Bytes [start, end) of a file, cut at line ends. */
export interface FileSegment {
  start: number;
  end: number;
  /** Number of its first line in the file. */
  firstLine: number;
  lines: number;
}

export interface FileScan {
  /** CSV = the first field is HDR; CMEP = else some line begins MEPMD01; null = neither. */
  format: 'CSV' | 'CMEP' | null;
  bytes: number;
  lines: number;
  /** Fields of the first record if it is an HDR that parses. */
  header: string[] | null;
  /**
   * CSV: records between HDR and TRL; else lines, without a last TRL. This is also what a file
   * refused whole counts.
   */
  records: number;
  /** CMEP: values, by field 14 of each line if that is 1 to 48, else 1 a line; else 0. */
  values: number;
  /** The first of each reason found; firstTrouble() picks the one to tell. */
  troubles: FileTrouble[];
  /** Cut points, at least one segment unless the file is empty. */
  segments: FileSegment[];
}

export interface ScanOptions {
  /** A segment ends at the first line end at or beyond so many bytes; default: one segment. */
  segmentBytes?: number;
}

/** Push chunks as they come (also while they are stored and hashed), then finish(). */
export class FileScanner {
  private readonly lines: LineSplitter;
  private readonly segmentBytes: number;
  private readonly troubles = new Map<FileReason, FileTrouble>();
  private readonly segments: FileSegment[] = [];
  private segment: FileSegment = { start: 0, end: 0, firstLine: 1, lines: 0 };
  private bytes = 0;
  private isCsv = false;
  private hasMeterLine = false;
  private values = 0;
  private header: string[] | null = null;
  private trailer: string[] | null = null;
  /** Of a file without HDR: its last line so far is a TRL, which never counts. */
  private endsInTrailer = false;

  constructor(
    private readonly limits: FileLimits,
    options: ScanOptions = {},
  ) {
    this.lines = new LineSplitter({ keepBytes: limits.maxLineBytes + 4 });
    this.segmentBytes = options.segmentBytes ?? Number.POSITIVE_INFINITY;
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.lines.push(chunk);
    while (this.lines.next()) this.line();
  }

  finish(): FileScan {
    this.lines.finish();
    while (this.lines.next()) this.line();
    if (this.segment.lines > 0) this.segments.push(this.segment);
    const lines = this.lines.line;
    const format = this.isCsv ? 'CSV' : this.hasMeterLine ? 'CMEP' : null;
    const records = this.recordsOf(lines, format);
    if (format === null) this.note('HEADER_MISSING', 1, lines === 0 ? 'EMPTY' : '');
    if (this.isCsv) this.checkTrailer(lines, records);
    this.checkLimits(records);
    return {
      format,
      bytes: this.bytes,
      lines,
      header: this.header,
      records,
      values: format === 'CMEP' ? this.values : 0,
      troubles: [...this.troubles.values()],
      segments: this.segments,
    };
  }

  private recordsOf(lines: number, format: FileScan['format']): number {
    if (format === 'CSV') return lines - 1 - (this.trailer === null ? 0 : 1);
    return format === null && this.endsInTrailer ? lines - 1 : lines;
  }

  private line(): void {
    const { buffer, start, line, length, nextOffset } = this.lines;
    // What a line that crosses chunks keeps must not decide anything.
    const end = Math.min(this.lines.end, start + this.limits.maxLineBytes);
    const survey = surveyBytes(buffer, start, end);
    if (length > this.limits.maxLineBytes) {
      this.note('FILE_TOO_LARGE', line, 'MDMR_MAX_LINE_BYTES');
    }
    const encoding = encodingTrouble(buffer, start, end, survey);
    if (encoding !== null) this.note('BAD_ENCODING', line, encoding);
    if (line === 1) this.isCsv = isHeaderLine(buffer, start, end);
    if (this.isCsv) this.csvLine(survey, end);
    else {
      if (startsWith(buffer, start, end, 'MEPMD01')) this.hasMeterLine = true;
      this.endsInTrailer = startsWith(buffer, start, end, 'TRL,');
      this.values += cmepValueCount(buffer, start, end) || 1;
    }
    const { segment } = this;
    segment.end = nextOffset;
    segment.lines++;
    if (segment.end - segment.start >= this.segmentBytes) {
      this.segments.push(segment);
      this.segment = { start: nextOffset, end: nextOffset, firstLine: line + 1, lines: 0 };
    }
  }

  private csvLine(survey: number, end: number): void {
    const { buffer, start, line, length } = this.lines;
    this.trailer = null;
    const quoted = (survey & HAS_QUOTE) !== 0;
    const trouble = length === 0 ? 'BLANK_RECORD' : quoted && quoteTrouble(buffer, start, end);
    if (trouble) return this.note('NOT_CSV', line, trouble);
    if (line > 1 && !mayBeTrailer(buffer, start, end)) return;
    const fields = splitCsvLine(textOf(buffer, start, end, survey), quoted);
    if (line === 1) this.header = fields;
    else if (fields[0] === 'TRL' && fields.length <= 2) this.trailer = fields;
  }

  private checkTrailer(lines: number, records: number): void {
    if (this.trailer === null) return this.note('TRAILER_MISSING', lines, '');
    const count = this.trailer[1] ?? '';
    if (!/^\d{1,15}$/.test(count) || Number(count) !== records) {
      this.note('COUNT_MISMATCH', lines, `TRL ${count} records ${records}`);
    }
  }

  private checkLimits(records: number): void {
    const { maxFileBytes, maxRecords, maxRequests } = this.limits;
    const first = this.isCsv ? 2 : 1;
    if (this.header?.[1] === 'BQ-REQ' && records > maxRequests) {
      this.note('FILE_TOO_LARGE', first + maxRequests, 'MDMR_MAX_REQUESTS');
    }
    if (records > maxRecords) {
      this.note('FILE_TOO_LARGE', first + maxRecords, 'MDMR_MAX_RECORDS');
    }
    if (this.bytes > maxFileBytes) {
      this.troubles.delete('FILE_TOO_LARGE');
      this.note('FILE_TOO_LARGE', 1, 'MDMR_MAX_FILE_BYTES');
    }
  }

  private note(reason: FileReason, line: number, detail: string): void {
    if (!this.troubles.has(reason)) this.troubles.set(reason, { reason, line, detail });
  }
}

/** Scans a whole file. */
export async function scanFile(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  limits: FileLimits = DEFAULT_FILE_LIMITS,
  options: ScanOptions = {},
): Promise<FileScan> {
  const scanner = new FileScanner(limits, options);
  for await (const chunk of source) scanner.push(chunk);
  return scanner.finish();
}

function startsWith(buffer: Buffer, start: number, end: number, prefix: string): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    if (buffer[start + i] !== prefix.charCodeAt(i)) return false;
  }
  return true;
}

/** The first field is HDR, quoted or not; the rest of the line need not even parse. */
function isHeaderLine(buffer: Buffer, start: number, end: number): boolean {
  for (const prefix of ['HDR', '"HDR"']) {
    if (!startsWith(buffer, start, end, prefix)) continue;
    const after = start + prefix.length;
    if (after === end || buffer[after] === 44) return true;
  }
  return false;
}

function mayBeTrailer(buffer: Buffer, start: number, end: number): boolean {
  return startsWith(buffer, start, end, 'TRL') || startsWith(buffer, start, end, '"TRL"');
}
