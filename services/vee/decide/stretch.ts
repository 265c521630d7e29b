/**
 * Registers find their place on the axis and cut it into stretches: elements [a, b) of one piece between two
 * consecutive registers that bound. A stretch with both bounds is a block (vee.md: installation, channel,
 * multiplier); one without runs to the end of the piece or of the axis.
 */
import {
  type Decimal,
  decimalOf,
  decimalToString,
  type Instant,
  MINUTE_MS,
  mulDecimal,
  trimDecimal,
} from '@mdmr/kernel';
import { type Axis, NO_PIECE } from './axis.js';
import type { Piece } from './facts.js';
import type { PlacedRead, RegisterRead } from './model.js';

/** A register at an element boundary: it stands where element `at` starts. */
export interface Bound {
  readonly at: number;
  readonly instant: Instant;
  readonly units: number;
  readonly scale: number;
  readonly kind: 'READ' | 'INSTALL' | 'REMOVAL';
  readonly offsetMs: number;
}

export interface Stretch {
  /** Index in axis.pieces; -1: no meter, nothing is expected. */
  readonly piece: number;
  readonly a: number;
  readonly b: number;
  readonly left: Bound | null;
  readonly right: Bound | null;
  /** The axis ends where the piece does not: a bound may lie beyond. */
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
}

export interface Placement {
  readonly stretches: readonly Stretch[];
  /** All registers, by piece and instant, with what they bound. */
  readonly reads: readonly PlacedRead[];
  /** Offsets of placed and of refused reads, for R-022: element boundary (or the nearest), read. */
  readonly timed: readonly { boundary: number; offsetMs: number; far: boolean }[];
}

interface Candidate {
  readonly read: RegisterRead;
  readonly boundary: number;
  readonly instant: Instant;
  readonly offsetMs: number;
}

/** Places the registers of the axis' days. `toleranceMinutes` is r-022.minutes of a day. */
export function placeRegisters(axis: Axis, toleranceMinutes: (dayAt: number) => number): Placement {
  const stretches: Stretch[] = [];
  const reads: PlacedRead[] = [];
  const timed: { boundary: number; offsetMs: number; far: boolean }[] = [];
  const all = collectReads(axis);
  for (let a = 0; a < axis.n;) {
    const piece = axis.piece[a]!;
    let b = a + 1;
    while (b < axis.n && axis.piece[b] === piece) b++;
    if (piece === NO_PIECE) {
      stretches.push(unbounded(NO_PIECE, a, b, false, false));
    } else {
      const bounds = boundsOf(axis, piece, a, b, all, toleranceMinutes, { reads, timed });
      cut(axis, piece, a, b, bounds, stretches);
    }
    a = b;
  }
  return { stretches, reads, timed };
}

function unbounded(
  piece: number,
  a: number,
  b: number,
  cutLeft: boolean,
  cutRight: boolean,
): Stretch {
  return { piece, a, b, left: null, right: null, cutLeft, cutRight };
}

/** Reads of all days without doubles: a midnight read may be listed with both of its days. */
function collectReads(axis: Axis): RegisterRead[] {
  const found: RegisterRead[] = [];
  for (const day of axis.days) {
    for (const read of day.row?.input?.registers ?? []) {
      const double = found.some((r) => r.at === read.at && r.meterId === read.meterId);
      if (!double) found.push(read);
    }
  }
  return found;
}

interface Collected {
  reads: PlacedRead[];
  timed: { boundary: number; offsetMs: number; far: boolean }[];
}

/** Bounds of a piece by boundary; its registers and their offsets go to `into`. */
function boundsOf(
  axis: Axis,
  pieceAt: number,
  a: number,
  b: number,
  all: readonly RegisterRead[],
  toleranceMinutes: (dayAt: number) => number,
  into: Collected,
): Bound[] {
  const piece = axis.pieces[pieceAt]!;
  const bounds = fixedBounds(axis, piece, a, b);
  for (const bound of bounds) into.reads.push(placed(piece, bound, bound.instant, bound.instant));
  const chosen = new Map<number, Candidate>();
  const candidates: (Candidate | null)[] = [];
  const mine = all.filter((r) => belongs(r, piece));
  for (const read of mine) {
    const candidate = candidateOf(axis, a, b, read, toleranceMinutes, into);
    candidates.push(candidate);
    if (candidate === null || bounds.some((f) => f.at === candidate.boundary)) continue;
    const held = chosen.get(candidate.boundary);
    if (held === undefined || isNearer(candidate, held)) chosen.set(candidate.boundary, candidate);
  }
  mine.forEach((read, i) => {
    const candidate = candidates[i]!;
    const stands = candidate !== null && chosen.get(candidate.boundary) === candidate;
    if (!stands && (read.at < piece.from || read.at > piece.to)) return;
    const bounds = stands ? candidate.instant : null;
    into.reads.push(placed(piece, { ...read, kind: 'READ' }, read.at, bounds));
  });
  for (const c of chosen.values()) {
    const { boundary, instant, offsetMs, read } = c;
    const { units, scale } = read;
    bounds.push({ at: boundary, instant, units, scale, kind: 'READ', offsetMs });
    if (offsetMs !== 0) into.timed.push({ boundary, offsetMs, far: false });
  }
  return bounds.sort((x, y) => x.at - y.at);
}

