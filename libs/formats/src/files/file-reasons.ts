/** File-level reasons, in the order in which the first that holds is told. */
export const FILE_REASONS = [
  'FILE_TOO_LARGE',
  'BAD_ENCODING',
  'HEADER_MISSING',
  'NOT_CSV',
  'UNKNOWN_KIND',
  'UNKNOWN_VERSION',
  'UNKNOWN_SENDER',
  'SENDER_MISMATCH',
  'UNKNOWN_LDC',
  'NOT_AUTHORIZED',
  'BAD_HEADER',
  'TRAILER_MISSING',
  'COUNT_MISMATCH',
  'DUPLICATE_FILE_ID',
  'PART_KIND_MISMATCH',
  'SET_HEADER_MISMATCH',
  'DUPLICATE_PART',
  'BAD_WINDOW',
] as const;

export type FileReason = (typeof FILE_REASONS)[number];

/** The only ones that a file of a meter format can have. */
export const METER_FILE_REASONS: readonly FileReason[] = [
  'FILE_TOO_LARGE',
  'BAD_ENCODING',
  'HEADER_MISSING',
  'NOT_AUTHORIZED',
];

/** Why a file is refused whole: the line of the trouble, else 1; a short detail for people. */
export interface FileTrouble {
  reason: FileReason;
  line: number;
  detail: string;
}

/** The one to tell: the first in the order of FILE_REASONS, of equal reasons the earliest found. */
export function firstTrouble(troubles: readonly FileTrouble[]): FileTrouble | null {
  let first: FileTrouble | null = null;
  for (const trouble of troubles) {
    if (first === null || rank(trouble) < rank(first)) first = trouble;
  }
  return first;
}

function rank(trouble: FileTrouble): number {
  return FILE_REASONS.indexOf(trouble.reason);
}

/**
 * True for reasons of which the LDC is not told: nothing up to UNKNOWN_LDC proves that it is
 * concerned.
 */
export function isToldToSenderAlone(reason: FileReason): boolean {
  return FILE_REASONS.indexOf(reason) <= FILE_REASONS.indexOf('NOT_AUTHORIZED');
}
