import { isId, parseInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { isFieldValue } from './field-types.js';
import type { KindDef } from './kind.js';

/** A header as read. What is missing is the empty text; nothing is checked. */
export interface FileHeader {
  kind: string;
  version: string;
  sender: string;
  onBehalfOf: string;
  fileId: string;
  createdAt: string;
  /** Fields after created_at. */
  extra: string[];
}

/** Takes the fields of an HDR record apart. */
export function parseHeader(fields: readonly string[]): FileHeader {
  const at = (i: number): string => fields[i] ?? '';
  return {
    kind: at(1),
    version: at(2),
    sender: at(3),
    onBehalfOf: at(4),
    fileId: at(5),
    createdAt: at(6),
    extra: fields.slice(7),
  };
}

/** The file_id if it is one; else the gateway makes `x` + 16 hex digits of the file's SHA-256. */
export function fileIdOf(header: FileHeader | null): string | null {
  return header !== null && isId(header.fileId) ? header.fileId : null;
}

/**
 * The name of the first header field for which the file is refused BAD_HEADER, null if there is
 * none.
 */
export function badHeaderField(def: KindDef, header: FileHeader): string | null {
  const { sender, onBehalfOf, fileId, createdAt, extra } = header;
  if (!isId(sender)) return 'sender_org';
  if (!isId(onBehalfOf)) return 'on_behalf_of_org';
  if (!isId(fileId)) return 'file_id';
  if (parseInstant(createdAt) === null) return 'created_at';
  for (let i = 0; i < def.header.length; i++) {
    const field = def.header[i]!;
    const text = extra[i] ?? '';
    if (text === '' ? field.mandatory : !isFieldValue(field.type, text)) return field.name;
  }
  return extra.length > def.header.length ? 'record' : null;
}

/** Header fields after created_at by name; absent ones are the empty text. */
export function headerValues(def: KindDef, header: FileHeader): Record<string, string> {
  const values: Record<string, string> = {};
  def.header.forEach((field, i) => (values[field.name] = header.extra[i] ?? ''));
  return values;
}

/** created_at of a header that badHeaderField() has passed. */
export function createdAtOf(header: FileHeader): Instant | null {
  return parseInstant(header.createdAt);
}

/** PART_KIND_MISMATCH: the part number of a synchronization part is not that of its kind. */
export function isPartMismatch(def: KindDef, header: FileHeader): boolean {
  return def.part !== undefined && headerValues(def, header)['part'] !== String(def.part);
}
