import { isFieldValue } from './field-types.js';
import type { KindDef, RecordDef } from './kind.js';

/** A detail record as read, by field name. */
export interface KindRecord {
  line: number;
  /** Field 1 as read. */
  type: string;
  /** Null: no record type of the kind. */
  def: RecordDef | null;
  /**
   * Every field of the record type; absent ones are the empty text. Empty if the type is unknown.
   */
  values: Record<string, string>;
  /** All fields as read, field 1 included. */
  fields: string[];
  /** True: unknown type or too many fields, which is BAD_VALUE with field `record`. */
  malformed: boolean;
  /** Bytes of the file up to and with this record. */
  nextOffset: number;
}

/** Names the fields of a record. */
export function nameFields(
  kind: KindDef,
  fields: string[],
  line: number,
  nextOffset: number,
): KindRecord {
  const type = fields[0]!;
  const def = kind.records.find((record) => record.type === type) ?? null;
  const values: Record<string, string> = {};
  if (def !== null) {
    const names = def.fields;
    for (let i = 0; i < names.length; i++) values[names[i]!.name] = fields[i + 1] ?? '';
  }
  const malformed = def === null || fields.length > def.fields.length + 1;
  return { line, type, def, values, fields, malformed, nextOffset };
}

/** Names of the mandatory fields that are empty, in the order of the record. */
export function missingFields(def: RecordDef, values: Record<string, string>): string[] {
  const missing: string[] = [];
  for (const field of def.fields) {
    if (field.mandatory && values[field.name] === '') missing.push(field.name);
  }
  return missing;
}

/**
 * Names of the fields, not empty, whose form, range or code is wrong, in the order of the record.
 */
export function badFields(def: RecordDef, values: Record<string, string>): string[] {
  const bad: string[] = [];
  for (const field of def.fields) {
    const text = values[field.name] ?? '';
    if (text !== '' && !isFieldValue(field.type, text)) bad.push(field.name);
  }
  return bad;
}

export interface FieldTrouble {
  reason: 'MANDATORY_FIELD_MISSING' | 'BAD_VALUE';
  field: string;
}

/** The first that holds of the two reasons every kind shares; null if there is none. */
export function recordTrouble(record: KindRecord): FieldTrouble | null {
  const { def, values, malformed } = record;
  if (def === null) return { reason: 'BAD_VALUE', field: 'record' };
  const missing = missingFields(def, values)[0];
  if (missing !== undefined) return { reason: 'MANDATORY_FIELD_MISSING', field: missing };
  if (malformed) return { reason: 'BAD_VALUE', field: 'record' };
  const bad = badFields(def, values)[0];
  return bad === undefined ? null : { reason: 'BAD_VALUE', field: bad };
}
