/**
 * The rules, in the order in which they run. 001-003 and 005-007 (structure, relation, duplicate, grid, day
 * length, future or stale) are decided at intake, by reads: their answers are DC07's reasons and notes, and a
 * channel day that comes here has 1440 / L intervals of one grid.
 */
import { missingInterval } from './r-020-missing.js';
import { registerDecrease } from './r-021-register-decrease.js';
import { registerTime } from './r-022-register-time.js';
import { sumCheck } from './r-023-sum-check.js';
import { multiplier } from './r-025-multiplier.js';
import { negative } from './r-030-negative.js';
import { physicalLimit } from './r-031-physical-limit.js';
import type { Rule, RuleSet } from './rule.js';

export type { RuleSet } from './rule.js';

export const RULE_SETS: readonly RuleSet[] = ['STANDARD', 'TEXTBOOK', 'COMMERCIAL'];

export const RULES: readonly Rule[] = [
  missingInterval,
  registerDecrease,
  registerTime,
  multiplier,
  sumCheck,
  negative,
  physicalLimit,
];

/** The rules of a set. */
export function rulesOf(set: RuleSet): readonly Rule[] {
  return RULES.filter((rule) => rule.sets === undefined || rule.sets.includes(set));
}
