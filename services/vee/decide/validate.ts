/**
 * Validation of the axis: register residuals of lone missing parts, the rules over days and over blocks, and
 * what follows for each element: a valid value, none, or a block that needs a person.
 */
import { arena } from './arena.js';
import {
  addDecimal,
  decimalOf,
  type EstDay,
  roundDecimalToInteger,
  signOfDecimal,
  subDecimal,
} from '@mdmr/kernel';
import { type Axis, exactOf, NO_PIECE, RESIDUAL, setExact } from './axis.js';
import { type Block, blockOf, blockService, type DecimalsSeen } from './block.js';
import type { NveReason } from './model.js';
import { registerDecrease } from './rules/r-021-register-decrease.js';
import type { BlockRule, DayRemark, DayView, Remark, RegisterRule, Rule } from './rules/rule.js';
import type { Service } from './service-book.js';
import type { Placement, Stretch } from './stretch.js';

export interface RuleRemark<R extends Remark = Remark> {
  readonly rule: Rule;
  readonly remark: R;
  readonly accepted: boolean;
}

export interface DayCheck {
  readonly view: DayView;
  /** 1 = a value that 030, 031, ... made invalid. */
  readonly failed: Uint8Array;
  readonly remarks: RuleRemark<DayRemark>[];
}

export interface StretchCheck {
  readonly stretch: Stretch;
  /** Null: no bounds, or no VEE service. */
  readonly block: Block | null;
  readonly remarks: RuleRemark[];
  /** The registers bound the block: a pair that does not fall. */
  bounds: boolean;
  /** Gaps of it are NVE for this reason. */
  gapReason: NveReason | null;
  /** The whole block is NVE for this reason. */
  whole: NveReason | null;
}

/** Whether a person has accepted a rule's FAIL on elements [a, b). */
export type IsAccepted = (ruleId: string, a: number, b: number) => boolean;

export interface Validation {
  readonly days: readonly (DayCheck | null)[];
  readonly stretches: readonly StretchCheck[];
  /** 1 = the element has a value that stands. */
  readonly ok: Uint8Array;
  /** Index of the stretch of each element. */
  readonly stretchAt: Int32Array;
}

/** Null when decimals of a register are not known yet (`decimalsSeen` gave null). */
export function validate(
  axis: Axis,
  placement: Placement,
  decimalsSeen: DecimalsSeen,
  isAccepted: IsAccepted,
  wanted: (stretch: Stretch) => boolean,
): Validation | null {
  const stretches: StretchCheck[] = [];
  const stretchAt = arena.int32(axis.n);
  for (const stretch of placement.stretches) {
    const check = wanted(stretch)
      ? prepare(axis, stretch, decimalsSeen, isAccepted)
      : unchecked(stretch);
    if (check === null) return null;
    stretchAt.fill(stretches.length, stretch.a, stretch.b);
    stretches.push(check);
  }
  const days = axis.days.map((_, i) => checkDay(axis, i, isAccepted));
  const ok = validElements(axis, days);
  for (const check of stretches) checkBlock(axis, check, ok, isAccepted);
  return { days, stretches, ok, stretchAt };
}

function unchecked(stretch: Stretch): StretchCheck {
  return { stretch, block: null, remarks: [], bounds: false, gapReason: null, whole: null };
}

/** Residual of a lone part first: it is a value for every rule after it. */
function prepare(
  axis: Axis,
  stretch: Stretch,
  decimalsSeen: DecimalsSeen,
  isAccepted: IsAccepted,
): StretchCheck | null {
  const check = unchecked(stretch);
  const service = stretch.piece === NO_PIECE ? null : blockService(axis, stretch);
  if (service === null || stretch.left === null || stretch.right === null) return check;
  let block = blockOf(axis, stretch, service, decimalsSeen);
  if (block === null) return null;
  const decrease = registerDecrease.run(block);
  const falls = decrease?.severity === 'FAIL';
  if (!falls && block.missing === 1 && setResidual(axis, block)) {
    block = blockOf(axis, stretch, service, decimalsSeen)!;
  }
  const accepted = falls && isAccepted(registerDecrease.id, stretch.a, stretch.b);
  const gapReason: NveReason | null = falls && !accepted ? 'REGISTER_DECREASE' : null;
  return { ...check, block, bounds: !falls, gapReason };
}

