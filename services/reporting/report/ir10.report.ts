import { REPORT_COLUMNS } from '@mdmr/formats';
import { wholeStream, type EventReport } from './event-report.js';

/** A set that was not applied, or waits for somebody's decision: one row. */
export const ir10: EventReport = {
  id: 'IR10',
  columns: REPORT_COLUMNS.IR10,
  order: 'COLUMNS',
  identity: false,
  cuts: wholeStream,
  takes: {
    'mmd.SyncSetStateChanged': (v) => {
      if (v.reason === '') return [];
      const received = v.parts.map((part) => part.part).sort((a, b) => a - b);
      return [
        {
          // A parked set is told twice: when it is parked and when it is discarded.
          stream: `${v.ldc}/${v.set_id}/${v.reason}/${v.at_ms}`,
          part: 0,
          ldc: v.ldc,
          runId: v.set_id,
          recipients: [v.sender, v.ldc],
          custodyAtMs: v.custody_at_ms,
          atMs: v.at_ms,
          inReplyTo: v.parts.map((part) => part.custody_id),
          closes: true,
          rows: [
            [
              v.set_id,
              v.sequence,
              v.reason,
              received.join('+'),
              [...v.parts_missing].sort((a, b) => a - b).join('+'),
              v.detail,
              v.expected_sequence,
            ],
          ],
        },
      ];
    },
  },
};
