import avro from 'avsc';
import { Defect } from '@mdmr/kernel';
import type { EventType, EventValue } from './catalogue.js';
import { schemaVersions } from './generated/schemas.js';

/** Confluent's wire format: a zero byte, the schema id as 4 bytes big-endian, the Avro body. */
const MAGIC = 0;
const HEADER_BYTES = 5;

interface Writer {
  readonly id: number;
  readonly avroType: avro.Type;
}
interface Reader {
  readonly type: EventType;
  readonly decode: (body: Buffer) => unknown;
}

const newest = new Map<string, Writer>();
for (const v of schemaVersions) {
  newest.set(v.type, { id: v.id, avroType: avro.Type.forSchema(JSON.parse(v.schema)) });
}
const readers = new Map<number, Reader>();
for (const v of schemaVersions) readers.set(v.id, makeReader(v));

/** Resolvers are built once: an old version is read into the newest shape. */
function makeReader(v: (typeof schemaVersions)[number]): Reader {
  const target = newest.get(v.type)!.avroType;
  const type = v.type as EventType;
  if (newest.get(v.type)!.id === v.id) return { type, decode: (body) => target.fromBuffer(body) };
  const resolver = target.createResolver(avro.Type.forSchema(JSON.parse(v.schema)));
  return { type, decode: (body) => target.fromBuffer(body, resolver) };
}

/** A message names a schema id that schemas/lock.json does not have: stop that partition. */
export class UnknownSchemaId extends Error {
  constructor(readonly id: number) {
    super(`Schema id ${id} is not in schemas/lock.json; this service is older than its producer`);
  }
}

/** A message that is no event: quarantine it. */
export class UndecodableMessage extends Error {}

/** Events are encoded into here and copied out: most are far smaller, larger ones make it grow. */
let scratch = Buffer.allocUnsafe(64 * 1024);

/**
 * Bytes of an event in the newest version of its schema.
 * @throws Defect EVENT_INVALID when the value does not fit, naming the field
 */
export function encodeEvent<T extends EventType>(type: T, value: EventValue<T>): Buffer {
  const writer = newest.get(type);
  if (!writer) throw new Defect('UNKNOWN_EVENT', `${type} has no schema`);
  const { avroType } = writer;
  let end: number;
  try {
    end = avroType.encode(value, scratch, HEADER_BYTES);
    while (end < 0) {
      // a negative end says how many bytes were lacking
      scratch = Buffer.allocUnsafe(scratch.length - end + HEADER_BYTES);
      end = avroType.encode(value, scratch, HEADER_BYTES);
    }
  } catch (error) {
    throw new Defect('EVENT_INVALID', `${type}: ${describeMisfit(avroType, value, error)}`);
  }
  scratch[0] = MAGIC;
  scratch.writeInt32BE(writer.id, 1);
  return Buffer.from(scratch.subarray(0, end));
}

function describeMisfit(type: avro.Type, value: unknown, error: unknown): string {
  const paths: string[] = [];
  type.isValid(value, { errorHook: (path) => void paths.push(path.join('.')) });
  return paths.length > 0 ? `field ${paths[0]}` : String(error);
}

/**
 * The event in a message.
 * @throws UnknownSchemaId, UndecodableMessage
 */
export function decodeEvent(message: Buffer): { type: EventType; value: EventValue } {
  if (message.length < HEADER_BYTES || message[0] !== MAGIC) {
    throw new UndecodableMessage('Not in the wire format: no zero byte and schema id in front');
  }
  const id = message.readInt32BE(1);
  const reader = readers.get(id);
  if (!reader) throw new UnknownSchemaId(id);
  try {
    return {
      type: reader.type,
      value: reader.decode(message.subarray(HEADER_BYTES)) as EventValue,
    };
  } catch (error) {
    throw new UndecodableMessage(`${reader.type}: ${String(error)}`);
  }
}
