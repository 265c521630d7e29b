/**
 * Judges a channel: validates the days touched and every block that touches them, makes estimates again where
 * something of their block changed, and makes those that are due. Pure: what it does not know it asks for
 * (`need`), and is called again with more days.
 */
import { arena } from './arena.js';
import { DAY_MS, dayOfInstant, type EstDay, HOUR_MS } from '@mdmr/kernel';
import { type Axis, buildAxis, MEASURED, RESIDUAL } from './axis.js';
import { decimalsWindow } from './block.js';
import { composeDay, type Decided } from './compose.js';
import { type Dirt, dirtOf } from './dirt.js';
import { decideStretch } from './estimate.js';
import type { ChannelFacts } from './facts.js';
import { checkLimits, movedValidity, wasDueElements } from './due.js';
import { runStarts } from './gaps.js';
import { History } from './history.js';
import type { DayRow, Verdict } from './model.js';
import { emptyResults } from './results.js';
import type { ServiceBook } from './service-book.js';
import { frozenElements, growSpan, type Span, touchesDays } from './span.js';
import { type Placement, placeRegisters, type Stretch } from './stretch.js';
import { type IsAccepted, validate, type Validation } from './validate.js';

/** Rows the caller has: all of [from, to], and what it knows of registers beyond. */
export interface Window {
  readonly from: EstDay;
  readonly to: EstDay;
  rows(day: EstDay): DayRow | null;
  /** Nearest day with a register before `from` (after `to`); null = none; undefined = not looked for. */
  readonly registerBefore?: EstDay | null;
  readonly registerAfter?: EstDay | null;
}

export interface Task {
  readonly facts: ChannelFacts;
  readonly book: ServiceBook;
  readonly window: Window;
  /** Days to judge. */
  readonly touched: ReadonlySet<EstDay>;
  /** The final run: intervals of these days without a value are estimated now. */
  readonly due?: (day: EstDay) => boolean;
  /** A person accepts a rule on the days [startDay, endDay). */
  readonly accept?: { rule: string; startDay: EstDay; endDay: EstDay };
}

/** What else must be known: rows of [from, to], or where the next registers are. */
export interface Need {
  readonly from?: EstDay;
  readonly to?: EstDay;
  readonly registerBefore?: true;
  readonly registerAfter?: true;
}

export type Judgement =
  | { readonly need: Need; readonly verdicts?: undefined }
  | { readonly need?: undefined; readonly verdicts: readonly Verdict[] };

const MAX_ROUNDS = 200;

export function judge(task: Task): Judgement {
  const days = [...task.touched];
  let span: Span = { from: Math.min(...days), to: Math.max(...days) };
  let emit: ReadonlySet<EstDay> = task.touched;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (span.from < task.window.from || span.to > task.window.to) {
      return { need: { from: span.from, to: span.to } };
    }
    arena.reset();
    const work = new Judging(task, span, emit);
    const step = work.run();
    if (step.verdicts || step.need) return step;
    span = step.span ?? span;
    emit = step.emit ?? emit;
  }
  return { need: {} };
}

type Step =
  | { need: Need; verdicts?: undefined; span?: undefined; emit?: undefined }
  | { need?: undefined; verdicts: Verdict[]; span?: undefined; emit?: undefined }
  | { need?: undefined; verdicts?: undefined; span?: Span; emit?: ReadonlySet<EstDay> };

/** One attempt with one span of days. */
class Judging {
  readonly #axis: Axis;
  readonly #placement: Placement;
  readonly #dirt: Dirt;
  #decimalsFrom: EstDay | null = null;

  constructor(
    private readonly task: Task,
    private readonly span: Span,
    private readonly emit: ReadonlySet<EstDay>,
  ) {
    const { facts, book, window } = task;
    this.#axis = buildAxis(facts, (day) => window.rows(day), span.from, span.to, book);
    const tolerance = (dayAt: number) => this.#axis.days[dayAt]!.service?.at['r-022.minutes'] ?? 0;
    this.#placement = placeRegisters(this.#axis, tolerance);
    this.#dirt = dirtOf(this.#axis, (i) => task.touched.has(this.#axis.days[i]!.day));
  }

