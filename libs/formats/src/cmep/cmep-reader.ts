import { LineSplitter } from '../files/lines.js';
import type { CmepLine } from './cmep-line.js';
import { CmepParser, MAX_CMEP_LINE_CHARACTERS } from './cmep-parser.js';
import type { CmepOptions } from './cmep-parser.js';

/** Enough of an overlong line to know that it is one, and to read its first fields. */
const KEEP_BYTES = 4 * MAX_CMEP_LINE_CHARACTERS + 1;
const BOM_BYTES = 3;

export interface CmepReadOptions extends CmepOptions {
  /** Number of the first line of the source: that of its segment; default 1. */
  firstLine?: number;
}

/**
 * Reads the lines of a CMEP file or of a segment of one, cut at line ends. Push chunks, take lines
 * with next() until it gives null, after finish() the rest. No bytes whatever make it throw.
 */
export class CmepReader {
  private readonly lines: LineSplitter;
  private readonly parser: CmepParser;

  constructor(options: CmepReadOptions = {}) {
    this.lines = new LineSplitter({
      firstLine: options.firstLine,
      keepBytes: KEEP_BYTES + BOM_BYTES,
    });
    this.parser = new CmepParser(options);
  }

  push(chunk: Buffer): void {
    this.lines.push(chunk);
  }

  finish(): void {
    this.lines.finish();
  }

  /** The next line, the same object each time; null if it is not complete yet or there is none. */
  next(): CmepLine | null {
    const { lines } = this;
    if (!lines.next()) return null;
    const end = Math.min(lines.end, lines.start + KEEP_BYTES);
    return this.parser.parse(lines.buffer, lines.start, end, lines.line, lines.length);
  }

  /** Bytes of the source up to and with the line that next() gave. */
  get nextOffset(): number {
    return this.lines.nextOffset;
  }
}

/** Calls back for every line of a source; the line must not be kept. */
export async function forEachCmepLine(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: CmepReadOptions,
  onLine: (line: CmepLine) => void,
): Promise<void> {
  const reader = new CmepReader(options);
  for await (const chunk of source) {
    reader.push(chunk);
    for (let line = reader.next(); line !== null; line = reader.next()) onLine(line);
  }
  reader.finish();
  for (let line = reader.next(); line !== null; line = reader.next()) onLine(line);
}