/** A SHARED part that alone is missing in its block is what the registers leave for it. */
function setResidual(axis: Axis, block: Block): boolean {
  const { a, b } = block.stretch;
  let at = -1;
  let kept = decimalOf(0);
  for (let e = a; e < b; e++) {
    if (Number.isNaN(axis.value[e]!)) at = e;
    else kept = addDecimal(kept, exactOf(axis, e));
  }
  if (at < 0 || axis.shared[at] === 0) return false;
  const residual = subDecimal(block.exactRegisterWh, kept);
  if (signOfDecimal(residual) < 0) return false;
  setExact(axis, at, residual);
  axis.kind[at] = RESIDUAL;
  return true;
}

function checkDay(axis: Axis, dayAt: number, isAccepted: IsAccepted): DayCheck | null {
  const day = axis.days[dayAt]!;
  if (day.service === null) return null;
  const failed = arena.uint8(day.slots);
  const view: DayView = {
    channel: axis.facts.channel,
    minutes: day.minutes,
    values: intervalValues(axis, dayAt),
    expected: intervalExpected(axis, dayAt),
    facts: day.facts,
    at: day.service.at,
  };
  const remarks: RuleRemark<DayRemark>[] = [];
  for (const rule of day.service.rules) {
    if (rule.kind !== 'day' || !runsOn(rule, view.channel)) continue;
    const mine = arena.uint8(day.slots);
    const remark = rule.run(view, mine);
    if (remark === null) continue;
    const accepted =
      remark.severity === 'FAIL' && isAccepted(rule.id, ...elementsOf(axis, dayAt, remark));
    if (!accepted) for (let i = 0; i < day.slots; i++) failed[i]! |= mine[i]!;
    remarks.push({ rule, remark, accepted });
  }
  return { view, failed, remarks };
}

export function runsOn(rule: Rule, channel: string): boolean {
  return rule.channels === undefined || rule.channels.includes(channel);
}

/** Elements of the slots a remark means. */
function elementsOf(axis: Axis, dayAt: number, remark: DayRemark): [number, number] {
  const day = axis.days[dayAt]!;
  if (day.simple) return [day.first + remark.from, day.first + remark.to];
  let a = day.first;
  while (a < day.end && axis.slot[a]! < remark.from) a++;
  let b = a;
  while (b < day.end && axis.slot[b]! < remark.to) b++;
  return [a, b];
}

/** Wh per interval; a cut interval is the rounded sum of its parts, or none while one is missing. */
export function intervalValues(axis: Axis, dayAt: number): Float64Array {
  const day = axis.days[dayAt]!;
  if (day.simple) return axis.value.subarray(day.first, day.end);
  const values = arena.float64(day.slots);
  for (let e = day.first; e < day.end;) {
    const slot = axis.slot[e]!;
    let end = e + 1;
    while (end < day.end && axis.slot[end] === slot) end++;
    values[slot] = end === e + 1 ? axis.value[e]! : sumParts(axis, e, end);
    e = end;
  }
  return values;
}

function sumParts(axis: Axis, from: number, end: number): number {
  let sum = decimalOf(0);
  for (let e = from; e < end; e++) {
    if (Number.isNaN(axis.value[e]!)) return Number.NaN;
    sum = addDecimal(sum, exactOf(axis, e));
  }
  return Number(roundDecimalToInteger(sum));
}

function intervalExpected(axis: Axis, dayAt: number): Uint8Array {
  const day = axis.days[dayAt]!;
  if (day.simple) return axis.expected.subarray(day.first, day.end);
  const expected = arena.uint8(day.slots);
  for (let e = day.first; e < day.end; e++) expected[axis.slot[e]!]! |= axis.expected[e]!;
  return expected;
}

