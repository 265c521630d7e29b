/** How many days must be seen: stretches that touch the days judged are followed to their registers. */
import type { EstDay } from '@mdmr/kernel';
import type { Axis } from './axis.js';
import type { Need, Window } from './judge.js';
import type { DueElements } from './judge.js';
import type { Stretch } from './stretch.js';

export interface Span {
  readonly from: EstDay;
  readonly to: EstDay;
}

type Growth =
  | { need: Need; verdicts?: undefined; span?: undefined; emit?: undefined }
  | { need?: undefined; verdicts?: undefined; span: Span; emit?: undefined };

export function touchesDays(axis: Axis, stretch: Stretch, days: ReadonlySet<EstDay>): boolean {
  const last = axis.dayAt[stretch.b - 1]!;
  for (let i = axis.dayAt[stretch.a]!; i <= last; i++) if (days.has(axis.days[i]!.day)) return true;
  return false;
}

/**
 * A larger span if one of the stretches may be closed by a register beyond the axis. The right side is looked
 * at first: without a register there the left one does not matter. Null: nothing more to see.
 */
export function growSpan(axis: Axis, stretches: readonly Stretch[], window: Window): Growth | null {
  for (const stretch of stretches) {
    if (stretch.right === null && stretch.cutRight) {
      const found = nextRegister(axis, window);
      if (found === 'ASK') return { need: { registerAfter: true } };
      if (found !== null) return { span: { from: axis.from, to: found } };
    }
    if (stretch.left === null && stretch.cutLeft && stretch.right !== null) {
      const found = previousRegister(axis, window);
      if (found === 'ASK') return { need: { registerBefore: true } };
      if (found !== null) return { span: { from: found, to: axis.to } };
    }
    const beside = besideOffGrid(axis, stretch, window);
    if (beside !== null) return { span: beside };
  }
  return null;
}

function nextRegister(axis: Axis, window: Window): EstDay | null | 'ASK' {
  for (let day = axis.to + 1; day <= window.to; day++) {
    if (window.rows(day)?.input?.registers.length) return day;
  }
  return window.registerAfter === undefined ? 'ASK' : window.registerAfter;
}

function previousRegister(axis: Axis, window: Window): EstDay | null | 'ASK' {
  for (let day = axis.from - 1; day >= window.from; day--) {
    if (window.rows(day)?.input?.registers.length) return day;
  }
  return window.registerBefore === undefined ? 'ASK' : window.registerBefore;
}

/** A register off its grid point at the axis' edge: the interval on its other side counts for T. */
function besideOffGrid(axis: Axis, stretch: Stretch, window: Window): Span | null {
  const { left, right } = stretch;
  if (left === null || right === null) return null;
  if (left.at === 0 && left.offsetMs !== 0 && axis.from > window.from) {
    return { from: axis.from - 1, to: axis.to };
  }
  if (right.at === axis.n && right.offsetMs !== 0 && axis.to < window.to) {
    return { from: axis.from, to: axis.to + 1 };
  }
  return null;
}

/**
 * Marks estimates of a stretch without registers that stay as they are: gaps of which neither a value nor a
 * neighbour changed and in which nothing has newly fallen due.
 */
export function frozenElements(
  axis: Axis,
  stretch: Stretch,
  ok: Uint8Array,
  dirty: Uint8Array,
  due: DueElements,
  frozen: Uint8Array,
): void {
  for (let from = stretch.a; from < stretch.b;) {
    if (ok[from] === 1) {
      from++;
      continue;
    }
    let to = from + 1;
    while (to < stretch.b && ok[to] === 0) to++;
    if (!isMoved(axis, from, to, dirty, due)) frozen.fill(1, from, to);
    from = to;
  }
}

function isMoved(
  axis: Axis,
  from: number,
  to: number,
  dirty: Uint8Array,
  due: DueElements,
): boolean {
  for (let e = Math.max(from - 1, 0); e < Math.min(to + 1, axis.n); e++) {
    if (dirty[e] === 1) return true;
  }
  for (let e = from; e < to; e++) if (due.newly[e] === 1 || due.differs[e] === 1) return true;
  return false;
}
