/**
 * The values in the packed bodies of stored days, by a reader of our own. Numbers have seven bits a
 * byte, the lowest first; the first byte of a signed one has six bits and its sign, of one that may
 * be null two bits that say which and five. vee: a text is its place among those before it, or 0,
 * its length and its bytes.
 */
const VEE_FORMAT = 1;

class Packed {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  uint(): number {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.bytes.readUInt8(this.at);
      this.at += 1;
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
  }

  int(): number {
    const first = this.first();
    const size = (first % 64) + (first >= 128 ? this.uint() * 64 : 0);
    return (first & 64) === 0 ? size : -size;
  }

  intOrNull(): number | null {
    const first = this.first();
    if (first % 4 === 0) return null;
    const size = ((first % 128) >> 2) + (first >= 128 ? this.uint() * 32 : 0);
    return first % 4 === 2 ? -size : size;
  }

  private first(): number {
    const byte = this.bytes.readUInt8(this.at);
    this.at += 1;
    return byte;
  }

  text(): void {
    if (this.uint() > 0) return;
    const length = this.uint();
    this.at += length;
  }

  textOrNull(): void {
    if (this.uint() > 0) this.text();
  }
}

/** Wh by interval, null where there is none. Each is written as the difference to the last. */
export function veeDayValues(body: Buffer): (number | null)[] {
  const from = new Packed(body);
  const format = from.uint();
  if (format !== VEE_FORMAT) throw new Error(`a stored day of format ${format} cannot be read`);
  from.int(); // instant
  from.text(); // LDC
  from.int(); // day
  from.uint(); // version
  from.uint(); // version of reads
  from.text(); // cause
  from.textOrNull(); // run
  from.intOrNull(); // custody
  from.uint(); // minutes
  let last = 0;
  return Array.from({ length: from.uint() }, () => {
    const difference = from.intOrNull();
    return difference === null ? null : (last += difference);
  });
}

/** Wh by interval, 0 where there is none. */
export function billingDayValues(body: Buffer): number[] {
  const from = new Packed(body);
  from.uint(); // minutes
  const count = from.uint();
  from.uint(); // whether codes follow the values
  return Array.from({ length: count }, () => from.int());
}
