/**
 * kafkajs makes three buffers of 512 bytes for every record it sends, copies the list of a
 * partition's messages once for each message, and counts offsets in 64-bit objects on the way in.
 * Here are its record encoder, record decoder and grouping once more, for records as the bus has
 * them; whatever else is asked is left to kafkajs's own. Import this before kafkajs.
 * See docs/adr/0009-kafkajs-records.md.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** What kafkajs hands to its record encoder. */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** kafkajs's growing buffer, as far as it looks at an encoded record. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

interface Cursor {
  readonly buffer: Buffer;
  offset: number;
}

interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly isControlBatch: boolean;
  readonly timestampType: number;
}

type Encode = (record: RecordToEncode) => Encoded;
type Decode = (decoder: Cursor, context: BatchContext) => unknown;

const SMALL = 2 ** 30;
const LOG_APPEND_TIME = 1;

/** Bytes of a zigzag varint of a number from 0 below 2^30. */
function varIntSize(n: number): number {
  const z = n * 2;
  return z < 0x80 ? 1 : z < 0x4000 ? 2 : z < 0x200000 ? 3 : z < 0x10000000 ? 4 : 5;
}

function writeVarInt(out: Buffer, at: number, n: number): number {
  let z = n * 2;
  while (z >= 0x80) {
    out[at++] = (z & 0x7f) | 0x80;
    z >>>= 7;
  }
  out[at++] = z;
  return at;
}

function isSmall(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n < SMALL;
}

function isBytes(value: unknown): value is Buffer | string {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function sizeOf(value: Buffer | string): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

function writeBytes(out: Buffer, at: number, value: Buffer | string, size: number): number {
  at = writeVarInt(out, at, size);
  if (typeof value === 'string') out.write(value, at);
  else out.set(value, at);
  return at + size;
}

/** The record's bytes, in one buffer of their size; kafkajs's own for what is out of the ordinary. */
export function fastEncoder(original: Encode): Encode {
  return (record) => {
    const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = record;
    const names = Object.keys(headers);
    const texts = names.map((name) => headers[name]);
    const isPlain = isSmall(offsetDelta) && isSmall(timestampDelta) && texts.every(isBytes);
    if (!isPlain || !isBytes(key) || !isBytes(value)) return original(record);
    const keySize = sizeOf(key);
    const valueSize = sizeOf(value);
    let body = 1 + varIntSize(timestampDelta) + varIntSize(offsetDelta);
    body += varIntSize(keySize) + keySize + varIntSize(valueSize) + valueSize;
    body += varIntSize(names.length);
    const sizes: number[] = [];
    for (let i = 0; i < names.length; i++) {
      const nameSize = Buffer.byteLength(names[i]!);
      const textSize = sizeOf(texts[i] as Buffer | string);
      sizes.push(nameSize, textSize);
      body += varIntSize(nameSize) + nameSize + varIntSize(textSize) + textSize;
    }
    const out = Buffer.allocUnsafe(varIntSize(body) + body);
    let at = writeVarInt(out, 0, body);
    out[at++] = 0;
    at = writeVarInt(out, at, timestampDelta);
    at = writeVarInt(out, at, offsetDelta);
    at = writeBytes(out, at, key, keySize);
    at = writeBytes(out, at, value, valueSize);
    at = writeVarInt(out, at, names.length);
    for (let i = 0; i < names.length; i++) {
      at = writeBytes(out, at, names[i]!, sizes[i * 2]!);
      at = writeBytes(out, at, texts[i] as Buffer | string, sizes[i * 2 + 1]!);
    }
    return { buf: out, buffer: out };
  };
}

/** @throws RangeError past the end, as a cut batch would make it */
function readVarInt(cursor: Cursor): number {
  let z = 0;
  let shift = 0;
  for (;;) {
    const byte = cursor.buffer.readUInt8(cursor.offset++);
    z |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (z >>> 1) ^ -(z & 1);
    shift += 7;
  }
}

function readBytes(cursor: Cursor): Buffer | null {
  const size = readVarInt(cursor);
  if (size < 0) return null;
  const bytes = cursor.buffer.subarray(cursor.offset, cursor.offset + size);
  cursor.offset += size;
  return bytes;
}

function readHeaders(cursor: Cursor): Record<string, Buffer | null | (Buffer | null)[]> {
  // without a prototype: a header may have any name
  const headers = Object.create(null) as Record<string, Buffer | null | (Buffer | null)[]>;
  const count = readVarInt(cursor);
  for (let i = 0; i < count; i++) {
    const name = readBytes(cursor)!.toString();
    const value = readBytes(cursor);
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
}

/** Offsets and instants are below 2^53; of a timestamp delta beyond int32 kafkajs knows better. */
export function fastDecoder(original: Decode): Decode {
  return (decoder, context) => {
    if (context.isControlBatch || hasLongDelta(decoder)) return original(decoder, context);
    const { firstOffset, firstTimestamp, maxTimestamp, magicByte } = context;
    const attributes = decoder.buffer.readInt8(decoder.offset++);
    const timestampDelta = readVarInt(decoder);
    const offsetDelta = readVarInt(decoder);
    const isAppendTime = context.timestampType === LOG_APPEND_TIME && maxTimestamp;
    const key = readBytes(decoder);
    const value = readBytes(decoder);
    return {
      magicByte,
      attributes,
      timestamp: isAppendTime ? maxTimestamp : String(Number(firstTimestamp) + timestampDelta),
      offset: String(Number(firstOffset) + offsetDelta),
      key,
      value,
      headers: readHeaders(decoder),
      isControlRecord: false,
      batchContext: context,
    };
  };
}

/** Five bytes of varint or more may pass int32: four hold two days of milliseconds. */
function hasLongDelta({ buffer, offset }: Cursor): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = buffer.subarray(offset + 1, offset + 5);
  return a >= 0x80 && b >= 0x80 && c >= 0x80 && d >= 0x80;
}

interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly unknown[];
  readonly partitioner: (of: object) => number;
}

/** Messages by their partition, each list grown in place. */
export function groupMessages(grouping: Grouping): Record<number, unknown[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping;
  const groups: Record<number, unknown[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    (groups[partitioner({ topic, partitionMetadata, message })] ??= []).push(message);
  }
  return groups;
}

const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';

/** kafkajs's own functions, for comparison. */
export const originals = {
  encode: require(RECORD) as Encode,
  decode: require(`${RECORD}/decoder`) as Decode,
  Decoder: require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => Cursor,
};

function replace(path: string, exports: unknown): void {
  require(path);
  require.cache[require.resolve(path)]!.exports = exports;
}

replace(RECORD, fastEncoder(originals.encode));
replace(`${RECORD}/decoder`, fastDecoder(originals.decode));
replace('kafkajs/src/producer/groupMessagesPerPartition', groupMessages);
