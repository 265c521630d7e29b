import type { FileTrouble } from '../files/file-reasons.js';
import { HAS_QUOTE, encodingTrouble, surveyBytes, textOf } from '../files/bytes.js';
import { LineSplitter } from '../files/lines.js';
import { quoteTrouble, splitCsvLine } from './csv-line.js';

export interface CsvOptions {
  /** Longest line in bytes without its end; default 4096. */
  maxLineBytes?: number;
  /** Number of the first line of the source when it is not the start of a file; default 1. */
  firstLine?: number;
}

export interface CsvRecord {
  /** The line of the file, the first being 1. */
  line: number;
  fields: string[];
  /** Why reading stops here: FILE_TOO_LARGE, BAD_ENCODING or NOT_CSV. Then `fields` is empty. */
  trouble: FileTrouble | null;
  /** Bytes of the source up to and with this record, from where reading can go on. */
  nextOffset: number;
}

const DEFAULT_MAX_LINE_BYTES = 4096;

/**
 * A strict reader of RFC 4180, one record a line, LF or CR LF, a BOM allowed. Push chunks and take
 * records with next() until it gives null; after finish() the rest. Memory does not grow with the
 * file.
 */
export class CsvReader {
  private readonly lines: LineSplitter;
  private readonly maxLineBytes: number;
  private stopped = false;

  constructor(options: CsvOptions = {}) {
    this.maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.lines = new LineSplitter({
      firstLine: options.firstLine,
      keepBytes: this.maxLineBytes + 4,
    });
  }

  push(chunk: Buffer): void {
    this.lines.push(chunk);
  }

  finish(): void {
    this.lines.finish();
  }

  next(): CsvRecord | null {
    const { lines } = this;
    if (this.stopped || !lines.next()) return null;
    const { buffer, start, end, line, nextOffset } = lines;
    const survey = surveyBytes(buffer, start, end);
    const trouble = this.troubleOf(survey);
    if (trouble !== null) {
      this.stopped = true;
      return { line, fields: [], trouble, nextOffset };
    }
    const text = textOf(buffer, start, end, survey);
    const fields = splitCsvLine(text, (survey & HAS_QUOTE) !== 0);
    return { line, fields, trouble: null, nextOffset };
  }

  private troubleOf(survey: number): FileTrouble | null {
    const { buffer, start, end, line, length } = this.lines;
    if (length > this.maxLineBytes) {
      return { reason: 'FILE_TOO_LARGE', line, detail: 'MDMR_MAX_LINE_BYTES' };
    }
    const encoding = encodingTrouble(buffer, start, end, survey);
    if (encoding !== null) return { reason: 'BAD_ENCODING', line, detail: encoding };
    if (length === 0) return { reason: 'NOT_CSV', line, detail: 'BLANK_RECORD' };
    const quote = survey & HAS_QUOTE ? quoteTrouble(buffer, start, end) : null;
    return quote === null ? null : { reason: 'NOT_CSV', line, detail: quote };
  }
}

/** The records of a source; after one with a `trouble` there are no more. */
export async function* readCsvRecords(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: CsvOptions = {},
): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader(options);
  for await (const chunk of source) {
    reader.push(chunk);
    for (let record = reader.next(); record !== null; record = reader.next()) yield record;
  }
  reader.finish();
  for (let record = reader.next(); record !== null; record = reader.next()) yield record;
}
