/** A stretch between two bounds in numbers: what the block rules and the estimation ask. */
import {
  DAY_MS,
  type Decimal,
  decimalOf,
  type EstDay,
  HOUR_MS,
  type Instant,
  mulDecimal,
  startOfDay,
} from '@mdmr/kernel';
import { type Axis, type AxisDay } from './axis.js';
import type { Piece } from './facts.js';
import { deltaWithRollover } from './rules/r-021-register-decrease.js';
import { toleranceWh } from './rules/r-023-sum-check.js';
import { limitKwOf } from './rules/r-031-physical-limit.js';
import type { BlockView } from './rules/rule.js';
import type { Service } from './service-book.js';
import type { Bound, Stretch } from './stretch.js';

/** Days in which decimals of a register are looked for, when the directory does not name them. */
export const DECIMALS_DAYS = 30;

/** Most decimals seen in a meter's register in the days before an instant; null = ask for more days. */
export type DecimalsSeen = (meterId: string, end: Instant) => number | null;

export interface Block extends BlockView {
  readonly service: Service;
  readonly lastDay: AxisDay;
  /** m dR in Wh, exact, rollover counted. */
  readonly exactRegisterWh: Decimal;
  /** r in meter units as decimals. */
  readonly decimals: number;
  /** Energy R-022 adds to T, Wh. */
  readonly slackWh: number;
}

/** The service in force on the block's last day judges it; without one there is no block. */
export function blockService(axis: Axis, stretch: Stretch): Service | null {
  return axis.days[axis.dayAt[stretch.b - 1]!]!.service;
}

/** Null when the register's decimals are not known yet: more days are needed. */
export function blockOf(
  axis: Axis,
  stretch: Stretch,
  service: Service,
  decimalsSeen: DecimalsSeen,
): Block | null {
  const piece = axis.pieces[stretch.piece]!;
  const left = stretch.left!;
  const right = stretch.right!;
  const decimals = piece.decimals ?? decimalsSeen(piece.meterId, axis.end[stretch.b - 1]!);
  if (decimals === null) return null;
  const lastDay = axis.days[axis.dayAt[stretch.b - 1]!]!;
  const m = Number(piece.multiplier.units) / 10 ** piece.multiplier.scale;
  const limitKw = limitKwOf(axis.facts.channel, lastDay.facts, service.at);
  const hours = (axis.end[stretch.b - 1]! - axis.start[stretch.a]!) / HOUR_MS;
  const near = service.at['r-021.near']!;
  const step = registerStep(left, right, piece, { m, near, limitKw, hours });
  const { rawDelta, delta } = step;
  const sums = sumOf(axis, stretch);
  const n = stretch.b - stretch.a;
  const r = 10 ** -decimals;
  const slackWh = slackOf(axis, left) + slackOf(axis, right);
  const exactRegisterWh = registerEnergy(step.steps, step.scale, piece.multiplier);
  return {
    stretch,
    left,
    right,
    m,
    r,
    dials: piece.dials,
    rawDelta,
    delta,
    n,
    missing: sums.missing,
    sumWh: sums.sum,
    registerWh: Number(exactRegisterWh.units) / 10 ** exactRegisterWh.scale,
    toleranceWh: toleranceWh(m, r, n, sums.sum, service.at['r-023.share']!) + slackWh,
    limitKw,
    hours,
    at: service.at,
    service,
    lastDay,
    exactRegisterWh,
    decimals,
    slackWh,
  };
}

export interface RegisterStep {
  /** dR in meter units before any rollover, and after it. */
  readonly rawDelta: number;
  readonly delta: number;
  /** dR after it, as steps x 10^-scale. */
  readonly steps: number;
  readonly scale: number;
}

/** What lies between two bounds of a piece. */
export function registerStep(
  left: Bound,
  right: Bound,
  { dials }: Piece,
  known: { m: number; near: number; limitKw: number | null; hours: number },
): RegisterStep {
  const { m, near, limitKw, hours } = known;
  const scale = Math.max(left.scale, right.scale);
  const unit = 10 ** scale;
  const steps = unitsAt(right, scale) - unitsAt(left, scale);
  const rawDelta = steps / unit;
  const r0 = left.units / 10 ** left.scale;
  const delta = deltaWithRollover(r0, rawDelta, dials, m, near, limitKw, hours);
  const wrapped = delta === rawDelta ? steps : steps + unit * 10 ** dials;
  return { rawDelta, delta, steps: wrapped, scale };
}

const THOUSAND = decimalOf(1000);

function registerEnergy(steps: number, scale: number, multiplier: Decimal): Decimal {
  return mulDecimal(mulDecimal(decimalOf(steps, scale), multiplier), THOUSAND);
}

function unitsAt(bound: Bound, scale: number): number {
  return bound.units * 10 ** (scale - bound.scale);
}

/** Sum of the values there are, and how many are not. */
function sumOf(axis: Axis, stretch: Stretch): { sum: number; missing: number } {
  let sum = 0;
  let missing = 0;
  for (let e = stretch.a; e < stretch.b; e++) {
    const value = axis.value[e]!;
    if (value === value) sum += value;
    else missing++;
  }
  return { sum, missing };
}

/** a register off its grid point lets T grow by the larger interval beside the point. */
function slackOf(axis: Axis, bound: Bound): number {
  if (bound.offsetMs === 0) return 0;
  const before = bound.at > 0 ? axis.value[bound.at - 1]! : Number.NaN;
  const after = bound.at < axis.n ? axis.value[bound.at]! : Number.NaN;
  return Math.max(before > 0 ? before : 0, after > 0 ? after : 0);
}

/** T again for another sum, e.g. with the estimates in it. */
export function toleranceFor(block: Block, sumWh: number): number {
  const share = block.service.at['r-023.share']!;
  return toleranceWh(block.m, block.r, block.n, sumWh, share) + block.slackWh;
}

/** The days whose registers may say how many decimals a block's register has. */
export function decimalsWindow(end: Instant): { from: EstDay; to: EstDay } {
  const to = Math.ceil((end - startOfDay(0)) / DAY_MS) - 1;
  return { from: to - DECIMALS_DAYS, to };
}
