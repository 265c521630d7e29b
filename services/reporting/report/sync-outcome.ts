import type { ReportRow } from '@mdmr/formats';
import type { EventValue } from '@mdmr/events';
import type { Piece } from './event-report.js';

export type SyncOutcomes = EventValue<'mmd.SyncOutcomesRecorded'>;

/** A chunk of the outcomes of an applied set as a piece of IR06, IR07 or IR14. */
export function outcomePiece(v: SyncOutcomes, rows: readonly ReportRow[]): Piece {
  return {
    stream: `${v.ldc}/${v.set_id}`,
    part: v.chunk,
    ldc: v.ldc,
    runId: v.set_id,
    recipients: [v.sender, v.ldc],
    custodyAtMs: v.custody_at_ms,
    atMs: v.at_ms,
    inReplyTo: v.custody.map((part) => part.custody_id),
    closes: v.last,
    rows,
  };
}
