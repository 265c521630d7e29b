import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type EventReport } from './event-report.js';
import { outcomePiece } from './sync-outcome.js';

/** Records that a set applied; the directory gives them in the report's order. */
export const ir06: EventReport = {
  id: 'IR06',
  columns: REPORT_COLUMNS.IR06,
  order: 'GIVEN',
  identity: true,
  cuts: wholeStream,
  takes: {
    'mmd.SyncOutcomesRecorded': (v) => [
      outcomePiece(
        v,
        v.applied.map((r) => [
          r.file_id,
          r.line,
          v.set_id,
          r.part,
          r.usdp_id,
          r.record_key,
          r.action,
          r.effective_from,
          r.source,
          r.lacks,
        ]),
      ),
    ],
  },
};
