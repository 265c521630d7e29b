import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** An encoded event: its key and its bytes in the wire format. */
export interface Encoded {
  readonly key: string;
  readonly value: Buffer;
}

const LENGTH_BYTES = 4;

/** Journal payload: zstd of (key length, key, value length, value)*; lengths are 4 bytes BE. */
export function packEvents(events: readonly Encoded[]): Buffer {
  const parts: Buffer[] = [];
  for (const event of events) {
    const key = Buffer.from(event.key);
    const lengths = Buffer.allocUnsafe(LENGTH_BYTES * 2);
    lengths.writeUInt32BE(key.length, 0);
    lengths.writeUInt32BE(event.value.length, LENGTH_BYTES);
    parts.push(lengths, key, event.value);
  }
  return zstdCompressSync(Buffer.concat(parts));
}

/** The events of a journal payload, in order. */
export function unpackEvents(payload: Buffer): Encoded[] {
  const bytes = zstdDecompressSync(payload);
  const events: Encoded[] = [];
  let at = 0;
  while (at < bytes.length) {
    const keyLength = bytes.readUInt32BE(at);
    const valueLength = bytes.readUInt32BE(at + LENGTH_BYTES);
    const keyAt = at + LENGTH_BYTES * 2;
    const valueAt = keyAt + keyLength;
    events.push({
      key: bytes.toString('utf8', keyAt, valueAt),
      value: bytes.subarray(valueAt, valueAt + valueLength),
    });
    at = valueAt + valueLength;
  }
  return events;
}
