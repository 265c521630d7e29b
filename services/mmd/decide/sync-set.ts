/** A synchronization set on its way: six parts, a window, a sequence. */
import type { Instant } from '@mdmr/kernel';
import type { Mode } from './facts.js';
import { PARTS } from './record-layout.js';

export type OpenState = 'OPEN' | 'WAITING' | 'PARKED';
export type EndState = 'APPLIED' | 'INCOMPLETE' | 'OUT_OF_SEQUENCE' | 'DISCARDED';
export type SetState = OpenState | EndState;

export type SetReason =
  'INCOMPLETE' | 'OUT_OF_SEQUENCE' | 'PSYNC_GUARD' | 'WAITING_FOR_PARKED' | 'DISCARDED';

/** An accepted part; its custody decides. */
export interface SetPart {
  readonly part: number;
  readonly custody_id: string;
  readonly custody_seq: number;
  readonly custody_at_ms: Instant;
  readonly sender: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly sha256: string;
  readonly records: number;
}

/** A set that has not ended. */
export interface OpenSet {
  readonly set_id: string;
  readonly mode: Mode;
  readonly sequence: number;
  /** Sender of the first part. */
  readonly sender: string;
  readonly state: OpenState;
  /** By part number. */
  readonly parts: readonly SetPart[];
  readonly opened_at_ms: Instant;
  readonly window_end_ms: Instant;
  /** Since when it is PARKED. */
  readonly parked_at_ms: Instant | null;
  /** WAITING_FOR_PARKED has been said. */
  readonly told_parked: boolean;
}

/** The open sets of an LDC and the sequence it has to send next. */
export interface LdcSets {
  readonly expected: number;
  readonly open: readonly OpenSet[];
}

export function isComplete(set: OpenSet): boolean {
  return set.parts.length === PARTS;
}

/** Part numbers that have not come. */
export function missingParts(parts: readonly { readonly part: number }[]): number[] {
  const there = new Set(parts.map((p) => p.part));
  return Array.from({ length: PARTS }, (_, i) => i + 1).filter((n) => !there.has(n));
}

/** Custody order of the part that completed the set. */
export function completedSeq(set: OpenSet): number {
  return set.parts.reduce((seq, p) => Math.max(seq, p.custody_seq), 0);
}

/** The open sets with a part that was accepted: in its set, or as the first of a new one. */
export function joined(
  open: readonly OpenSet[],
  part: SetPart & { set_id: string; mode: Mode; sequence: number },
  windowEnd: Instant,
): OpenSet[] {
  const { set_id, mode, sequence, ...facts } = part;
  const set = open.find((s) => s.set_id === set_id);
  const others = open.filter((s) => s !== set);
  const parts = [...(set?.parts ?? []), facts].sort((a, b) => a.part - b.part);
  if (set !== undefined) return [...others, { ...set, parts }];
  const opened: OpenSet = {
    set_id,
    mode,
    sequence,
    sender: part.sender,
    state: 'OPEN',
    parts,
    opened_at_ms: part.custody_at_ms,
    window_end_ms: windowEnd,
    parked_at_ms: null,
    told_parked: false,
  };
  return [...others, opened];
}
