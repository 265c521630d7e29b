/** Which elements estimation has taken on, and the last check on what it made. */
import { arena } from './arena.js';
import type { EstDay } from '@mdmr/kernel';
import { type Axis, HEAD_END } from './axis.js';
import type { Decided } from './compose.js';
import { headEndEstimate } from './ladder/est-hes.js';
import { ESTIMATED, NEEDS_PERSON } from './results.js';
import { limitKwOf, limitWhOf, physicalLimit } from './rules/r-031-physical-limit.js';
import { kwhText } from './rules/rule.js';
import type { IsAccepted, Validation } from './validate.js';

/** 1 = a final run has already made the interval: EST by the ladder, or NVE. */
export function wasDueElements(axis: Axis): Uint8Array {
  const due = arena.uint8(axis.n);
  for (const day of axis.days) {
    const verdict = day.row?.verdict;
    if (!verdict || verdict.minutes !== day.minutes) continue;
    const received = verdict.estimates.filter((r) => r.method === headEndEstimate.code);
    for (let e = day.first; e < day.end; e++) {
      const slot = axis.slot[e]!;
      const letter = verdict.states[slot];
      if (letter === 'N') due[e] = 1;
      if (letter !== 'E') continue;
      due[e] = received.some((r) => r.from <= slot && slot < r.to) ? 0 : 1;
    }
  }
  return due;
}

/** 1 = whether the received value stands is not what the stored verdict says. Only on days that are touched. */
export function movedValidity(
  axis: Axis,
  validation: Validation,
  touched: ReadonlySet<EstDay>,
): Uint8Array {
  const moved = arena.uint8(axis.n);
  for (const day of axis.days) {
    const verdict = day.row?.verdict;
    if (!verdict || verdict.minutes !== day.minutes || !touched.has(day.day)) continue;
    for (let e = day.first; e < day.end; e++) {
      if (axis.shared[e] === 1) continue;
      const letter = verdict.states[axis.slot[e]!];
      const stood = letter === 'V' || (letter === 'E' && axis.kind[e] === HEAD_END);
      const whole = validation.stretches[validation.stretchAt[e]!]!.whole !== null;
      const stands = validation.ok[e] === 1 && !whole;
      if (stands !== stood) moved[e] = 1;
    }
  }
  return moved;
}

/** R-031 again, on intervals that have an estimate in them: a FAIL is NVE. */
export function checkLimits(decided: Decided, isAccepted: IsAccepted): void {
  const { axis, results } = decided;
  for (const day of axis.days) {
    if (day.service === null) continue;
    const limitKw = limitKwOf(axis.facts.channel, day.facts, day.service.at);
    if (limitKw === null) continue;
    const limit = limitWhOf(limitKw, day.minutes);
    for (let e = day.first; e < day.end;) {
      let end = e + 1;
      while (end < day.end && axis.slot[end] === axis.slot[e]) end++;
      const wh = estimatedSum(decided, e, end);
      if (wh !== null && wh > limit) {
        const accepted = isAccepted(physicalLimit.id, e, end);
        const remark = { severity: 'FAIL' as const, value: kwhText(wh), limit: kwhText(limit) };
        results.notes.push({ rule: physicalLimit, remark, accepted, a: e, b: end });
        if (!accepted) reject(decided, e, end);
      }
      e = end;
    }
  }
}

/** Wh of an interval with an estimate in it, null for others. */
function estimatedSum(decided: Decided, from: number, end: number): number | null {
  const { axis, results } = decided;
  let sum = 0;
  let estimated = false;
  for (let e = from; e < end; e++) {
    estimated ||= results.state[e] === ESTIMATED;
    sum += results.state[e] === ESTIMATED ? results.wh[e]! : axis.value[e]!;
  }
  return estimated && !Number.isNaN(sum) ? sum : null;
}

function reject(decided: Decided, a: number, b: number): void {
  const { results } = decided;
  for (let e = a; e < b; e++) {
    if (results.state[e] !== ESTIMATED) continue;
    results.state[e] = NEEDS_PERSON;
    results.groups.delete(e);
    results.reasons.set(e, 'RESULT_FAILS_LIMITS');
  }
}
