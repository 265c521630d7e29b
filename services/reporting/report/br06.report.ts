import { REPORT_COLUMNS } from '@mdmr/formats';
import type { Cut, EventReport, PieceHead } from './event-report.js';
import { cutsOfRequest, endedPieces } from './ir08.report.js';

/** Items of a request that ended without any source value in their period, at the request's end. */
export const br06: EventReport = {
  id: 'BR06',
  columns: REPORT_COLUMNS.BR06,
  order: 'COLUMNS',
  identity: false,
  cuts: atTheEnd,
  takes: {
    'billing.RequestItemsEnded': (v) =>
      endedPieces(
        v,
        v.ended
          .filter((e) => e.no_source)
          .map((e) => [
            v.file_id,
            e.line,
            v.file_id,
            e.usdp_id,
            e.start,
            e.end,
            e.last_interval_end_ms,
          ]),
      ),
  },
};

/** One file, once the stretch that closes the request is whole. */
function atTheEnd(stream: string, heads: readonly PieceHead[]): readonly Cut[] {
  const stretches = cutsOfRequest(stream, heads);
  const last = stretches.at(-1);
  if (!last?.heads.some((head) => head.closes && head.figures?.['final'] === 1)) return [];
  return [{ ...last, id: stream, heads: stretches.flatMap((cut) => cut.heads) }];
}
