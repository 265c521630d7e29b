import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type EventReport } from './event-report.js';
import { outcomePiece } from './sync-outcome.js';

/** Records of an applied set that were rejected for their relations. */
export const ir14: EventReport = {
  id: 'IR14',
  columns: REPORT_COLUMNS.IR14,
  order: 'GIVEN',
  identity: true,
  cuts: wholeStream,
  takes: {
    'mmd.SyncOutcomesRecorded': (v) => [
      outcomePiece(
        v,
        v.relation_rejected.map((r) => [
          r.file_id,
          r.line,
          v.set_id,
          r.part,
          r.usdp_id,
          r.record_key,
          r.reason,
          r.conflicting_with,
        ]),
      ),
    ],
  },
};
