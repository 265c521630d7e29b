/**
 * The intervals of some consecutive days on one time axis, as typed arrays. An element is an interval, or the
 * part of one that one piece (facts.ts) covers: a SHARED interval has one element a meter, an interval in which
 * a multiplier changes one a piece. What no piece covers is an element of piece -1.
 */
import { arena } from './arena.js';
import {
  DAY_MS,
  type Decimal,
  decimalOf,
  type EstDay,
  type Instant,
  MINUTE_MS,
  parseDecimal,
  present,
  startOfDay,
} from '@mdmr/kernel';
import {
  type ChannelFacts,
  type DayFacts,
  expectsValues,
  lengthOn,
  type Piece,
  piecesWithin,
  sameInstallation,
} from './facts.js';
import { type DayInput, type DayRow, isMeasured, slotsOf } from './model.js';
import type { Service, ServiceBook } from './service-book.js';

/** What an element's value is: none, measured, the head-end's estimate, a register residual. */
export const NONE = 0;
export const MEASURED = 1;
export const HEAD_END = 2;
export const RESIDUAL = 3;

export const NO_PIECE = -1;
const DEFAULT_MINUTES = 60;

export interface AxisDay {
  readonly day: EstDay;
  readonly startsAt: Instant;
  readonly minutes: number;
  readonly slots: number;
  /** Elements [first, end). */
  readonly first: number;
  readonly end: number;
  /** Element `first + slot` is the whole interval `slot`. */
  readonly simple: boolean;
  readonly row: DayRow | null;
  readonly facts: DayFacts;
  readonly service: Service | null;
  /** Status asks for values. */
  readonly expects: boolean;
}

export interface Axis {
  readonly from: EstDay;
  readonly to: EstDay;
  readonly facts: ChannelFacts;
  readonly days: readonly AxisDay[];
  readonly pieces: readonly Piece[];
  readonly n: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly dayAt: Int32Array;
  readonly slot: Int32Array;
  readonly piece: Int32Array;
  /** Wh; NaN = none. Of a part not always whole. */
  readonly value: Float64Array;
  readonly kind: Uint8Array;
  readonly expected: Uint8Array;
  /** 1 = part of an interval with an installation boundary inside. */
  readonly shared: Uint8Array;
  /** Exact Wh of parts. */
  readonly exact: Map<number, Decimal>;
}

interface DayPlan {
  readonly day: EstDay;
  readonly minutes: number;
  readonly pieces: readonly Piece[];
  readonly simple: boolean;
  readonly row: DayRow | null;
  /** Elements beside one a slot. */
  readonly extra: number;
}

export type Rows = (day: EstDay) => DayRow | null;

export function buildAxis(
  facts: ChannelFacts,
  rows: Rows,
  from: EstDay,
  to: EstDay,
  book: ServiceBook,
): Axis {
  const plans: DayPlan[] = [];
  let n = 0;
  for (let day = from; day <= to; day++) {
    const plan = planDay(facts, day, rows(day));
    plans.push(plan);
    n += slotsOf(plan.minutes) + plan.extra;
  }
  const days: AxisDay[] = [];
  const axis: Axis = {
    from,
    to,
    facts,
    days,
    pieces: facts.pieces,
    n,
    start: arena.float64(n),
    end: arena.float64(n),
    dayAt: arena.int32(n),
    slot: arena.int32(n),
    piece: arena.int32(n),
    value: arena.float64(n),
    kind: arena.uint8(n),
    expected: arena.uint8(n),
    shared: arena.uint8(n),
    exact: new Map(),
  };
  let at = 0;
  for (const plan of plans) {
    const day = axisDay(facts, plan, at, book);
    days.push(day);
    if (plan.simple) fillSimple(axis, day, plan.pieces);
    else fillCut(axis, day, plan.pieces);
    at = day.end;
  }
  return axis;
}

function planDay(facts: ChannelFacts, day: EstDay, row: DayRow | null): DayPlan {
  const from = startOfDay(day);
  const pieces = piecesWithin(facts, from, from + DAY_MS);
  const minutes = minutesOf(facts, day, row);
  const whole = pieces.length === 1 && pieces[0]!.from <= from && pieces[0]!.to >= from + DAY_MS;
  const simple = whole || pieces.length === 0;
  const plan = { day, minutes, pieces, simple, row };
  return { ...plan, extra: simple ? 0 : extraElements(pieces, from, minutes) };
}

function minutesOf(facts: ChannelFacts, day: EstDay, row: DayRow | null): number {
  const input = row?.input;
  if (input && hasValues(input)) return input.minutes;
  return lengthOn(facts, day) ?? row?.verdict?.minutes ?? input?.minutes ?? DEFAULT_MINUTES;
}

/** A flag other than "absent" or a part makes a day's length known. */
function hasValues(input: DayInput): boolean {
  if (input.shared.length > 0) return true;
  for (let i = 0; i < input.flags.length; i++) if (input.flags[i] !== '.') return true;
  return false;
}

function extraElements(pieces: readonly Piece[], dayFrom: Instant, minutes: number): number {
  const length = minutes * MINUTE_MS;
  let extra = 0;
  for (let from = dayFrom; from < dayFrom + DAY_MS; from += length) {
    const covering = countWithin(pieces, from, from + length);
    if (covering > 1) extra += covering - 1;
  }
  return extra;
}

