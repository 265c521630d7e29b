/** What estimation decides, element by element; interval by interval it is put together in compose.ts. */
import { arena } from './arena.js';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { NveReason, Scaling } from './model.js';
import type { Remark, Rule } from './rules/rule.js';

/** What the elements of one gap have in common. */
export interface Group {
  readonly method: string;
  readonly scaling: Scaling;
  readonly energyWh: number | null;
  readonly factor: string | null;
  readonly registerFrom: Instant | null;
  readonly registerTo: Instant | null;
  readonly donorDays: readonly EstDay[];
}

/** A remark that the estimation makes about elements [a, b). */
export interface Note {
  readonly rule: Rule;
  readonly remark: Remark;
  readonly accepted: boolean;
  readonly a: number;
  readonly b: number;
}

export const UNDECIDED = 0;
export const VALID = 1;
export const ESTIMATED = 2;
export const NEEDS_PERSON = 3;
export const MISSING = 4;
export const NOTHING = 5;

export interface Results {
  /** One of the constants above; UNDECIDED = keep what the stored verdict says. */
  readonly state: Uint8Array;
  /** Whole Wh of estimated elements. */
  readonly wh: Float64Array;
  readonly groups: Map<number, Group>;
  readonly reasons: Map<number, NveReason>;
  readonly notes: Note[];
}

export function emptyResults(n: number): Results {
  return {
    state: arena.uint8(n),
    wh: arena.float64(n).fill(Number.NaN),
    groups: new Map(),
    reasons: new Map(),
    notes: [],
  };
}
