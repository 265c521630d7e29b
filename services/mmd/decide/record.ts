/** A sync record that has passed the checks of its own content, ready to be judged with the others. */
import type { Instant } from '@mdmr/kernel';
import type { RecordType, Values } from './directory.js';

export interface SyncRecord {
  readonly type: RecordType;
  readonly part: number;
  readonly file_id: string;
  readonly line: number;
  readonly withdraw: boolean;
  /** USDP ID; the meter of an MTR. */
  readonly owner: string;
  readonly name: string;
  /** `record_key` as named by the record. */
  readonly key: string;
  readonly from: Instant;
  readonly to: Instant | null;
  readonly values: Values;
}

/** The order of rows in reports, and who loses among rows of a set: part, then line. */
export function comparePlace(
  a: { readonly part: number; readonly line: number },
  b: { readonly part: number; readonly line: number },
): number {
  return a.part - b.part || a.line - b.line;
}

/** The USDP ID of a record, empty for an MTR. */
export function usdpOf(record: { readonly type: RecordType; readonly owner: string }): string {
  return record.type === 'MTR' ? '' : record.owner;
}
