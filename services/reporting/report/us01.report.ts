import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type EventReport } from './event-report.js';

/** USDP request exceptions; also empty, to the sender and the LDC. */
export const us01: EventReport = {
  id: 'US01',
  columns: REPORT_COLUMNS.US01,
  order: 'COLUMNS',
  identity: false,
  cuts: wholeStream,
  takes: {
    'usdp.UsdpRequestDecided': (v) => [
      {
        stream: v.custody_id,
        part: v.chunk,
        ldc: v.ldc,
        runId: v.file_id,
        recipients: [v.sender, v.ldc],
        custodyAtMs: v.custody_at_ms,
        atMs: v.at_ms,
        inReplyTo: [v.custody_id],
        closes: v.last,
        rows: v.rejected.map((r) => [
          v.file_id,
          r.line,
          r.sdp_id,
          r.reason,
          r.existing_usdp_id ?? '',
        ]),
      },
    ],
  },
};
