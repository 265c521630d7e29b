import type { FieldType } from './field-types.js';

export interface FieldDef {
  readonly name: string;
  readonly type: FieldType;
  readonly mandatory: boolean;
}

export interface RecordDef {
  /** Field 1. */
  readonly type: string;
  readonly fields: readonly FieldDef[];
  /** Fields that name what the record is about; of sync records without their date. */
  readonly key: readonly string[];
  /** Of sync records: the field of the date or instant from which it is true. */
  readonly dated?: string;
}

/** The function an agent needs to send a file of the kind. */
export type SendingFunction = 'USDP' | 'SYNC' | 'BILLING';

export interface KindDef {
  readonly kind: string;
  /** Who sends it: an organization, the operator by a command, or the hub. */
  readonly from: 'ORGANIZATION' | 'OPERATOR' | 'HUB';
  /** Null for the operator's and the hub's own. */
  readonly function: SendingFunction | null;
  /** Header fields after created_at. */
  readonly header: readonly FieldDef[];
  readonly records: readonly RecordDef[];
  /** Of a synchronization part: 1 to 6. */
  readonly part?: number;
}

/** A mandatory field. */
export function must(name: string, type: FieldType): FieldDef {
  return { name, type, mandatory: true };
}

/** An optional field. */
export function may(name: string, type: FieldType): FieldDef {
  return { name, type, mandatory: false };
}
