import { REPORT_COLUMNS } from '@mdmr/formats';
import { formatEnergyKwh } from '@mdmr/kernel';
import { wholeStream, type EventReport } from './event-report.js';

/** Delivery detail of a response, one row a BQ record. */
export const br01: EventReport = {
  id: 'BR01',
  columns: REPORT_COLUMNS.BR01,
  order: 'COLUMNS',
  identity: false,
  cuts: wholeStream,
  takes: {
    'billing.ResponseDelivered': (v) => [
      {
        stream: `${v.custody_id}/${v.response_no}`,
        part: v.chunk,
        ldc: v.ldc,
        runId: `${v.file_id}/${v.response_no}`,
        recipients: [v.sender, v.ldc],
        custodyAtMs: v.custody_at_ms,
        atMs: v.at_ms,
        inReplyTo: [v.custody_id],
        closes: v.last,
        rows: v.rows.map((r) => [
          v.file_id,
          r.line,
          v.file_id,
          r.usdp_id,
          r.bq_id,
          r.revision,
          r.segment_no,
          r.framing,
          r.channel,
          formatEnergyKwh(r.total_wh),
          r.intervals,
          r.measured,
          r.estimated,
          r.edited,
        ]),
      },
    ],
  },
};
