import { REPORT_COLUMNS, type ReportRow } from '@mdmr/formats';
import { dayOfInstant } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { collectionRows, type DayCount, type Snapshot } from '../decide/collection.js';
import { seesAll } from '../decide/recipients.js';
import { dayCounts, daysToCompare, daysWithValues, spanCounts } from './collection.query.js';
import type { RowsFor, RunAsk, ScheduledReport } from './scheduled-report.js';

/**
 * Collection per head-end and day, in channel-days: the data day, and every day that is over whose
 * counts are not those of the previous run.
 */
export const dc01: ScheduledReport = {
  id: 'DC01',
  schedule: 'INTERIM',
  columns: REPORT_COLUMNS.DC01,
  to: ['L', 'A'],
  rows: collectionOf,
};

async function collectionOf(tx: Tx, ask: RunAsk): Promise<RowsFor> {
  const { dataDay, asOfMs } = ask.run;
  const lastDay = Math.max(dataDay, dayOfInstant(asOfMs) - 1);
  const touched = await daysToCompare(tx, ask.ldc, ask.sinceMs, asOfMs, lastDay);
  const days = [...new Set([dataDay, ...touched])];
  const now = await snapshotAt(tx, ask, days, asOfMs);
  const before = await snapshotAt(tx, ask, days, ask.sinceMs);
  return (recipient) => {
    const operator = seesAll(recipient) ? null : recipient.org;
    return collectionRows({ dataDay, days, now, before, operator }).map((row): ReportRow => [
      row.amcc,
      row.day,
      row.expected,
      row.complete,
      row.partial,
      row.missing,
      row.afterDue,
    ]);
  };
}

async function snapshotAt(
  tx: Tx,
  ask: RunAsk,
  days: readonly EstDay[],
  asOf: Instant | null,
): Promise<Snapshot> {
  if (asOf === null) return { spans: [], counts: [] };
  const spans = await spanCounts(tx, ask.ldc, asOf);
  const withValues = await daysWithValues(tx, ask.ldc);
  const counts: DayCount[] = [];
  for (const day of days) {
    if (!withValues.has(day)) continue;
    counts.push(...(await dayCounts(tx, ask.ldc, day, asOf, ask.readsDueMinute)));
  }
  return { spans, counts };
}
