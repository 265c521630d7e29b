/** Small numbers and texts, packed: what a day's body is written with. */
const FIRST_SIZE = 1 << 12;
const SMALL = 0x7fffffff;
const ASCII = 0x7f;

/** Writes one body after the other into the same memory. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(FIRST_SIZE);
  private at = 0;
  /** Texts of this body by their place: written once, named after that. */
  private readonly texts: string[] = [];

  /** What was written since the last call. */
  take(): Buffer {
    const body = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    this.texts.length = 0;
    return body;
  }

  /** A whole number of 0 or more: seven bits a byte, the lowest first. */
  uint(value: number): void {
    this.ensure(8);
    const { bytes } = this;
    let rest = value;
    while (rest > SMALL) {
      bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.at++] = rest;
  }

  /** A whole number of either sign. */
  int(value: number): void {
    this.uint(zigzag(value));
  }

  /** As `int`, one byte for null. */
  intOrNull(value: number | null): void {
    this.uint(value === null ? 0 : zigzag(value) + 1);
  }

  text(value: string): void {
    const known = this.texts.indexOf(value);
    this.uint(known + 1);
    if (known >= 0) return;
    this.texts.push(value);
    this.raw(value);
  }

  textOrNull(value: string | null): void {
    this.uint(value === null ? 0 : 1);
    if (value !== null) this.text(value);
  }

  /** A text of few runs of one letter each. */
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

  private raw(value: string): void {
    const { length } = value;
    this.ensure(length + 8);
    const before = this.at;
    this.uint(length);
    const { bytes } = this;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > ASCII) {
        this.at = before;
        this.encoded(value);
        return;
      }
      bytes[this.at++] = code;
    }
  }

  /** Of a text beyond ASCII the bytes are more than the letters. */
  private encoded(value: string): void {
    const length = Buffer.byteLength(value);
    this.uint(length);
    this.ensure(length);
    this.at += this.bytes.write(value, this.at);
  }

  private ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe((this.at + more) * 2);
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** 0, -1, 1, -2 as 0, 1, 2, 3. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}
