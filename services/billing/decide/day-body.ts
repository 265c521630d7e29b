/**
 * What billing keeps of a version of a channel day and no statement looks into, as bytes: one column is
 * written and read for a fraction of what eight cost.
 *
 * In this order, numbers as varints (7 bits a byte, the lowest first): minutes of an interval, number of
 * values, 1 if codes follow else 0, values, codes, length of service, service, length of registers,
 * registers, and up to the end the lineage. A value's first byte holds 6 bits and the sign, what is left of
 * it follows as a varint; so any integer that a double holds comes back. Texts are UTF-8.
 */

/** See channel-day.ts for values, codes, service and registers. */
export interface DayBody {
  minutes: number;
  /** Wh; null is kept as 0. */
  values: readonly (number | null)[];
  codes: string | null;
  service: string;
  registers: string;
  /** `from-to custody_id file_id line meter_id` of each run of intervals, `;` between runs. */
  lineage: string;
}

const LOW_BITS = 0x7f;
const MORE = 0x80;
const BITS = 128;
const NEGATIVE = 0x40;
/** What the first byte of a value can tell. */
const FIRST = 64;
/** Below this numbers can be shifted. */
const SMALL = 2 ** 30;
const MAX_VARINT = 9;
const MAX_UTF8 = 3;

/** Rows are built one after the other: each is copied out of here at its true length. */
let scratch = Buffer.allocUnsafe(16_384);

function putVarint(at: number, value: number): number {
  let rest = value;
  let next = at;
  while (rest >= BITS) {
    scratch[next++] = (rest % BITS) | MORE;
    rest = rest < SMALL ? rest >> 7 : Math.floor(rest / BITS);
  }
  scratch[next] = rest;
  return next + 1;
}

function putSigned(at: number, value: number): number {
  const size = Math.abs(value);
  const first = (size % FIRST) | (value < 0 ? NEGATIVE : 0);
  if (size < FIRST) {
    scratch[at] = first;
    return at + 1;
  }
  scratch[at] = first | MORE;
  return putVarint(at + 1, size < SMALL ? size >> 6 : Math.floor(size / FIRST));
}

function putText(at: number, text: string): number {
  const from = putVarint(at, Buffer.byteLength(text));
  return from + scratch.write(text, from);
}

/** The bytes of a body. */
export function packBody(body: DayBody): Buffer {
  const { values, codes, service, registers, lineage } = body;
  const { length } = values;
  const characters = length + service.length + registers.length + lineage.length;
  const most = MAX_VARINT * (length + 5) + MAX_UTF8 * characters;
  if (most > scratch.length) scratch = Buffer.allocUnsafe(most * 2);
  let at = putVarint(0, body.minutes);
  at = putVarint(at, length);
  scratch[at++] = codes === null ? 0 : 1;
  for (let i = 0; i < length; i++) at = putSigned(at, values[i] ?? 0);
  if (codes !== null) at += scratch.write(codes, at, 'latin1');
  at = putText(at, service);
  at = putText(at, registers);
  at += scratch.write(lineage, at);
  return Buffer.from(scratch.subarray(0, at));
}

/** Reads varints one after the other. */
class Cursor {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < MORE) return byte;
    let value = byte & LOW_BITS;
    let scale = BITS;
    do {
      byte = bytes[this.at++]!;
      value += (byte & LOW_BITS) * scale;
      scale *= BITS;
    } while (byte >= MORE);
    return value;
  }

  signed(): number {
    const first = this.bytes[this.at++]!;
    let size = first & (FIRST - 1);
    if (first >= MORE) size += this.varint() * FIRST;
    return (first & NEGATIVE) === 0 ? size : -size;
  }
}

/** A body as it is read: numbers at once, texts when they are asked for. */
export class PackedBody {
  readonly minutes: number;
  /** Wh; 0 where there is none. */
  readonly values: readonly number[];
  readonly codes: string | null;
  readonly service: string;
  private readonly registersAt: number;
  private readonly lineageAt: number;

  constructor(private readonly bytes: Buffer) {
    const cursor = new Cursor(bytes);
    this.minutes = cursor.varint();
    const count = cursor.varint();
    const hasCodes = bytes[cursor.at++] === 1;
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) values[i] = cursor.signed();
    this.values = values;
    this.codes = hasCodes ? bytes.toString('latin1', cursor.at, cursor.at + count) : null;
    if (hasCodes) cursor.at += count;
    const serviceLength = cursor.varint();
    this.service = bytes.toString('utf8', cursor.at, cursor.at + serviceLength);
    cursor.at += serviceLength;
    const registersLength = cursor.varint();
    this.registersAt = cursor.at;
    this.lineageAt = cursor.at + registersLength;
  }

  get registers(): string {
    return this.bytes.toString('utf8', this.registersAt, this.lineageAt);
  }

  get lineage(): string {
    return this.bytes.toString('utf8', this.lineageAt, this.bytes.length);
  }
}
