import type { BatchProcessor } from '@mdmr/bus';
import { composeStreams } from '../report/compose-event.js';
import type { ReportStore } from '../report/compose-file.js';
import type { EventReport } from '../report/event-report.js';
import { piecesOf, topicsOf } from '../project/event-piece.projection.js';

/** Chunks carry hundreds of rows each. */
const MAX_BATCH = 200;

/**
 * Makes the reports about what was received: the pieces of a batch are rows already when it is
 * handled, so a report can be made as soon as its last piece is among them.
 */
export function eventReportProcessor(
  reports: readonly EventReport[],
  files: ReportStore,
): BatchProcessor {
  return {
    name: 'event-reports',
    topics: topicsOf(reports),
    maxBatch: MAX_BATCH,
    async handle(events, { tx, now }) {
      const made = [];
      for (const report of reports) {
        const pieces = events.flatMap((event) => piecesOf(report, event));
        const streams = [...new Set(pieces.map((piece) => piece.stream))];
        if (streams.length === 0) continue;
        made.push(...(await composeStreams(tx, files, now, report, streams)));
      }
      return made;
    },
  };
}
