import { compareIds } from '@mdmr/kernel';
import type { FieldInput } from '../kinds/field-types.js';
import type { ReportRow } from './report-writer.js';

/**
 * The general order of rows: by the columns from left to right, which for reports about a file
 * means by file_id, then line. Texts by byte order, numbers (also dates and instants) ascending, an
 * empty field before any other. Columns that are numbers must be given as numbers.
 */
export function compareReportRows(a: ReportRow, b: ReportRow): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareFields(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareFields(a: FieldInput, b: FieldInput): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareIds(String(a ?? ''), String(b ?? ''));
}

/** Sorts rows in place into the general order and returns them. */
export function sortReportRows<R extends ReportRow>(rows: R[]): R[] {
  return rows.sort(compareReportRows);
}
