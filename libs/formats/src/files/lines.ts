/**
 * Splits a stream of chunks into lines, in constant memory and without copying lines that lie in
 * one chunk.
 */

const LF = 10;
const CR = 13;
const EMPTY = Buffer.alloc(0);
const CARRY_START = 8192;

export interface LineSplitterOptions {
  /** Number of the first line of the stream; 1 is the start of a file, where a BOM is skipped. */
  firstLine?: number;
  /**
   * A line that crosses chunks keeps at most so many bytes; what is dropped still counts in
   * `length`.
   */
  keepBytes?: number;
}

/**
 * Push chunks, then take lines with next() until it says false; after finish() the rest. The
 * current line is `buffer[start, end)` without LF or CR LF, valid until the next call of next().
 */
export class LineSplitter {
  buffer: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** Number of the current line, the first of a file being 1. */
  line: number;
  /** Bytes of the current line without its end and the BOM, dropped ones included. */
  length = 0;
  /** Bytes of the stream up to and with the end of the current line. */
  nextOffset = 0;

  private chunk: Buffer = EMPTY;
  private position = 0;
  private passed = 0;
  private carry: Buffer = EMPTY;
  private carried = 0;
  private dropped = 0;
  private ended = false;
  private readonly keepBytes: number;

  constructor(options: LineSplitterOptions = {}) {
    this.line = (options.firstLine ?? 1) - 1;
    this.keepBytes = options.keepBytes ?? 65_536;
  }

  /** Gives the next chunk; all lines of the one before must have been taken. */
  push(chunk: Buffer): void {
    this.passed += this.chunk.length;
    this.chunk = chunk;
    this.position = 0;
  }

  /** No more chunks will come. */
  finish(): void {
    this.ended = true;
  }

  /** Moves to the next line; false if it is not complete yet or there is none. */
  next(): boolean {
    const { chunk, position } = this;
    const lf = position < chunk.length ? chunk.indexOf(LF, position) : -1;
    if (lf < 0) {
      this.stash(chunk, position, chunk.length);
      this.position = chunk.length;
      return this.ended && this.lastLine();
    }
    if (this.carried + this.dropped === 0) {
      this.take(chunk, position, lf);
    } else {
      this.stash(chunk, position, lf);
      this.take(this.carry, 0, this.carried);
    }
    this.position = lf + 1;
    this.nextOffset = this.passed + lf + 1;
    // Only before an LF is a CR part of the line's end.
    if (this.end > this.start && this.dropped === 0 && this.buffer[this.end - 1] === CR) {
      this.end--;
      this.length--;
    }
    this.carried = 0;
    this.dropped = 0;
    return true;
  }

  /** The line that no LF ends; an empty one is none. */
  private lastLine(): boolean {
    if (this.carried + this.dropped === 0) return false;
    this.take(this.carry, 0, this.carried);
    this.nextOffset = this.passed + this.chunk.length;
    this.carried = 0;
    this.dropped = 0;
    if (this.length > 0) return true;
    this.line--; // a BOM alone is no line
    return false;
  }

  private take(buffer: Buffer, start: number, end: number): void {
    this.line++;
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    if (this.line === 1 && startsWithBom(buffer, start, end)) this.start += 3;
    this.length = this.end - this.start + this.dropped;
  }

  private stash(chunk: Buffer, start: number, end: number): void {
    const kept = Math.min(end - start, this.keepBytes - this.carried);
    if (kept > 0) {
      const needed = this.carried + kept;
      if (needed > this.carry.length) {
        const grown = Buffer.allocUnsafe(Math.max(CARRY_START, this.carry.length * 2, needed));
        this.carry.copy(grown, 0, 0, this.carried);
        this.carry = grown;
      }
      chunk.copy(this.carry, this.carried, start, start + kept);
      this.carried = needed;
    }
    this.dropped += end - start - Math.max(kept, 0);
  }
}

function startsWithBom(buffer: Buffer, start: number, end: number): boolean {
  return (
    end - start >= 3 &&
    buffer[start] === 0xef &&
    buffer[start + 1] === 0xbb &&
    buffer[start + 2] === 0xbf
  );
}
