/** Reads what ByteWriter wrote. */
export class ByteReader {
  private at = 0;
  private readonly texts: string[] = [];

  constructor(private readonly bytes: Buffer) {}

  uint(): number {
    const { bytes } = this;
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
  }

  int(): number {
    return unzigzag(this.uint());
  }

  intOrNull(): number | null {
    const value = this.uint();
    return value === 0 ? null : unzigzag(value - 1);
  }

  text(): string {
    const known = this.uint();
    if (known > 0) return this.texts[known - 1]!;
    const length = this.uint();
    const text = this.bytes.toString('utf8', this.at, (this.at += length));
    this.texts.push(text);
    return text;
  }

  textOrNull(): string | null {
    return this.uint() === 0 ? null : this.text();
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

  /** As many as its own number says. */
  list<T>(read: () => T): T[] {
    const length = this.uint();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(read());
    return items;
  }
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
