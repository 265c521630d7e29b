/** The fields of a CMEP line as positions in its bytes. */
import { quoteTrouble, splitCsvLine } from '../csv/csv-line.js';

/** Fields before the triples. */
export const FIXED_FIELDS = 14;
/** Most triples of a line. */
export const MAX_TRIPLES = 48;
/** Most fields of a line that can be valid: the triples and a trailing hash. */
const MAX_FIELDS = FIXED_FIELDS + 3 * MAX_TRIPLES + 1;
/**
 * Stands for a comma inside a quoted field; a control character, so no field of a checked file has
 * it.
 */
const COMMA_STAND_IN = '\u001f';

/**
 * Where fields start; field i (0-based) is [starts[i], starts[i + 1] - 1). Used again for every
 * line.
 */
export class CmepFields {
  bytes: Buffer = Buffer.alloc(0);
  readonly starts = new Int32Array(MAX_FIELDS + 1);
  /** All fields of the line, also beyond those that `starts` holds. */
  count = 0;
  /** A quote that is not as RFC 4180 has it. */
  malformed = false;

  /** Cuts a line at its commas. */
  cut(bytes: Buffer, start: number, end: number): void {
    this.malformed = false;
    if (this.cutAtCommas(bytes, start, end)) return;
    if (quoteTrouble(bytes, start, end) !== null) {
      this.malformed = true;
      return;
    }
    // Rare: write the line anew without its quotes.
    const fields = splitCsvLine(bytes.toString('utf8', start, end), true);
    const plain = fields.map((field) => field.replaceAll(',', COMMA_STAND_IN).replaceAll('"', "'"));
    const unquoted = Buffer.from(plain.join(','));
    this.cutAtCommas(unquoted, 0, unquoted.length);
  }

  /** False if there is a quote. */
  private cutAtCommas(bytes: Buffer, start: number, end: number): boolean {
    const { starts } = this;
    this.bytes = bytes;
    starts[0] = start;
    let count = 1;
    let quotes = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      // Comma and quote are the lowest of what a line is made of: most bytes end here.
      if (byte > 44) continue;
      if (byte === 44) {
        if (count <= MAX_FIELDS) starts[count] = i + 1;
        count++;
      } else if (byte === 34) quotes++;
    }
    if (count <= MAX_FIELDS) starts[count] = end + 1;
    this.count = count;
    return quotes === 0;
  }

  /** True if field i is there and empty, or not there. */
  isEmpty(i: number): boolean {
    return i >= this.count || this.starts[i + 1]! - 1 === this.starts[i]!;
  }

  text(i: number): string {
    return i >= this.count || i >= MAX_FIELDS
      ? ''
      : this.slice(this.starts[i]!, this.starts[i + 1]! - 1);
  }

  /**
   * The text of field i: `known` itself if it is that, which spares making it anew for every line.
   */
  textLike(i: number, known: string): string {
    return this.is(i, known) ? known : this.text(i);
  }

  /** Whether field i is `known`, which is ASCII; a field that is not there is empty. */
  is(i: number, known: string): boolean {
    if (i >= this.count || i >= MAX_FIELDS) return known === '';
    const { bytes } = this;
    const start = this.starts[i]!;
    const length = this.starts[i + 1]! - 1 - start;
    if (length !== known.length) return false;
    for (let k = 0; k < length; k++) {
      if (bytes[start + k] !== known.charCodeAt(k)) return false;
    }
    return true;
  }

  /** Text of bytes [start, end). */
  slice(start: number, end: number): string {
    if (start >= end) return '';
    for (let i = start; i < end; i++) {
      if (this.bytes[i]! > 127) return this.bytes.toString('utf8', start, end);
    }
    return this.bytes.toString('latin1', start, end);
  }

  /** A whole number of 1 or 2 digits (leading zeros aside) in field i, else -1. */
  smallNumber(i: number): number {
    if (this.isEmpty(i)) return -1;
    let value = 0;
    for (let at = this.starts[i]!; at < this.starts[i + 1]! - 1; at++) {
      const digit = this.bytes[at]! - 48;
      if (digit < 0 || digit > 9 || value > 99) return -1;
      value = value * 10 + digit;
    }
    return value;
  }
}
