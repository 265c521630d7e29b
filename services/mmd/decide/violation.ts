/** Something that cannot stand, and the rows of the set that make it so. */
import { RELATION_REASONS } from './facts.js';
import type { RelationReason } from './facts.js';
import type { Row } from './draft.js';
import { comparePlace } from './record.js';

export interface Party {
  readonly row: Row;
  readonly reason: RelationReason;
  /** `record_key` of what the row conflicts with or depends on; empty where there is none. */
  readonly against: string;
}

/**
 * Without any one of its parties it would not be. One party: it stands against what is held, and
 * loses. Several: the one in the highest part, then line, loses.
 */
export interface Violation {
  readonly parties: readonly Party[];
}

const RANK = new Map(RELATION_REASONS.map((reason, i) => [reason, i]));

export function loserOf(violation: Violation): Party {
  return violation.parties.reduce((a, b) => (comparePlace(a.row, b.row) < 0 ? b : a));
}

/** The reason told first; of equal ones that against the smaller key. */
export function firstReason(parties: readonly Party[]): Party {
  return parties.reduce((a, b) => {
    const order = RANK.get(a.reason)! - RANK.get(b.reason)!;
    if (order !== 0) return order < 0 ? a : b;
    return a.against <= b.against ? a : b;
  });
}

export function alone(row: Row, reason: RelationReason, against = ''): Violation {
  return { parties: [{ row, reason, against }] };
}
