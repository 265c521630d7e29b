/** Varints and short texts, written into one buffer that is used again and again. */

const START_BYTES = 4_096;
/** Room for any number; texts ask for their own. */
const NUMBER_BYTES = 16;
/** Below this a varint's bits can be had with 32-bit arithmetic. */
const SMALL = 0x4000_0000;
const MORE = 128;
/** Kinds of an optional number, and the span of the bits beside them. */
const NONE = 0;
const POSITIVE = 1;
const NEGATIVE = 2;
const LOW = 32;

export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(START_BYTES);
  private at = 0;

  start(): void {
    this.at = 0;
  }

  /** What was written, in bytes of its own. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.at));
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow((this.buffer.length + bytes) * 2);
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  /** A safe integer, 0 or more. */
  unsigned(value: number): void {
    this.room(NUMBER_BYTES);
    let rest = value;
    while (rest >= SMALL) {
      this.buffer[this.at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.buffer[this.at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }

  /** A safe integer or none: two bits say which and the sign, then the magnitude. */
  optional(value: number | null): void {
    if (value === null) {
      this.unsigned(NONE);
      return;
    }
    const magnitude = Math.abs(value);
    const low = magnitude % LOW;
    const kind = value < 0 ? NEGATIVE : POSITIVE;
    const isShort = magnitude < LOW;
    this.room(1);
    this.buffer[this.at++] = low * 4 + kind + (isShort ? 0 : MORE);
    if (!isShort) this.unsigned((magnitude - low) / LOW);
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.unsigned(bytes);
    this.room(bytes);
    this.at += this.buffer.write(value, this.at, 'utf8');
  }

  /** Characters of one byte each, without their count. */
  letters(value: string): void {
    this.room(value.length);
    this.at += this.buffer.write(value, this.at, 'latin1');
  }
}

export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= MORE) {
      const byte = this.bytes[this.at++]!;
      value += (byte % MORE) * factor;
      if (byte < MORE) return value;
    }
  }

  optional(): number | null {
    const head = this.bytes[this.at++]!;
    const kind = head & 3;
    if (kind === NONE) return null;
    const low = (head & 127) >> 2;
    const magnitude = head < MORE ? low : low + this.unsigned() * LOW;
    return kind === NEGATIVE ? -magnitude : magnitude;
  }

  text(): string {
    const length = this.unsigned();
    return length === 0 ? '' : this.bytes.toString('utf8', this.at, (this.at += length));
  }

  letters(count: number): string {
    return count === 0 ? '' : this.bytes.toString('latin1', this.at, (this.at += count));
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.unsigned(); left > 0; left--) items.push(read());
    return items;
  }
}
