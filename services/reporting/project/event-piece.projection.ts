import { topicOf, type EventType } from '@mdmr/events';
import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';
import type { EventReport, Piece } from '../report/event-report.js';

const COLUMNS = [
  { name: 'report_id', type: 'text' },
  { name: 'stream', type: 'text' },
  { name: 'ldc', type: 'text' },
  { name: 'part', type: 'int8' },
  { name: 'run_id', type: 'text' },
  { name: 'recipients', type: 'text[]' },
  { name: 'custody_at_ms', type: 'int8' },
  { name: 'at_ms', type: 'int8' },
  { name: 'in_reply_to', type: 'text[]' },
  { name: 'closes', type: 'bool' },
  { name: 'figures', type: 'jsonb' },
  { name: 'row_count', type: 'int4' },
  { name: 'first_line', type: 'int8' },
  { name: 'last_line', type: 'int8' },
  { name: 'rows', type: 'jsonb' },
] as const;

/** Table in which the pieces of a report are collected. */
export function pieceTable(report: EventReport): string {
  return report.identity ? 'event_piece_identity' : 'event_piece';
}

/** Topics on which the events of the reports come. */
export function topicsOf(reports: readonly EventReport[]): string[] {
  const types = reports.flatMap((report) => Object.keys(report.takes) as EventType[]);
  return [...new Set(types.map((type) => topicOf(type).name))];
}

/** What an event contributes to a report. */
export function piecesOf(report: EventReport, event: InEvent): readonly Piece[] {
  const take = report.takes[event.type] as
    ((value: InEvent['value']) => readonly Piece[]) | undefined;
  return take?.(event.value) ?? [];
}

/** Collects the rows of event reports, chunk by chunk, until the reports can be made. */
export function eventPieceProjection(reports: readonly EventReport[]): Projection {
  return {
    name: 'event-piece',
    topics: topicsOf(reports),
    async apply(tx, events) {
      for (const report of reports) {
        const pieces = events.flatMap((event) => piecesOf(report, event));
        await store(tx, report, pieces);
      }
    },
  };
}

async function store(tx: Tx, report: EventReport, pieces: readonly Piece[]): Promise<void> {
  await bulkInsert(tx, {
    table: pieceTable(report),
    columns: COLUMNS,
    rows: pieces.map((piece) => [
      report.id,
      piece.stream,
      piece.ldc,
      piece.part,
      piece.runId,
      [...piece.recipients],
      piece.custodyAtMs,
      piece.atMs,
      [...piece.inReplyTo],
      piece.closes,
      piece.figures ?? {},
      piece.rows.length,
      ...linesOf(report, piece),
      piece.rows,
    ]),
  });
}

/** First and last line of the rows, so that a reader knows whether pieces overlap. */
function linesOf(report: EventReport, piece: Piece): [number | null, number | null] {
  const column = report.columns.indexOf('line');
  const lines = piece.rows.flatMap((row) => {
    const line = column < 0 ? null : row[column];
    return typeof line === 'number' ? [line] : [];
  });
  if (lines.length === 0) return [null, null];
  return [lines.reduce((a, b) => Math.min(a, b)), lines.reduce((a, b) => Math.max(a, b))];
}
