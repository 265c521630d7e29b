import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fastDecoder,
  fastEncoder,
  groupMessages,
  originals,
  type RecordToEncode,
} from './kafkajs-records.js';

const bytes = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 700 }).map((b) => Buffer.from(b)),
);
/** kafkajs takes what every object has, `toString` for one, for a header that came before. */
const headerName = fc.string({ minLength: 1, maxLength: 9 }).filter((name) => !(name in {}));

const record = fc.record({
  offsetDelta: fc.nat({ max: 100_000 }),
  timestampDelta: fc.oneof(fc.nat({ max: 500_000_000 }), fc.integer({ min: -1_000, max: 0 })),
  key: fc.oneof(bytes, fc.constant(null)),
  value: fc.oneof(bytes, fc.constant(null)),
  headers: fc.dictionary(headerName, bytes, { maxKeys: 3 }),
});

const context = {
  firstOffset: '4503599627370000',
  firstTimestamp: '1795000000000',
  maxTimestamp: '1795000001000',
  magicByte: 2,
  isControlBatch: false,
  timestampType: 0,
};

/** Behind the varint of its length. */
function bodyOf(buffer: Buffer): Buffer {
  let at = 0;
  while (buffer[at]! >= 0x80) at += 1;
  return buffer.subarray(at + 1);
}

describe('records as kafkajs has them', () => {
  it('are encoded to the same bytes', () => {
    const encode = fastEncoder(originals.encode);
    fc.assert(
      fc.property(record, (r: RecordToEncode) => {
        expect(encode(r).buffer.equals(originals.encode(r).buffer)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('are decoded to the same fields, timestamps by append time too', () => {
    const decode = fastDecoder(originals.decode);
    fc.assert(
      fc.property(record, fc.constantFrom(0, 1), (r: RecordToEncode, timestampType) => {
        const cursor = () => decoderOf(bodyOf(originals.encode(r).buffer));
        const given = { ...context, timestampType };
        expect(decode(cursor(), given)).toEqual(originals.decode(cursor(), given));
      }),
      { numRuns: 60 },
    );
  });

  it('are grouped by partition in their order', () => {
    const partitioner = ({ message }: { message?: number }) => message! % 3;
    const grouping = {
      topic: 't',
      partitionMetadata: [{}],
      messages: [1, 2, 3, 4, 6],
      partitioner,
    };
    expect(groupMessages(grouping)).toEqual({ 0: [3, 6], 1: [1, 4], 2: [2] });
    expect(groupMessages({ ...grouping, partitionMetadata: [] })).toEqual({});
  });
});

/** kafkajs's own reader of bytes. */
function decoderOf(buffer: Buffer): { buffer: Buffer; offset: number } {
  return new originals.Decoder(buffer);
}
