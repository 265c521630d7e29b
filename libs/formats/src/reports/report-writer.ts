import { formatEstDay, formatInstant } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { formatCsvRecord, linesToBuffers } from '../csv/csv-writer.js';
import { formatField } from '../kinds/field-types.js';
import type { FieldInput } from '../kinds/field-types.js';
import { reportColumnType } from './report-columns.js';

/** A field by its place in COL: text, or a number in the unit of its column; null = empty. */
export type ReportRow = readonly FieldInput[];

export interface ReportFile {
  reportId: string;
  /** Empty in what goes to a sender alone. */
  ldc: string;
  fileId: string;
  generatedAt: Instant;
  recipient: string;
  /** Scheduled: `FINAL-2026-07-02`; event: the file_id or set_id that caused it. */
  runId: string;
  periodStart: EstDay;
  /** Exclusive. */
  periodEnd: EstDay;
  asOf: Instant;
  columns: readonly string[];
  /** In the order of the file. */
  rows: Iterable<ReportRow>;
}

/** The lines of a report, TRL included, without their ends. */
export function* reportLines(report: ReportFile): Generator<string> {
  yield formatCsvRecord([
    'HDR',
    report.reportId,
    '1',
    'MDMR',
    report.ldc,
    report.fileId,
    formatInstant(report.generatedAt),
    report.recipient,
    report.runId,
    formatEstDay(report.periodStart),
    formatEstDay(report.periodEnd),
    formatInstant(report.asOf),
  ]);
  yield formatCsvRecord(['COL', ...report.columns]);
  const types = report.columns.map(reportColumnType);
  let count = 1;
  for (const row of report.rows) {
    yield formatCsvRecord(['ROW', ...types.map((type, i) => formatField(type, row[i]))]);
    count++;
  }
  yield `TRL,${count}`;
}

/** Canonical bytes of a report in buffers of about 64 KiB. */
export function reportBuffers(report: ReportFile): Iterable<Buffer> {
  return linesToBuffers(reportLines(report));
}

/** Canonical bytes of a report. */
export function writeReport(report: ReportFile): Buffer {
  return Buffer.concat([...reportBuffers(report)]);
}