  run(): Step {
    const axis = this.#axis;
    const wanted = (s: Stretch) => touchesDays(axis, s, this.emit);
    const open = growSpan(axis, this.#placement.stretches.filter(wanted), this.task.window);
    if (open !== null) return open;
    const validation = this.#validate(wanted);
    if (validation === null) return { need: { from: this.#decimalsFrom! } };
    const plan = this.#plan(validation, wanted);
    if (plan.grow) return plan.grow;
    return this.#decide(validation, plan);
  }

  #validate(wanted: (s: Stretch) => boolean): Validation | null {
    const seen = (meterId: string, end: number) => this.#decimalsSeen(meterId, end);
    return validate(this.#axis, this.#placement, seen, this.#isAccepted, wanted);
  }

  /** Most decimals of the meter's register in the 30 days before the block's end. */
  #decimalsSeen(meterId: string, end: number): number | null {
    const { window, facts } = this.task;
    const { from, to } = decimalsWindow(end);
    const installed = facts.pieces.find((p) => p.meterId === meterId)?.from ?? -Infinity;
    const earliest = Math.max(from, dayOfInstant(installed));
    if (earliest < window.from) {
      this.#decimalsFrom = earliest;
      return null;
    }
    let decimals = 0;
    for (let day = earliest; day <= Math.min(to, window.to); day++) {
      for (const read of window.rows(day)?.input?.registers ?? []) {
        if (read.meterId === meterId && read.at <= end + DAY_MS) {
          decimals = Math.max(decimals, read.scale);
        }
      }
    }
    for (const piece of facts.pieces) {
      if (piece.meterId !== meterId) continue;
      decimals = Math.max(decimals, piece.installRead?.scale ?? 0, piece.removalRead?.scale ?? 0);
    }
    return decimals;
  }

  /** Accepted now, or earlier and none of the values changed since. */
  readonly #isAccepted: IsAccepted = (ruleId, a, b) => {
    const { accept } = this.task;
    const axis = this.#axis;
    const first = axis.days[axis.dayAt[a]!]!;
    const last = axis.days[axis.dayAt[b - 1]!]!;
    if (accept?.rule === ruleId && first.day < accept.endDay && last.day >= accept.startDay) {
      return true;
    }
    if (!hasStoredFail(axis, ruleId, a, b, true)) return false;
    for (let e = a; e < b; e++) if (this.#dirt.value[e] === 1) return false;
    return !this.#registerChanged(a, b);
  };

  /** The acceptance at hand is about a finding of the stretch. */
  #accepts(stretch: Stretch): boolean {
    const rule = this.task.accept?.rule;
    return rule !== undefined && hasStoredFail(this.#axis, rule, stretch.a, stretch.b, false);
  }

  #registerChanged(a: number, b: number): boolean {
    const slack = 5 * 60_000;
    const from = this.#axis.start[a]! - slack;
    const to = this.#axis.end[b - 1]! + slack;
    return this.#dirt.registers.some((at) => at >= from && at <= to);
  }

  /** Which stretches are decided anew, and whether more days must be seen for it. */
  #plan(validation: Validation, wanted: (s: Stretch) => boolean): Plan {
    const axis = this.#axis;
    const due = this.#dueElements(validation);
    const remade = validation.stretches.map(({ stretch }) => {
      if (!wanted(stretch)) return false;
      if (this.#registerChanged(stretch.a, stretch.b) || this.#accepts(stretch)) return true;
      for (let e = stretch.a; e < stretch.b; e++) {
        if (this.#dirt.element[e] === 1 || due.newly[e] === 1 || due.differs[e] === 1) return true;
      }
      return false;
    });
    joinShared(axis, validation, remade);
    const emit = new Set(this.emit);
    const runStart = runStarts(axis, validation.ok);
    const frozen = arena.uint8(axis.n);
    for (const [i, { stretch, block }] of validation.stretches.entries()) {
      if (!remade[i]) continue;
      if (block === null && !this.#accepts(stretch)) {
        frozenElements(axis, stretch, validation.ok, this.#dirt.element, due, frozen);
      }
      for (let e = stretch.a; e < stretch.b; e++) {
        if (frozen[e] === 0 && (block !== null || validation.ok[e] === 0)) {
          emit.add(axis.days[axis.dayAt[e]!]!.day);
        }
      }
    }
    const plan = { remade, due: due.all, runStart, frozen, emit };
    if (emit.size > this.emit.size) return { ...plan, grow: { emit } };
    return { ...plan, grow: this.#growForGaps(validation, remade, due.all, frozen, runStart) };
  }

  /** A due gap at the edge of the axis: where it began, or what stands beside it, must be seen. */
  #growForGaps(
    validation: Validation,
    remade: readonly boolean[],
    due: Uint8Array,
    frozen: Uint8Array,
    runStart: Int32Array,
  ): Step | null {
    const axis = this.#axis;
    const { facts } = this.task;
    const firstPiece = facts.pieces[0];
    let from = this.span.from;
    let to = this.span.to;
    const made = (e: number) =>
      due[e] === 1 && frozen[e] === 0 && remade[validation.stretchAt[e]!] === true;
    const edge = axis.days[0]!.day;
    for (let e = 0; e < axis.n && runStart[e] === edge; e++) {
      if (!made(e) || firstPiece === undefined || firstPiece.from >= axis.start[0]!) continue;
      const day = axis.days[axis.dayAt[e]!]!;
      const limit = (day.service?.at['gap.days'] ?? 0) + 1;
      if (day.day - edge < limit) from = Math.min(from, edge - (axis.days.length > 1 ? 8 : 1));
    }
    const last = axis.n - 1;
    if (made(last) && isShort(axis, validation.ok)) to = axis.to + 1;
    if (from === this.span.from && to === this.span.to) return null;
    const earliest = firstPiece === undefined ? from : dayOfInstant(firstPiece.from);
    return { span: { from: Math.max(from, Math.min(earliest, this.span.from)), to } };
  }

  /** Elements to be estimated if they have no valid value, and how their validity moved. */
  #dueElements(validation: Validation): DueElements {
    const axis = this.#axis;
    const all = wasDueElements(axis);
    const newly = arena.uint8(axis.n);
    const { due, touched } = this.task;
    const differs = movedValidity(axis, validation, touched);
    if (due === undefined) return { all, newly, differs };
    for (let e = 0; e < axis.n; e++) {
      const { day } = axis.days[axis.dayAt[e]!]!;
      if (axis.expected[e] === 0 || !touched.has(day) || !due(day)) continue;
      const whole = validation.stretches[validation.stretchAt[e]!]!.whole !== null;
      if (all[e] === 1 || (validation.ok[e] === 1 && !whole)) continue;
      all[e] = 1;
      newly[e] = 1;
    }
    return { all, newly, differs };
  }

  #decide(validation: Validation, plan: Plan): Step {
    const axis = this.#axis;
    const results = emptyResults(axis.n);
    const history = this.#history(validation);
    const { due, runStart, frozen } = plan;
    const isAccepted = this.#isAccepted;
    const { ok } = validation;
    const stands = standing(axis, validation, this.task.touched);
    const setting = { axis, ok, stands, due, runStart, frozen, history, isAccepted, results };
    validation.stretches.forEach((check, i) => {
      if (plan.remade[i]) decideStretch(setting, check);
    });
    if (history.askedFrom < history.knownFrom) return { need: { from: history.askedFrom } };
    const decided: Decided = { axis, placement: this.#placement, validation, results };
    checkLimits(decided, isAccepted);
    const verdicts: Verdict[] = [];
    axis.days.forEach((day, i) => {
      // A day that nobody knows and nobody asks for stays unknown.
      const known = day.row !== null || this.task.touched.has(day.day);
      if (known && this.emit.has(day.day)) verdicts.push(composeDay(decided, i));
    });
    return { verdicts };
  }

  #history(validation: Validation): History {
    const { window, facts, touched } = this.task;
    const axis = this.#axis;
    const first = facts.pieces[0];
    const nothingBefore = first === undefined ? window.from : dayOfInstant(first.from);
    const current = (day: EstDay) =>
      touched.has(day) && day >= axis.from && day <= axis.to
        ? currentDonor(axis, validation, day - axis.from)
        : undefined;
    return new History(window.from, nothingBefore, (day) => window.rows(day), current);
  }
}

interface Plan {
  readonly remade: readonly boolean[];
  readonly due: Uint8Array;
  readonly runStart: Int32Array;
  readonly frozen: Uint8Array;
  readonly emit: ReadonlySet<EstDay>;
  readonly grow: Step | null;
}

export interface DueElements {
  readonly all: Uint8Array;
  readonly newly: Uint8Array;
  readonly differs: Uint8Array;
}

/** A FAIL of the rule stored for elements of [a, b); `accepted`: one that was accepted. */
function hasStoredFail(
  axis: Axis,
  ruleId: string,
  a: number,
  b: number,
  accepted: boolean,
): boolean {
  const first = axis.dayAt[a]!;
  const last = axis.dayAt[b - 1]!;
  for (let i = first; i <= last; i++) {
    const day = axis.days[i]!;
    for (const finding of day.row?.verdict?.findings ?? []) {
      if (finding.rule !== ruleId || finding.severity !== 'FAIL') continue;
      if (accepted && finding.outcome !== 'ACCEPTED') continue;
      for (let e = Math.max(a, day.first); e < Math.min(b, day.end); e++) {
        if (axis.slot[e]! >= finding.from && axis.slot[e]! < finding.to) return true;
      }
    }
  }
  return false;
}

/** 1 = the value stands. Of days that are not judged now the stored verdict says it. */
function standing(axis: Axis, validation: Validation, touched: ReadonlySet<EstDay>): Uint8Array {
  const stands = arena.uint8(axis.n);
  for (let e = 0; e < axis.n; e++) {
    const day = axis.days[axis.dayAt[e]!]!;
    const verdict = touched.has(day.day) ? null : day.row?.verdict;
    if (verdict && verdict.minutes === day.minutes) {
      stands[e] = verdict.states[axis.slot[e]!] === 'V' ? 1 : 0;
    } else {
      const whole = validation.stretches[validation.stretchAt[e]!]!.whole !== null;
      stands[e] = validation.ok[e] === 1 && !whole ? 1 : 0;
    }
  }
  return stands;
}

/** The gap at the end of the axis is short enough for the line: its later neighbour may count. */
function isShort(axis: Axis, ok: Uint8Array): boolean {
  const hours = axis.days.at(-1)!.service?.at['lin.hours'] ?? 0;
  const earliest = axis.end[axis.n - 1]! - hours * HOUR_MS;
  let e = axis.n - 1;
  while (e >= 0 && ok[e] === 0) e--;
  return e >= 0 && axis.end[e]! >= earliest;
}

/** Blocks that meet in a SHARED interval are decided together. */
function joinShared(axis: Axis, validation: Validation, remade: boolean[]): void {
  for (let again = true; again;) {
    again = false;
    for (let e = 1; e < axis.n; e++) {
      if (axis.slot[e] !== axis.slot[e - 1] || axis.dayAt[e] !== axis.dayAt[e - 1]) continue;
      const left = validation.stretchAt[e - 1]!;
      const right = validation.stretchAt[e]!;
      if (remade[left] === remade[right]) continue;
      remade[left] = true;
      remade[right] = true;
      again = true;
    }
  }
}

/** A day that is being judged, as a donor: all expected values measured and standing. */
function currentDonor(
  axis: Axis,
  validation: Validation,
  dayAt: number,
): { day: EstDay; minutes: number; values: Float64Array; account: string } | null {
  const day = axis.days[dayAt]!;
  const check = validation.days[dayAt];
  if (!check) return null;
  let some = false;
  for (let e = day.first; e < day.end; e++) {
    if (axis.expected[e] === 0) continue;
    const kind = axis.kind[e];
    if (validation.ok[e] === 0 || (kind !== MEASURED && kind !== RESIDUAL)) return null;
    const { remarks } = validation.stretches[validation.stretchAt[e]!]!;
    if (remarks.some((r) => r.rule.no === 23 && r.remark.severity === 'FAIL')) return null;
    some = true;
  }
  if (!some) return null;
  const { minutes, facts } = day;
  return { day: day.day, minutes, values: check.view.values, account: facts.accountRef };
}
