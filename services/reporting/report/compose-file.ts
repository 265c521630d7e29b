import { outboundName } from '@mdmr/formats';
import { emit, type OutEvent } from '@mdmr/bus';
import { reportBytes, type ReportHead, type RowSource } from './report-file.js';

/** Where the bytes of a report are put; the service's file store. */
export interface ReportStore {
  put(source: AsyncIterable<Buffer>): Promise<{ sha256: string; bytes: number }>;
}

/**
 * Writes a report into the file store; the gateway delivers what the event names.
 * @param inReplyTo custody ids of the causing files
 */
export async function composeFile(
  store: ReportStore,
  head: ReportHead,
  rows: RowSource,
  inReplyTo: readonly string[],
): Promise<OutEvent> {
  const counter = { rows: 0 };
  const stored = await store.put(reportBytes(head, rows, counter));
  return emit('reporting.FileComposed', head.recipient, {
    at_ms: head.generatedAt,
    file_id: head.fileId,
    recipient: head.recipient,
    ldc: head.ldc,
    kind: head.reportId,
    name: outboundName(head.recipient, head.reportId, head.ldc, head.fileId),
    sha256: stored.sha256,
    bytes: stored.bytes,
    run_id: head.runId,
    in_reply_to: [...inReplyTo],
    period_start_day: head.periodStart,
    period_end_day: head.periodEnd,
    as_of_ms: head.asOf,
    rows: counter.rows,
  });
}
