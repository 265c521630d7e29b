import type { ReportRow } from '@mdmr/formats';
import type { EventType, EventValue } from '@mdmr/events';
import type { Instant } from '@mdmr/kernel';

/**
 * What one event contributes to an event report. Pieces of one stream (a file, a set, a response)
 * are collected until the report can be made.
 */
export interface Piece {
  /** What the pieces belong to; unique within the report for ever. */
  readonly stream: string;
  /** Place within the stream: rows of a lower part come first. */
  readonly part: number;
  /** LDC of the file; '' where no registered LDC is meant. */
  readonly ldc: string;
  readonly runId: string;
  /** S and L: repeated ones count once. */
  readonly recipients: readonly string[];
  readonly custodyAtMs: Instant;
  readonly atMs: Instant;
  /** Custody ids of the causing files. */
  readonly inReplyTo: readonly string[];
  /** The part after which the stream, or a stretch of it, is whole. */
  readonly closes: boolean;
  readonly rows: readonly ReportRow[];
  /** Figures that the report needs besides the rows. */
  readonly figures?: Figures;
}
export type Figures = Readonly<Record<string, string | number | null>>;

/** A piece without its rows, as collected. */
export type PieceHead = Omit<Piece, 'rows'> & { readonly rowCount: number };

/** One file to make, for each of its recipients. */
export interface Cut {
  /** Unique within the report for ever, the same whenever it is cut again. */
  readonly id: string;
  readonly ldc: string;
  readonly heads: readonly PieceHead[];
  /** Rows that come before those of the pieces. */
  readonly lead: readonly ReportRow[];
}

/** How each event becomes pieces. */
export type Takes = { readonly [T in EventType]?: (value: EventValue<T>) => readonly Piece[] };

/** A report about something received, made when its last piece has come. */
export interface EventReport {
  readonly id: string;
  readonly columns: readonly string[];
  readonly takes: Takes;
  /** GIVEN: the rows come in the report's order; COLUMNS: by the columns from left to right. */
  readonly order: 'GIVEN' | 'COLUMNS';
  /** Rows name accounts: they are kept in the identity compartment. */
  readonly identity: boolean;
  /** The files that can be made of the pieces of a stream so far. */
  readonly cuts: (stream: string, heads: readonly PieceHead[]) => readonly Cut[];
}

/** For streams whose chunks come in order: one file an LDC, once the last chunk is there. */
export function wholeStream(stream: string, heads: readonly PieceHead[]): readonly Cut[] {
  if (!heads.some((head) => head.closes)) return [];
  const ldcs = [...new Set(heads.map((head) => head.ldc))].sort();
  return ldcs.map((ldc) => {
    const own = heads.filter((head) => head.ldc === ldc);
    return { id: stream, ldc, heads: own, lead: [] };
  });
}

/** Recipients of a cut, each once, in the order named. */
export function recipientsOfCut(cut: Cut): string[] {
  return [...new Set(cut.heads.flatMap((head) => head.recipients))].filter((org) => org !== '');
}

/** What a report includes and when its cause was received. */
export interface CutTimes {
  readonly asOfMs: Instant;
  readonly custodyAtMs: Instant;
}
export function timesOfCut(cut: Cut): CutTimes {
  return {
    asOfMs: Math.max(...cut.heads.map((head) => head.atMs)),
    custodyAtMs: Math.max(...cut.heads.map((head) => head.custodyAtMs)),
  };
}
