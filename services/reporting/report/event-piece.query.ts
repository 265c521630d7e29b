import { compareReportRows, type ReportRow } from '@mdmr/formats';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { pieceTable } from '../project/event-piece.projection.js';
import type { Cut, EventReport, Figures, PieceHead } from './event-report.js';

type Reader = Pick<Tx, 'query'>;

interface HeadRow {
  readonly stream: string;
  readonly part: number;
  readonly ldc: string;
  readonly run_id: string;
  readonly recipients: string[];
  readonly custody_at_ms: Instant;
  readonly at_ms: Instant;
  readonly in_reply_to: string[];
  readonly closes: boolean;
  readonly row_count: number;
  readonly first_line: number | null;
  readonly last_line: number | null;
  readonly figures: Figures;
}

/** A head with the lines its rows are about. */
type StoredHead = PieceHead & {
  readonly firstLine: number | null;
  readonly lastLine: number | null;
};

/** Streams of these that have a closing piece: only of them a report can be made. */
export async function closedStreams(
  tx: Reader,
  report: EventReport,
  streams: readonly string[],
): Promise<string[]> {
  const found = await tx.query<{ stream: string }>(
    `select distinct stream from ${pieceTable(report)}
     where report_id = $1 and stream = any($2::text[]) and closes order by 1`,
    [report.id, streams],
  );
  return found.rows.map((row) => row.stream);
}

/** Streams that a run id names; senders may use the same file_id. */
export async function streamsOfRun(
  tx: Reader,
  report: EventReport,
  runId: string,
): Promise<string[]> {
  const found = await tx.query<{ stream: string }>(
    `select distinct stream from ${pieceTable(report)}
     where report_id = $1 and run_id = $2 order by 1`,
    [report.id, runId],
  );
  return found.rows.map((row) => row.stream);
}

/** The pieces of a stream without their rows, in order. */
export async function headsOf(
  tx: Reader,
  report: EventReport,
  stream: string,
): Promise<StoredHead[]> {
  const found = await tx.query<HeadRow>(
    `select stream, part, ldc, run_id, recipients, custody_at_ms, at_ms, in_reply_to, closes,
            row_count, first_line, last_line, figures
     from ${pieceTable(report)} where report_id = $1 and stream = $2 order by part, ldc`,
    [report.id, stream],
  );
  return found.rows.map((row) => ({
    stream: row.stream,
    part: row.part,
    ldc: row.ldc,
    runId: row.run_id,
    recipients: row.recipients,
    custodyAtMs: row.custody_at_ms,
    atMs: row.at_ms,
    inReplyTo: row.in_reply_to,
    closes: row.closes,
    rowCount: row.row_count,
    firstLine: row.first_line,
    lastLine: row.last_line,
    figures: row.figures,
  }));
}

/** Rows of a cut in the order of the report, piece by piece where the pieces do not overlap. */
export async function* rowsOfCut(
  tx: Reader,
  report: EventReport,
  cut: Cut,
): AsyncGenerator<ReportRow> {
  yield* cut.lead;
  const heads = cut.heads.filter((head) => head.rowCount > 0) as StoredHead[];
  if (report.order === 'GIVEN') {
    for (const head of heads) yield* await rowsOfPiece(tx, report, head);
  } else if (inLineOrder(heads)) {
    for (const head of heads) yield* (await rowsOfPiece(tx, report, head)).sort(compareReportRows);
  } else {
    const all: ReportRow[] = [];
    for (const head of heads) {
      for (const row of await rowsOfPiece(tx, report, head)) all.push(row);
    }
    yield* all.sort(compareReportRows);
  }
}

/** Whether each piece's lines come after those of the piece before. */
function inLineOrder(heads: readonly StoredHead[]): boolean {
  return heads.every((head, i) => {
    const before = heads[i - 1];
    if (!before) return true;
    if (before.lastLine === null || head.firstLine === null) return false;
    return before.lastLine < head.firstLine;
  });
}

async function rowsOfPiece(tx: Reader, report: EventReport, head: PieceHead): Promise<ReportRow[]> {
  const found = await tx.query<{ rows: ReportRow[] }>(
    `select rows from ${pieceTable(report)}
     where report_id = $1 and stream = $2 and ldc = $3 and part = $4`,
    [report.id, head.stream, head.ldc, head.part],
  );
  return [...(found.rows[0]?.rows ?? [])];
}
