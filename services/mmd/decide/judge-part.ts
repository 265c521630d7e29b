/** Whether a part in custody joins its set. A refused part is an IR17; the set stays open. */
import { SECOND_MS } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Mode } from './facts.js';
import { isComplete } from './sync-set.js';
import type { OpenSet, SetPart } from './sync-set.js';

export interface ArrivingPart extends SetPart {
  readonly set_id: string;
  readonly mode: Mode;
  readonly sequence: number;
}

export interface PartLimits {
  readonly windowSeconds: number;
  readonly maxOpenSets: number;
}

/** What is known of the LDC's sets when the part comes. */
export interface PartState {
  readonly open: readonly OpenSet[];
  /** A set of this set_id has ended. */
  readonly ended: boolean;
}

export type PartDecision =
  | { readonly accepted: true; readonly window_end_ms: Instant }
  | { readonly accepted: false; readonly reason: PartReason; readonly detail: string };

export type PartReason = 'FILE_TOO_LARGE' | 'SET_HEADER_MISMATCH' | 'DUPLICATE_PART';

function refused(reason: PartReason, detail: string): PartDecision {
  return { accepted: false, reason, detail };
}

/** The window is over for a set that still lacks parts, whether or not that was said already. */
export function isWindowOver(set: OpenSet, at: Instant): boolean {
  return !isComplete(set) && set.window_end_ms <= at;
}

export function judgePart(part: ArrivingPart, state: PartState, limits: PartLimits): PartDecision {
  if (state.ended) return refused('SET_HEADER_MISMATCH', 'set has ended');
  const set = state.open.find((s) => s.set_id === part.set_id);
  if (set === undefined) {
    if (state.open.length >= limits.maxOpenSets) {
      return refused('FILE_TOO_LARGE', 'MDMR_MAX_OPEN_SETS');
    }
    return {
      accepted: true,
      window_end_ms: part.custody_at_ms + limits.windowSeconds * SECOND_MS,
    };
  }
  if (isWindowOver(set, part.custody_at_ms)) {
    return refused('SET_HEADER_MISMATCH', 'set has ended');
  }
  const differs = (['mode', 'sequence', 'sender'] as const).filter((f) => set[f] !== part[f]);
  if (differs.length > 0) return refused('SET_HEADER_MISMATCH', differs.join('+'));
  if (set.parts.some((p) => p.part === part.part)) {
    return refused('DUPLICATE_PART', String(part.part));
  }
  return { accepted: true, window_end_ms: set.window_end_ms };
}
