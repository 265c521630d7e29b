import { REPORT_COLUMNS, type ReportRow } from '@mdmr/formats';
import type { EventValue } from '@mdmr/events';
import type { Cut, EventReport, Figures, Piece, PieceHead } from './event-report.js';

type Decided = EventValue<'reads.SegmentDecided'>;
type Total = Decided['totals'][number];
type Line = Decided['rows'][number];

/** More chunks than a segment ever has. */
const CHUNKS = 1_000_000;
const COUNTS = ['lines', 'values', 'applied', 'unchanged', 'superseded', 'held', 'rejected'];

/**
 * Answer to a read file, one an LDC: the totals, then what was not wholly applied and the notes.
 * Lines of no LDC, and those the sender may not send, are answered to the sender alone.
 */
export const dc07: EventReport = {
  id: 'DC07',
  columns: REPORT_COLUMNS.DC07,
  order: 'COLUMNS',
  identity: false,
  cuts: cutsOfFile,
  takes: { 'reads.SegmentDecided': takeSegment },
};

function takeSegment(v: Decided): Piece[] {
  const lineLdc = (line: Line): string => (line.sender_only ? '' : line.ldc);
  const ldcs = new Set([...v.totals.map((total) => total.ldc), ...v.rows.map(lineLdc)]);
  // The end of a segment is told to the sender's file, even if nothing else is.
  if (v.last) ldcs.add('');
  return [...ldcs].sort().map((ldc) => ({
    stream: v.custody_id,
    part: v.segment * CHUNKS + v.chunk,
    ldc,
    runId: v.file_id,
    recipients: [v.sender, ldc],
    custodyAtMs: v.custody_at_ms,
    atMs: v.at_ms,
    inReplyTo: [v.custody_id],
    closes: v.last,
    rows: v.rows.filter((line) => lineLdc(line) === ldc).map((line) => lineRow(v, line)),
    figures: figuresOf(
      v,
      v.totals.find((total) => total.ldc === ldc),
    ),
  }));
}

function figuresOf(v: Decided, total: Total | undefined): Figures {
  return {
    segments: v.segments,
    fileId: v.file_id,
    fileName: v.file_name,
    total: total ? 1 : 0,
    lines: total?.lines ?? 0,
    values: total?.values ?? 0,
    applied: total?.applied ?? 0,
    unchanged: total?.unchanged ?? 0,
    superseded: total?.superseded ?? 0,
    held: total?.held ?? 0,
    rejected: total?.rejected ?? 0,
    first: total?.first_ms ?? null,
    last: total?.last_ms ?? null,
  };
}

function lineRow(v: Decided, line: Line): ReportRow {
  return [
    v.file_id,
    line.line,
    line.meter_id,
    line.channel,
    line.first_ms,
    line.last_ms,
    line.lines,
    line.values,
    line.applied,
    line.unchanged,
    line.superseded,
    line.held,
    line.rejected,
    line.reason,
    v.file_name,
  ];
}

/** Once every segment is decided: one file for each LDC of the file's lines, at least one. */
function cutsOfFile(stream: string, heads: readonly PieceHead[]): readonly Cut[] {
  const closed = new Set(
    heads.filter((head) => head.closes).map((head) => Math.floor(head.part / CHUNKS)),
  );
  const segments = heads[0]?.figures?.['segments'];
  if (segments === undefined || closed.size !== segments) return [];
  const counted = heads.filter((head) => head.figures?.['total'] === 1 || head.rowCount > 0);
  const ldcs = new Set(counted.map((head) => head.ldc));
  if (ldcs.size === 0) ldcs.add('');
  return [...ldcs].sort().map((ldc) => {
    const own = heads.filter((head) => head.ldc === ldc);
    return { id: stream, ldc, heads: own, lead: [totalRow(own)] };
  });
}

function totalRow(heads: readonly PieceHead[]): ReportRow {
  const sum = (name: string): number =>
    heads.reduce((total, head) => total + Number(head.figures?.[name] ?? 0), 0);
  const stamps = (name: string): number[] =>
    heads.map((head) => head.figures?.[name]).filter((at) => typeof at === 'number');
  const { fileId, fileName } = heads[0]!.figures!;
  return [
    fileId,
    null,
    '',
    '',
    stamps('first').reduce<number | null>((a, b) => Math.min(a ?? b, b), null),
    stamps('last').reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
    ...COUNTS.map(sum),
    '',
    fileName,
  ];
}
