import { CsvReader } from '../csv/csv-reader.js';
import type { CsvRecord } from '../csv/csv-reader.js';

/** A report as text, as `mdmr reports get --json` shows it. */
export interface ReportContent {
  header: ReportHeaderText;
  columns: string[];
  rows: string[][];
}

const HEADER_NAMES = [
  'report_id',
  'version',
  'sender',
  'ldc',
  'file_id',
  'generated_at',
  'recipient',
  'run_id',
  'period_start',
  'period_end',
  'as_of',
] as const;

export type ReportHeaderText = Record<(typeof HEADER_NAMES)[number], string>;

/** Reads a report's bytes; null if they are none. */
export function readReport(bytes: Buffer): ReportContent | null {
  const records = allRecords(bytes);
  const [header, columns] = records ?? [];
  const trailer = records?.at(-1);
  if (!records || header?.[0] !== 'HDR' || columns?.[0] !== 'COL' || trailer?.[0] !== 'TRL') {
    return null;
  }
  const texts = HEADER_NAMES.map((name, i) => [name, header[i + 1] ?? ''] as const);
  return {
    header: Object.fromEntries(texts) as ReportHeaderText,
    columns: columns.slice(1),
    rows: records.slice(2, -1).map((row) => row.slice(1)),
  };
}

function allRecords(bytes: Buffer): string[][] | null {
  const reader = new CsvReader({ maxLineBytes: Number.MAX_SAFE_INTEGER });
  reader.push(bytes);
  reader.finish();
  const records: string[][] = [];
  for (let r: CsvRecord | null = reader.next(); r !== null; r = reader.next()) {
    if (r.trouble !== null) return null;
    records.push(r.fields);
  }
  return records;
}
