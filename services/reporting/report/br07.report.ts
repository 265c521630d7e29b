import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type Cut, type EventReport, type PieceHead } from './event-report.js';

/** Request warnings: after every item's first try, and at the window's end if any are left out. */
export const br07: EventReport = {
  id: 'BR07',
  columns: REPORT_COLUMNS.BR07,
  order: 'COLUMNS',
  identity: false,
  cuts: unlessWindowEndsEmpty,
  takes: {
    'billing.RequestTried': (v) => [
      {
        stream: v.window_end ? `${v.custody_id}/window-end` : v.custody_id,
        part: v.chunk,
        ldc: v.ldc,
        runId: v.file_id,
        recipients: [v.sender, v.ldc],
        custodyAtMs: v.custody_at_ms,
        atMs: v.at_ms,
        inReplyTo: [v.custody_id],
        closes: v.last,
        rows: v.warnings.map((w) => [
          v.file_id,
          w.line,
          v.file_id,
          w.usdp_id,
          w.warning,
          w.other_request_file_id,
        ]),
        figures: { windowEnd: v.window_end ? 1 : 0 },
      },
    ],
  },
};

/** At the window's end the report is sent only with a cause. */
function unlessWindowEndsEmpty(stream: string, heads: readonly PieceHead[]): readonly Cut[] {
  const windowEnd = heads.some((head) => head.figures?.['windowEnd'] === 1);
  const empty = heads.every((head) => head.rowCount === 0);
  return windowEnd && empty ? [] : wholeStream(stream, heads);
}