function validElements(axis: Axis, days: readonly (DayCheck | null)[]): Uint8Array {
  const ok = arena.uint8(axis.n);
  for (let e = 0; e < axis.n; e++) {
    const value = axis.value[e]!;
    if (value !== value) continue;
    const check = days[axis.dayAt[e]!]!;
    ok[e] = check === null || check.failed[axis.slot[e]!] === 0 ? 1 : 0;
  }
  return ok;
}

/** 021, 025, 023 and what they make of the block. */
function checkBlock(axis: Axis, check: StretchCheck, ok: Uint8Array, isAccepted: IsAccepted): void {
  const { stretch, block } = check;
  if (block === null) {
    noteUnbounded(axis, check);
    return;
  }
  let failed: string | null = null;
  for (const rule of block.service.rules) {
    if (rule.kind !== 'block' || !runsOn(rule, axis.facts.channel)) continue;
    const remark = blockRemark(rule, check, failed);
    if (remark === null) continue;
    const isFail = remark.severity === 'FAIL';
    const accepted = isFail && isAccepted(rule.id, stretch.a, stretch.b);
    check.remarks.push({ rule, remark, accepted });
    if (isFail) failed ??= rule.id;
    if (isFail && !accepted) settle(axis, check, rule, ok);
  }
}

function blockRemark(rule: BlockRule, check: StretchCheck, failed: string | null): Remark | null {
  if (rule.id !== registerDecrease.id && failed !== null) {
    return {
      severity: 'NOT_RUN',
      reason: failed === registerDecrease.id ? 'DECREASE' : 'MULTIPLIER',
    };
  }
  return rule.run(check.block!);
}

/** A FAIL of 025 takes the whole block; one of 023 too, unless an interval in it fails by itself. */
function settle(axis: Axis, check: StretchCheck, rule: Rule, ok: Uint8Array): void {
  const { a, b } = check.stretch;
  if (rule.no === 25) check.whole = 'MULTIPLIER';
  if (rule.no !== 23) return;
  for (let e = a; e < b; e++) if (ok[e] === 0) return;
  check.whole = contradiction(axis, check.stretch);
}

/** REGISTER_CONTRADICTION, but for a block that begins or ends inside a SHARED interval. */
export function contradiction(axis: Axis, stretch: Stretch): NveReason {
  const edges = axis.shared[stretch.a] === 1 || axis.shared[stretch.b - 1] === 1;
  return edges ? 'RELATION_AMBIGUOUS' : 'REGISTER_CONTRADICTION';
}

function noteUnbounded(axis: Axis, check: StretchCheck): void {
  const { stretch } = check;
  if (stretch.piece === NO_PIECE) return;
  const service = blockService(axis, stretch);
  for (const rule of service?.rules ?? []) {
    if (rule.kind !== 'block' || !runsOn(rule, axis.facts.channel)) continue;
    const remark: Remark = { severity: 'NOT_RUN', reason: 'NO_REGISTERS' };
    check.remarks.push({ rule, remark, accepted: false });
  }
}

/** R-022 by day: remarks of the registers that stand in it. */
export function registerRemarks(
  axis: Axis,
  placement: Placement,
): Map<EstDay, { rule: RegisterRule; remark: Remark; element: number }[]> {
  const found = new Map<EstDay, { rule: RegisterRule; remark: Remark; element: number }[]>();
  for (const read of placement.timed) {
    const element = read.far ? read.boundary : read.boundary - 1;
    // The interval that ends at the point names the day; before the axis it is another axis' business.
    if (element < 0) continue;
    const day = axis.days[axis.dayAt[element]!]!;
    const rule = registerRule(day.service);
    const remark = rule?.run(read.offsetMs, day.service!.at) ?? null;
    if (remark === null) continue;
    const list = found.get(day.day) ?? [];
    list.push({ rule: rule!, remark, element });
    found.set(day.day, list);
  }
  return found;
}

function registerRule(service: Service | null): RegisterRule | null {
  const rule = service?.rules.find((r) => r.kind === 'register');
  return rule?.kind === 'register' ? rule : null;
}
