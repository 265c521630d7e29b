/**
 * Numbers and short texts as bytes, for columns that no statement looks into. Safe integers come
 * back exactly.
 *
 *     uint       7 bits a byte, the lowest first; the high bit says that more follows
 *     int        6 bits, the sign, whether more follows; the rest as uint
 *     intOrNull  2 bits (0 null, 1 positive, 2 negative), 5 bits, whether more follows; the rest
 *     text       length in bytes as uint, UTF-8
 *     name       a text that comes often: its place among those before it, or 0 and the text
 *     runs       a text of few runs of a letter: its length, then letter and length of each run
 */
const START_BYTES = 4_096;
const NUMBER_BYTES = 9;
const MORE = 128;
/** Below this, bits can be had with 32-bit arithmetic. */
const SMALL = 2 ** 30;
const INT_LOW = 64;
const INT_NEGATIVE = 64;
const OPTIONAL_LOW = 32;
const NONE = 0;
const POSITIVE = 1;
const NEGATIVE = 2;

/** Writes one body after the other into the same memory. */
export class PackedWriter {
  private bytes = Buffer.allocUnsafeSlow(START_BYTES);
  private at = 0;
  private readonly names: string[] = [];

  /** What was written since the last call, in bytes of its own. */
  take(): Buffer {
    const body = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    this.names.length = 0;
    return body;
  }

  /** A safe integer, 0 or more. */
  uint(value: number): void {
    this.room(NUMBER_BYTES);
    const { bytes } = this;
    let rest = value;
    while (rest >= SMALL) {
      bytes[this.at++] = (rest % MORE) + MORE;
      rest = Math.floor(rest / MORE);
    }
    while (rest >= MORE) {
      bytes[this.at++] = (rest & (MORE - 1)) | MORE;
      rest >>>= 7;
    }
    bytes[this.at++] = rest;
  }

  /** A safe integer of either sign. */
  int(value: number): void {
    const magnitude = Math.abs(value);
    const low = magnitude % INT_LOW;
    this.head(low + (value < 0 ? INT_NEGATIVE : 0), magnitude, low, INT_LOW);
  }

  intOrNull(value: number | null): void {
    if (value === null) return this.uint(NONE);
    const magnitude = Math.abs(value);
    const low = magnitude % OPTIONAL_LOW;
    this.head(low * 4 + (value < 0 ? NEGATIVE : POSITIVE), magnitude, low, OPTIONAL_LOW);
  }

  private head(byte: number, magnitude: number, low: number, span: number): void {
    const isShort = magnitude < span;
    this.room(1);
    this.bytes[this.at++] = isShort ? byte : byte + MORE;
    if (!isShort) this.uint((magnitude - low) / span);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.uint(length);
    this.room(length);
    this.at += this.bytes.write(value, this.at);
  }

  name(value: string): void {
    const known = this.names.indexOf(value);
    this.uint(known + 1);
    if (known >= 0) return;
    this.names.push(value);
    this.text(value);
  }

  nameOrNull(value: string | null): void {
    this.uint(value === null ? 0 : 1);
    if (value !== null) this.name(value);
  }

  /** Characters of one byte each, without their count. */
  letters(value: string): void {
    this.room(value.length);
    this.at += this.bytes.write(value, this.at, 'latin1');
  }

  runs(value: string): void {
    this.uint(value.length);
    for (let from = 0; from < value.length;) {
      const letter = value.charCodeAt(from);
      let to = from + 1;
      while (to < value.length && value.charCodeAt(to) === letter) to++;
      this.uint(letter);
      this.uint(to - from);
      from = to;
    }
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.at + more) * 2);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** Reads what a PackedWriter wrote, in the same order. */
export class PackedReader {
  private at = 0;
  private readonly names: string[] = [];

  constructor(private readonly bytes: Buffer) {}

  uint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < MORE) return byte;
    let value = byte - MORE;
    for (let weight = MORE; ; weight *= MORE) {
      byte = bytes[this.at++]!;
      if (byte < MORE) return value + byte * weight;
      value += (byte - MORE) * weight;
    }
  }

  int(): number {
    const head = this.bytes[this.at++]!;
    const low = head & (INT_LOW - 1);
    const magnitude = head < MORE ? low : low + this.uint() * INT_LOW;
    return (head & INT_NEGATIVE) === 0 ? magnitude : -magnitude;
  }

  intOrNull(): number | null {
    const head = this.bytes[this.at++]!;
    const kind = head & 3;
    if (kind === NONE) return null;
    const low = (head & (MORE - 1)) >> 2;
    const magnitude = head < MORE ? low : low + this.uint() * OPTIONAL_LOW;
    return kind === NEGATIVE ? -magnitude : magnitude;
  }

  text(): string {
    const length = this.uint();
    return length === 0 ? '' : this.bytes.toString('utf8', this.at, (this.at += length));
  }

  /** Passes over a text that is perhaps never looked at; the bytes must stay as they are. */
  laterText(): () => string {
    const length = this.uint();
    const from = this.at;
    this.at += length;
    return () => this.bytes.toString('utf8', from, from + length);
  }

  name(): string {
    const known = this.uint();
    if (known > 0) return this.names[known - 1]!;
    const text = this.text();
    this.names.push(text);
    return text;
  }

  nameOrNull(): string | null {
    return this.uint() === 0 ? null : this.name();
  }

  letters(count: number): string {
    return count === 0 ? '' : this.bytes.toString('latin1', this.at, (this.at += count));
  }

  runs(): string {
    const length = this.uint();
    let text = '';
    while (text.length < length) {
      const letter = String.fromCharCode(this.uint());
      text += letter.repeat(this.uint());
    }
    return text;
  }

  /** As many as the uint in front says. */
  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.uint(); left > 0; left--) items.push(read());
    return items;
  }
}