function countWithin(pieces: readonly Piece[], from: Instant, to: Instant): number {
  let count = 0;
  for (const piece of pieces) if (piece.from < to && piece.to > from) count++;
  return count;
}

function axisDay(facts: ChannelFacts, plan: DayPlan, first: number, book: ServiceBook): AxisDay {
  const dayFacts = facts.on(plan.day);
  const slots = slotsOf(plan.minutes);
  return {
    day: plan.day,
    startsAt: startOfDay(plan.day),
    minutes: plan.minutes,
    slots,
    first,
    end: first + slots + plan.extra,
    simple: plan.simple,
    row: plan.row,
    facts: dayFacts,
    service: book.on(dayFacts.serviceId, plan.day),
    expects: expectsValues(dayFacts),
  };
}

/** One piece, or none, covers the whole day. */
function fillSimple(axis: Axis, day: AxisDay, pieces: readonly Piece[]): void {
  const length = day.minutes * MINUTE_MS;
  const dayAt = axis.days.length - 1;
  const piece = pieces.length === 0 ? NO_PIECE : axis.pieces.indexOf(pieces[0]!);
  const expected = day.expects && piece !== NO_PIECE ? 1 : 0;
  const input = usable(day);
  for (let slot = 0; slot < day.slots; slot++) {
    const e = day.first + slot;
    axis.start[e] = day.startsAt + slot * length;
    axis.end[e] = day.startsAt + (slot + 1) * length;
    axis.dayAt[e] = dayAt;
    axis.slot[e] = slot;
    axis.piece[e] = piece;
    axis.expected[e] = expected;
    setWhole(axis, e, input, slot);
  }
}

/** The input where its grid is the day's. */
function usable(day: AxisDay): DayInput | null {
  const input = day.row?.input ?? null;
  return input !== null && input.minutes === day.minutes ? input : null;
}

function setWhole(axis: Axis, e: number, input: DayInput | null, slot: number): void {
  const value = input === null ? Number.NaN : input.values[slot]!;
  axis.value[e] = value;
  if (value !== value) return;
  const flag = input!.flags[slot]!;
  axis.kind[e] = flag === 'E' ? HEAD_END : isMeasured(flag) ? MEASURED : NONE;
  if (axis.kind[e] === NONE) axis.value[e] = Number.NaN;
}

/** An installation or a multiplier begins or ends on the day. */
function fillCut(axis: Axis, day: AxisDay, pieces: readonly Piece[]): void {
  const length = day.minutes * MINUTE_MS;
  const dayAt = axis.days.length - 1;
  const input = usable(day);
  let e = day.first;
  for (let slot = 0; slot < day.slots; slot++) {
    const from = day.startsAt + slot * length;
    const covering = piecesWithin({ ...axis.facts, pieces }, from, from + length);
    const shared = covering.some((p) => !sameInstallation(p, covering[0]!));
    for (const piece of covering.length > 0 ? covering : [null]) {
      axis.start[e] = piece === null ? from : Math.max(from, piece.from);
      axis.end[e] = piece === null ? from + length : Math.min(from + length, piece.to);
      axis.dayAt[e] = dayAt;
      axis.slot[e] = slot;
      axis.piece[e] = piece === null ? NO_PIECE : axis.pieces.indexOf(piece);
      axis.expected[e] = day.expects && piece !== null ? 1 : 0;
      axis.shared[e] = shared ? 1 : 0;
      if (covering.length > 1) setPart(axis, e, input, piece!);
      else setWhole(axis, e, input, slot);
      e++;
    }
  }
}

function setPart(axis: Axis, e: number, input: DayInput | null, piece: Piece): void {
  axis.value[e] = Number.NaN;
  const slot = axis.slot[e]!;
  const shared = input?.shared.find((s) => s.index === slot);
  const part = shared?.parts.find(
    (p) => p.meterId === piece.meterId && p.from < axis.end[e]! && p.to > axis.start[e]!,
  );
  if (part === undefined || part.wh === null) return;
  setExact(axis, e, present(parseDecimal(part.wh), 'a decimal part'));
  axis.kind[e] = input!.flags[slot] === 'E' ? HEAD_END : MEASURED;
}

/** Gives an element an exact value. */
export function setExact(axis: Axis, e: number, wh: Decimal): void {
  axis.exact.set(e, wh);
  axis.value[e] = Number(wh.units) / 10 ** wh.scale;
}

/** Exact Wh of an element that has a value. */
export function exactOf(axis: Axis, e: number): Decimal {
  return axis.exact.get(e) ?? decimalOf(axis.value[e]!);
}

/** True if the element is its whole interval. */
export function isWhole(axis: Axis, e: number): boolean {
  const day = axis.days[axis.dayAt[e]!]!;
  return axis.end[e]! - axis.start[e]! === day.minutes * MINUTE_MS;
}

/** Elements of the same interval, [first, end). */
export function siblings(axis: Axis, e: number): { first: number; end: number } {
  let first = e;
  let end = e + 1;
  const same = (i: number) => axis.slot[i] === axis.slot[e] && axis.dayAt[i] === axis.dayAt[e];
  while (first > 0 && same(first - 1)) first--;
  while (end < axis.n && same(end)) end++;
  return { first, end };
}
