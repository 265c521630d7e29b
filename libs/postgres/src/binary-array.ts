/** Arrays as Postgres's binary protocol has them: half the CPU of text arrays on both sides. */

/** What one element of a type takes, and how it is written behind its length. */
interface Codec {
  readonly oid: number;
  size(value: unknown): number;
  write(out: Buffer, at: number, value: unknown): void;
}

const WORD = 2 ** 32;

const CODECS: Readonly<Record<string, Codec>> = {
  bool: { oid: 16, size: () => 1, write: (out, at, v) => out.writeUInt8(v === true ? 1 : 0, at) },
  bytea: {
    oid: 17,
    size: (v) => (v as Buffer).length,
    write: (out, at, v) => out.set(v as Buffer, at),
  },
  int8: { oid: 20, size: () => 8, write: writeInt8 },
  int2: { oid: 21, size: () => 2, write: (out, at, v) => out.writeInt16BE(Number(v), at) },
  int4: { oid: 23, size: () => 4, write: (out, at, v) => out.writeInt32BE(Number(v), at) },
  text: {
    oid: 25,
    size: (v) => Buffer.byteLength(String(v)),
    write: (out, at, v) => out.write(String(v), at),
  },
};

function writeInt8(out: Buffer, at: number, value: unknown): void {
  const n = Number(value);
  if (!Number.isSafeInteger(n)) throw new RangeError(`${String(value)} is no int8`);
  out.writeInt32BE(Math.floor(n / WORD), at);
  out.writeUInt32BE(n - Math.floor(n / WORD) * WORD, at + 4);
}

/** Dimensions, whether there are nulls, type; then length and lower bound of the one dimension. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** True for the types that `binaryArray` knows; others go as text. */
export function hasBinaryForm(type: string): boolean {
  return type in CODECS;
}

/**
 * A one-dimensional array parameter; null and undefined are SQL null.
 * @throws RangeError for a number that does not fit the type
 */
export function binaryArray(type: string, values: readonly unknown[]): Buffer {
  const codec = CODECS[type]!;
  if (type === 'text') {
    const plain = asciiArray(codec.oid, values);
    if (plain) return plain;
  }
  let size = HEADER_BYTES;
  let nulls = 0;
  for (const value of values) {
    size += LENGTH_BYTES;
    if (value === null || value === undefined) nulls = 1;
    else size += codec.size(value);
  }
  const out = allocate(size, codec.oid, values.length, nulls);
  let at = HEADER_BYTES;
  for (const value of values) {
    const isNull = value === null || value === undefined;
    const length = isNull ? NULL_LENGTH : codec.size(value);
    out.writeInt32BE(length, at);
    at += LENGTH_BYTES;
    if (isNull) continue;
    codec.write(out, at, value);
    at += length;
  }
  return out;
}

function allocate(size: number, oid: number, count: number, nulls: number): Buffer {
  const out = Buffer.allocUnsafe(size);
  out.writeInt32BE(1, 0);
  out.writeInt32BE(nulls, 4);
  out.writeInt32BE(oid, 8);
  out.writeInt32BE(count, 12);
  out.writeInt32BE(1, 16);
  return out;
}

/** Four characters that become the length of the text behind them. */
const GAP = '\0\0\0\0';

/**
 * Texts without nulls whose characters are a byte each, by far the most: all written at once, the
 * lengths put between afterwards. Null when they are not of that kind.
 */
function asciiArray(oid: number, values: readonly unknown[]): Buffer | null {
  for (const value of values) if (typeof value !== 'string') return null;
  const joined = GAP + values.join(GAP);
  if (Buffer.byteLength(joined) !== joined.length) return null;
  if (values.length === 0) return allocate(HEADER_BYTES, oid, 0, 0);
  const out = allocate(HEADER_BYTES + joined.length, oid, values.length, 0);
  out.write(joined, HEADER_BYTES, 'latin1');
  let at = HEADER_BYTES;
  for (const value of values) {
    const { length } = value as string;
    out.writeInt32BE(length, at);
    at += LENGTH_BYTES + length;
  }
  return out;
}
