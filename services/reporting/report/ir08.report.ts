import { REPORT_COLUMNS, type ReportRow } from '@mdmr/formats';
import type { EventValue } from '@mdmr/events';
import type { Cut, EventReport, Piece, PieceHead } from './event-report.js';

type ItemsEnded = EventValue<'billing.RequestItemsEnded'>;

/** Request items that ended unanswered, since the request's last IR08. */
export const ir08: EventReport = {
  id: 'IR08',
  columns: REPORT_COLUMNS.IR08,
  order: 'COLUMNS',
  identity: false,
  cuts: cutsOfRequest,
  takes: {
    'billing.RequestItemsEnded': (v) =>
      endedPieces(
        v,
        v.ended.map((e) => [
          v.file_id,
          e.line,
          v.file_id,
          e.usdp_id,
          e.start,
          e.end,
          e.reason,
          e.detail,
        ]),
      ),
  },
};

/**
 * An empty closing chunk stands before the one that begins where it ends. Two may end at the same
 * place: the one of the first try and, when nothing ended since, the one of the request's end.
 */
function placeOf(from: number, to: number, final: boolean): number {
  if (from !== to) return 4 * from;
  return 4 * from - (final ? 1 : 2);
}

/** Items that ended, as a piece of IR08 or BR06. Its place is how many items ended before it. */
export function endedPieces(v: ItemsEnded, rows: readonly ReportRow[]): Piece[] {
  const closes = v.report && v.last;
  const to = v.ended_so_far;
  const from = to - v.ended.length;
  if (from === to && !closes) return [];
  return [
    {
      stream: v.custody_id,
      part: placeOf(from, to, v.final),
      ldc: v.ldc,
      runId: v.file_id,
      recipients: [v.sender, v.ldc],
      custodyAtMs: v.custody_at_ms,
      atMs: v.at_ms,
      inReplyTo: [v.custody_id],
      closes,
      rows,
      figures: { from, to, final: v.final ? 1 : 0 },
    },
  ];
}

/**
 * Items end on several lanes, so that a closing chunk may come before an earlier one: a report is
 * cut when every item up to its end is there.
 */
export function cutsOfRequest(stream: string, heads: readonly PieceHead[]): readonly Cut[] {
  const sorted = [...heads].sort((a, b) => a.part - b.part);
  const cuts: Cut[] = [];
  let open: PieceHead[] = [];
  let reached = 0;
  for (const head of sorted) {
    if (Number(head.figures?.['from']) !== reached) break;
    reached = Number(head.figures?.['to']);
    open.push(head);
    if (!head.closes) continue;
    cuts.push({ id: `${stream}/${reached}/${cuts.length}`, ldc: head.ldc, heads: open, lead: [] });
    open = [];
  }
  return cuts;
}
