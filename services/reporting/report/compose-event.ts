import { dayOfInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { OutEvent } from '@mdmr/bus';
import type { Tx } from '@mdmr/postgres';
import { outboundFileId } from '@mdmr/service';
import { composeFile, type ReportStore } from './compose-file.js';
import { closedStreams, headsOf, rowsOfCut } from './event-piece.query.js';
import { recipientsOfCut, timesOfCut, type Cut, type EventReport } from './event-report.js';
import type { ReportHead } from './report-file.js';

/** The file of a cut for a recipient has the same id whenever it is made. */
export function fileIdOfCut(report: EventReport, cut: Cut, recipient: string): string {
  const runId = cut.heads[0]?.runId ?? '';
  return outboundFileId(report.id, cut.ldc, recipient, runId, cut.id);
}

export function headOfCut(
  report: EventReport,
  cut: Cut,
  recipient: string,
  generatedAt: Instant,
): ReportHead {
  const { asOfMs, custodyAtMs } = timesOfCut(cut);
  const day = dayOfInstant(custodyAtMs);
  return {
    reportId: report.id,
    ldc: cut.ldc,
    fileId: fileIdOfCut(report, cut, recipient),
    generatedAt,
    recipient,
    runId: cut.heads[0]?.runId ?? '',
    periodStart: day,
    periodEnd: day + 1,
    asOf: asOfMs,
    columns: report.columns,
  };
}

/** Makes the files of a report that its streams now allow and that were not made before. */
export async function composeStreams(
  tx: Tx,
  store: ReportStore,
  now: Instant,
  report: EventReport,
  streams: readonly string[],
): Promise<OutEvent[]> {
  const events: OutEvent[] = [];
  for (const stream of await closedStreams(tx, report, streams)) {
    for (const cut of report.cuts(stream, await headsOf(tx, report, stream))) {
      events.push(...(await composeCut(tx, store, now, report, cut)));
    }
  }
  return events;
}

async function composeCut(
  tx: Tx,
  store: ReportStore,
  now: Instant,
  report: EventReport,
  cut: Cut,
): Promise<OutEvent[]> {
  const heads = recipientsOfCut(cut).map((org) => headOfCut(report, cut, org, now));
  const made = await madeBefore(
    tx,
    heads.map((head) => head.fileId),
  );
  const inReplyTo = [...new Set(cut.heads.flatMap((head) => head.inReplyTo))];
  const events: OutEvent[] = [];
  for (const head of heads) {
    if (made.has(head.fileId)) continue;
    events.push(await composeFile(store, head, rowsOfCut(tx, report, cut), inReplyTo));
  }
  return events;
}

async function madeBefore(tx: Tx, fileIds: readonly string[]): Promise<Set<string>> {
  const found = await tx.query<{ file_id: string }>(
    'select file_id from report_file where file_id = any($1::text[])',
    [fileIds],
  );
  return new Set(found.rows.map((row) => row.file_id));
}
