import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type EventReport } from './event-report.js';
import { outcomePiece } from './sync-outcome.js';

/** Records of an applied set that were rejected for their content. */
export const ir07: EventReport = {
  id: 'IR07',
  columns: REPORT_COLUMNS.IR07,
  order: 'GIVEN',
  identity: true,
  cuts: wholeStream,
  takes: {
    'mmd.SyncOutcomesRecorded': (v) => [
      outcomePiece(
        v,
        v.content_rejected.map((r) => [
          r.file_id,
          r.line,
          v.set_id,
          r.part,
          r.usdp_id,
          r.record_key,
          r.field,
          r.reason,
          r.value,
        ]),
      ),
    ],
  },
};