/** A read this near to a piece's end may stand for it. */
const BESIDE_MS = 60 * MINUTE_MS;

function belongs(read: RegisterRead, piece: Piece): boolean {
  if (read.meterId !== piece.meterId) return false;
  return read.at >= piece.from - BESIDE_MS && read.at <= piece.to + BESIDE_MS;
}

/** Install and removal reads bound at their instant, before any register of it. */
function fixedBounds(axis: Axis, piece: Piece, a: number, b: number): Bound[] {
  const bounds: Bound[] = [];
  if (piece.installRead !== null && axis.start[a] === piece.from) {
    bounds.push(fixed(a, piece.from, piece.installRead, 'INSTALL'));
  }
  if (piece.removalRead !== null && axis.end[b - 1] === piece.to) {
    bounds.push(fixed(b, piece.to, piece.removalRead, 'REMOVAL'));
  }
  return bounds;
}

function fixed(at: number, instant: Instant, read: Decimal, kind: 'INSTALL' | 'REMOVAL'): Bound {
  return { at, instant, units: Number(read.units), scale: read.scale, kind, offsetMs: 0 };
}

/** The grid point a read stands for, if one of the piece is near enough. */
function candidateOf(
  axis: Axis,
  a: number,
  b: number,
  read: RegisterRead,
  toleranceMinutes: (dayAt: number) => number,
  into: Collected,
): Candidate | null {
  const at = read.at;
  if (at === axis.start[a]) return { read, boundary: a, instant: at, offsetMs: 0 };
  if (at === axis.end[b - 1]) return { read, boundary: b, instant: at, offsetMs: 0 };
  const e = elementAt(axis, a, b, at);
  const day = axis.days[axis.dayAt[e]!]!;
  const gridFrom = day.startsAt + axis.slot[e]! * day.minutes * MINUTE_MS;
  const steps = (at - gridFrom) / (day.minutes * MINUTE_MS);
  // Half way: the earlier point.
  const instant = gridFrom + Math.ceil(steps - 0.5) * day.minutes * MINUTE_MS;
  const offsetMs = at - instant;
  const far = Math.abs(offsetMs) > toleranceMinutes(axis.dayAt[e]!) * MINUTE_MS;
  const boundary = instant === axis.start[e] ? e : instant === axis.end[e] ? e + 1 : -1;
  if (far || boundary < 0) {
    const inside = at > axis.start[a]! && at < axis.end[b - 1]!;
    if (inside) into.timed.push({ boundary: e, offsetMs, far: true });
    return null;
  }
  return { read, boundary, instant, offsetMs };
}

/** The element in which the instant lies, or the nearest of [a, b). */
function elementAt(axis: Axis, a: number, b: number, at: Instant): number {
  let low = a;
  let high = b - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (axis.start[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isNearer(a: Candidate, b: Candidate): boolean {
  const difference = Math.abs(a.offsetMs) - Math.abs(b.offsetMs);
  return difference < 0 || (difference === 0 && a.read.at < b.read.at);
}

function cut(
  axis: Axis,
  piece: number,
  a: number,
  b: number,
  bounds: readonly Bound[],
  into: Stretch[],
): void {
  const p = axis.pieces[piece]!;
  const cutLeft = axis.start[a]! > p.from && a === 0;
  const cutRight = axis.end[b - 1]! < p.to && b === axis.n;
  let left: Bound | null = null;
  let from = a;
  for (const right of bounds) {
    if (right.at > from) {
      const open = left === null && cutLeft;
      into.push({ piece, a: from, b: right.at, left, right, cutLeft: open, cutRight: false });
    }
    left = right;
    from = right.at;
  }
  if (from < b) {
    const open = left === null && cutLeft;
    into.push({ piece, a: from, b, left, right: null, cutLeft: open, cutRight });
  }
}

/** A read as it leaves with the verdict. */
function placed(
  piece: Piece,
  read: { units: number; scale: number; kind: PlacedRead['kind']; flag?: string },
  at: Instant,
  bounds: Instant | null,
): PlacedRead {
  const { units, scale, kind } = read;
  return {
    at,
    bounds,
    meterId: piece.meterId,
    units,
    scale,
    kind,
    flag: read.flag ?? '',
    wh: energyText(piece, units, scale),
    resolutionWh: energyText(piece, 1, piece.decimals ?? scale),
  };
}

const THOUSAND = decimalOf(1000);

/** Decimals of meter units that are whole Wh: kWh have three. */
const WH_SCALE = 3;

/** Exact customer Wh of units x 10^-scale meter units. */
export function energyText({ multiplier }: Piece, units: number, scale: number): string {
  // Nearly all multipliers and registers are such that a number holds it; decimals are made of bigints.
  const places = WH_SCALE - scale - multiplier.scale;
  if (places >= 0) {
    const wh = units * Number(multiplier.units) * 10 ** places;
    if (Number.isSafeInteger(wh)) return String(wh);
  }
  const metered = mulDecimal(decimalOf(units, scale), multiplier);
  return decimalToString(trimDecimal(mulDecimal(metered, THOUSAND)));
}
