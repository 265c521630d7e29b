import { Defect, formatInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { formatCsvRecord, linesToBuffers } from '../csv/csv-writer.js';
import { formatField } from './field-types.js';
import type { FieldInput } from './field-types.js';
import type { FieldDef, KindDef } from './kind.js';

export type FieldInputs = Record<string, FieldInput>;

export interface KindFileHeader {
  /** `MDMR` for what the hub sends. */
  sender: string;
  /** The LDC. */
  onBehalfOf: string;
  fileId: string;
  createdAt: Instant;
  /** Header fields after created_at, by name. */
  extra?: FieldInputs;
}

export interface KindRecordInput {
  type: string;
  /**
   * Fields by name: text, or a number in the unit of the field (EstDay, Instant, Wh, count); null =
   * empty.
   */
  values: FieldInputs;
}

/** The lines of a file of the kind, TRL included, without their ends. */
export function* kindFileLines(
  kind: KindDef,
  header: KindFileHeader,
  records: Iterable<KindRecordInput>,
): Generator<string> {
  const { sender, onBehalfOf, fileId, createdAt, extra = {} } = header;
  const created = formatInstant(createdAt);
  const common = ['HDR', kind.kind, '1', sender, onBehalfOf, fileId, created];
  yield formatCsvRecord([...common, ...formatFields(kind.header, extra)]);
  let count = 0;
  for (const record of records) {
    yield formatKindRecord(kind, record);
    count++;
  }
  yield `TRL,${count}`;
}

/** Canonical bytes of a file of the kind, in buffers of about 64 KiB. */
export function kindFileBuffers(
  kind: KindDef,
  header: KindFileHeader,
  records: Iterable<KindRecordInput>,
): Iterable<Buffer> {
  return linesToBuffers(kindFileLines(kind, header, records));
}

/** Canonical bytes of a small file of the kind. */
export function kindFileBytes(
  kind: KindDef,
  header: KindFileHeader,
  records: Iterable<KindRecordInput>,
): Buffer {
  return Buffer.concat([...kindFileBuffers(kind, header, records)]);
}

/** One detail record. All fields are written, also empty ones at the end. */
export function formatKindRecord(kind: KindDef, record: KindRecordInput): string {
  const def = kind.records.find(({ type }) => type === record.type);
  if (def === undefined) throw new Defect('UNKNOWN_RECORD', `${kind.kind} has no ${record.type}`);
  return formatCsvRecord([record.type, ...formatFields(def.fields, record.values)]);
}

function formatFields(fields: readonly FieldDef[], values: FieldInputs): string[] {
  return fields.map(({ name, type }) => formatField(type, values[name]));
}
