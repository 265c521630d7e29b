/** The records of the six parts: what is mandatory, what is the key, what a version holds. */
import { SYNC_KINDS } from '@mdmr/formats';
import type { FieldType, RecordDef } from '@mdmr/formats';
import type { RecordType } from './directory.js';

export interface Layout {
  readonly part: number;
  /** Field names behind the record type. */
  readonly fields: readonly string[];
  readonly types: Readonly<Record<string, FieldType>>;
  /** Place of a field in the record, the record type being at 0. */
  readonly position: Readonly<Record<string, number>>;
  readonly mandatory: readonly string[];
  /** All that a WITHDRAW needs: the key and its date. */
  readonly keyFields: readonly string[];
  readonly ownerField: 'usdp_id' | 'meter_id';
  /** Splits the versions of an owner into timelines: ATR name, ORG role. */
  readonly nameField: string | null;
  readonly fromField: string;
  readonly toField: string | null;
  /** What a version holds beside its times. */
  readonly values: readonly string[];
}

const NAME_FIELDS: Partial<Record<string, string>> = { ATR: 'name', ORG: 'role' };
const END_FIELDS = ['effective_to', 'removed_at'];

function layoutOfRecord(part: number, def: RecordDef): Layout {
  const fields = def.fields.map((f) => f.name);
  const fromField = def.dated!;
  const ownerField = def.key[0] === 'meter_id' ? 'meter_id' : 'usdp_id';
  const nameField = NAME_FIELDS[def.type] ?? null;
  const toField = fields.find((name) => END_FIELDS.includes(name)) ?? null;
  const apart = [ownerField, nameField, fromField, toField, 'action'];
  return {
    part,
    fields,
    types: Object.fromEntries(def.fields.map((f) => [f.name, f.type])),
    position: Object.fromEntries(fields.map((name, i) => [name, i + 1])),
    mandatory: def.fields.filter((f) => f.mandatory).map((f) => f.name),
    keyFields: [...def.key, fromField],
    ownerField,
    nameField,
    fromField,
    toField,
    values: fields.filter((name) => !apart.includes(name)),
  };
}

const LAYOUTS: ReadonlyMap<string, Layout> = new Map(
  SYNC_KINDS.flatMap(({ part, records }) =>
    records.map((def) => [def.type, layoutOfRecord(part!, def)] as const),
  ),
);

export const PARTS = SYNC_KINDS.length;

/** The part a record type belongs to; undefined if there is no such record. */
export function partOfRecord(type: string): number | undefined {
  return LAYOUTS.get(type)?.part;
}

/** The layout of a record type as received, if there is such a record in the part. */
export function layoutOf(type: string, part: number): { type: RecordType; layout: Layout } | null {
  const layout = LAYOUTS.get(type);
  return layout?.part === part ? { type: type as RecordType, layout } : null;
}
