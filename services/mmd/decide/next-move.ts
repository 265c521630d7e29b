/** What happens next with the sets of an LDC, and when. One move at a time; the same at any delay. */
import { DAY_MS } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { EndState, LdcSets, OpenSet } from './sync-set.js';
import { completedSeq, isComplete } from './sync-set.js';
import { isWindowOver } from './judge-part.js';

export type Move =
  | { readonly do: 'APPLY'; readonly set: OpenSet }
  | { readonly do: 'END'; readonly set: OpenSet; readonly as: Exclude<EndState, 'APPLIED'> }
  /** Becomes WAITING, or is told that it waits for a parked set. */
  | { readonly do: 'WAIT'; readonly set: OpenSet; readonly behind: OpenSet | null };

function parkedSet(sets: LdcSets): OpenSet | null {
  return sets.open.find((s) => s.state === 'PARKED') ?? null;
}

function parkEnd(set: OpenSet, parkDays: number): Instant {
  return (set.parked_at_ms ?? 0) + parkDays * DAY_MS;
}

/**
 * A complete set out of turn waits for sets of the sequence before its own that were seen by its own
 * window's end and have not ended.
 */
function hasPredecessor(set: OpenSet, sets: LdcSets): boolean {
  return sets.open.some(
    (s) => s.sequence === set.sequence - 1 && s.opened_at_ms <= set.window_end_ms,
  );
}

function byCompletion(a: OpenSet, b: OpenSet): number {
  return completedSeq(a) - completedSeq(b);
}

/** The next move that is due, or null. */
export function nextMove(sets: LdcSets, now: Instant, parkDays: number): Move | null {
  const parked = parkedSet(sets);
  if (parked !== null && parkEnd(parked, parkDays) <= now) {
    return { do: 'END', set: parked, as: 'DISCARDED' };
  }
  const complete = sets.open
    .filter((s) => s.state !== 'PARKED' && isComplete(s))
    .sort((a, b) => a.sequence - b.sequence || byCompletion(a, b));
  const used = complete.find((s) => s.sequence < sets.expected);
  if (used !== undefined) return { do: 'END', set: used, as: 'OUT_OF_SEQUENCE' };
  if (parked === null) {
    const next = complete.find((s) => s.sequence === sets.expected);
    if (next !== undefined) return { do: 'APPLY', set: next };
  }
  const over = sets.open.filter((s) => isWindowOver(s, now));
  if (over.length > 0) {
    const first = over.reduce((a, b) => (b.window_end_ms < a.window_end_ms ? b : a));
    return { do: 'END', set: first, as: 'INCOMPLETE' };
  }
  for (const set of complete) {
    const move = parked === null ? waitInTurn(set, sets, now) : waitBehind(set, parked);
    if (move !== null) return move;
  }
  return null;
}

function waitBehind(set: OpenSet, parked: OpenSet): Move | null {
  return set.told_parked ? null : { do: 'WAIT', set, behind: parked };
}

function waitInTurn(set: OpenSet, sets: LdcSets, now: Instant): Move | null {
  if (set.window_end_ms <= now && !hasPredecessor(set, sets)) {
    return { do: 'END', set, as: 'OUT_OF_SEQUENCE' };
  }
  return set.state === 'OPEN' ? { do: 'WAIT', set, behind: null } : null;
}

/** When the next move is due: `now` if one is, else the end of a window or of parking; null = never. */
export function nextMoveDue(sets: LdcSets, now: Instant, parkDays: number): Instant | null {
  if (nextMove(sets, now, parkDays) !== null) return now;
  const parked = parkedSet(sets);
  let due = parked === null ? Infinity : parkEnd(parked, parkDays);
  for (const set of sets.open) {
    // Behind a parked set a complete one waits without end.
    const ends = !isComplete(set) || (parked === null && set.state !== 'PARKED');
    if (ends && set.window_end_ms > now) due = Math.min(due, set.window_end_ms);
  }
  return Number.isFinite(due) ? due : null;
}
