import { REPORT_COLUMNS, type ReportRow } from '@mdmr/formats';
import type { Instant } from '@mdmr/kernel';
import { wholeStream, type EventReport, type Piece } from './event-report.js';

/** A file refused whole: one row, told again for each refusal. */
export const ir17: EventReport = {
  id: 'IR17',
  columns: REPORT_COLUMNS.IR17,
  order: 'COLUMNS',
  identity: false,
  cuts: wholeStream,
  takes: {
    'gateway.FileRefused': (v) => [
      refusalPiece({
        custodyId: v.custody_id,
        custodyAtMs: v.at_ms,
        atMs: v.at_ms,
        ldc: v.ldc ?? '',
        recipients: [v.org, v.to_ldc ? (v.ldc ?? '') : ''],
        fileId: v.file_id,
        row: [v.file_id, v.line, v.kind, v.reason, v.detail, v.name],
      }),
    ],
    // Against its set a part is judged by the directory; the LDC is always told then.
    'mmd.SyncPartRefused': (v) => [
      refusalPiece({
        custodyId: v.custody_id,
        custodyAtMs: v.custody_at_ms,
        atMs: v.at_ms,
        ldc: v.ldc,
        recipients: [v.sender, v.ldc],
        fileId: v.file_id,
        row: [v.file_id, v.line, v.kind, v.reason, v.detail, v.file_name],
      }),
    ],
  },
};

interface Refusal {
  readonly custodyId: string;
  readonly custodyAtMs: Instant;
  readonly atMs: Instant;
  readonly ldc: string;
  readonly recipients: readonly string[];
  readonly fileId: string;
  readonly row: ReportRow;
}

function refusalPiece(refusal: Refusal): Piece {
  return {
    stream: refusal.custodyId,
    part: 0,
    ldc: refusal.ldc,
    runId: refusal.fileId,
    recipients: refusal.recipients,
    custodyAtMs: refusal.custodyAtMs,
    atMs: refusal.atMs,
    inReplyTo: [refusal.custodyId],
    closes: true,
    rows: [refusal.row],
  };
}
