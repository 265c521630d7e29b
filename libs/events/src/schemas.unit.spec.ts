import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import avro from 'avsc';
import { describe, expect, it } from '@jest/globals';
import {
  decodeEvent,
  encodeEvent,
  eventTypes,
  topicOf,
  UndecodableMessage,
  UnknownSchemaId,
} from './index.js';
import { schemaVersions } from './generated/schemas.js';

const ROOT = path.resolve(import.meta.dirname, '../../../schemas');
const fileOf = (type: string, name: string) => path.join(ROOT, ...type.split('.'), name);

describe('the schemas', () => {
  it.each(schemaVersions.map((v) => [`${v.type}/${v.version}`, v] as const))(
    '%s is the published file and has its id for ever',
    (key, v) => {
      const text = readFileSync(fileOf(v.type, `${v.version}.avsc`), 'utf8');
      expect(JSON.parse(v.schema)).toEqual(JSON.parse(text));
      const lock = JSON.parse(readFileSync(path.join(ROOT, 'lock.json'), 'utf8')) as Record<
        string,
        number
      >;
      expect(lock[key]).toBe(v.id);
    },
  );

  it('gives each version an id of its own', () => {
    expect(new Set(schemaVersions.map((v) => v.id)).size).toBe(schemaVersions.length);
  });

  it.each(eventTypes.map((type) => [type]))('%s: all versions read each other', (type) => {
    const versions = schemaVersions
      .filter((v) => v.type === type)
      .map((v) => avro.Type.forSchema(JSON.parse(v.schema)));
    for (const reader of versions) {
      for (const writer of versions) expect(() => reader.createResolver(writer)).not.toThrow();
    }
  });

  it.each(schemaVersions.map((v) => [`${v.type}/${v.version}`, v] as const))(
    '%s: old bytes are read, and written again the same where the version is the newest',
    (_key, v) => {
      const body = readFileSync(fileOf(v.type, `${v.version}.golden`));
      const header = Buffer.from([0, 0, 0, 0, 0]);
      header.writeInt32BE(v.id, 1);
      const message = Buffer.concat([header, body]);
      const event = decodeEvent(message);
      expect(event.type).toBe(v.type);
      const files = readdirSync(path.dirname(fileOf(v.type, 'x'))).filter((f) =>
        f.endsWith('.avsc'),
      );
      if (v.version !== files.length) return;
      expect(encodeEvent(event.type, event.value as never)).toEqual(message);
    },
  );

  it('names the topic of each event after the service that writes it', () => {
    for (const type of eventTypes) expect(topicOf(type).name).toContain(`.${type.split('.')[0]}.`);
  });
});

describe('the codec', () => {
  it('names the field that does not fit', () => {
    const value = { at_ms: 1, from_ms: 1, to_ms: 'x' };
    expect(() => encodeEvent('reporting.ClockMoved', value as never)).toThrow(/field to_ms/);
  });
  it('tells poison from a schema it does not know', () => {
    expect(() => decodeEvent(Buffer.from('hello'))).toThrow(UndecodableMessage);
    expect(() => decodeEvent(Buffer.from([0, 0, 0]))).toThrow(UndecodableMessage);
    expect(() => decodeEvent(Buffer.from([0, 0, 1, 1, 1, 9]))).toThrow(UnknownSchemaId);
    const cut = encodeEvent('reporting.ClockMoved', { at_ms: 1, from_ms: 2, to_ms: 3 }).subarray(
      0,
      6,
    );
    expect(() => decodeEvent(cut)).toThrow(UndecodableMessage);
  });
});
