/**
 * What an estimation method is. One file a method; its docstring says what it gives, when it applies, its
 * thresholds and where it comes from. `ladder/index.ts` lists them from the first to the last.
 */
import type { EstDay } from '@mdmr/kernel';
import type { Fraction } from '../fraction.js';
import type { History } from '../history.js';
import type { Status } from '../facts.js';
import type { Thresholds, ThresholdDefaults } from '../thresholds.js';

/** An interval of a gap, or the part of one. */
export interface GapSlot {
  readonly day: EstDay;
  readonly fromMinute: number;
  readonly minutes: number;
  /** The share of the interval that is the gap's: milliseconds of how many. */
  readonly shareMs: number;
  readonly ofMs: number;
}

/** A measured interval beside a gap. */
export interface KnownSlot {
  readonly day: EstDay;
  readonly fromMinute: number;
  readonly minutes: number;
  readonly wh: number;
}

/** Contiguous intervals to estimate, of one meter, account and status. */
export interface GapView {
  readonly slots: readonly GapSlot[];
  readonly firstDay: EstDay;
  readonly channel: string;
  readonly status: Status;
  readonly account: string;
  /** Measured Wh of the intervals beside the gap, in the same block; null = not measured. */
  readonly before: number | null;
  readonly after: number | null;
  readonly lengthMinutes: number;
  /** A part of an interval is in it. */
  readonly partial: boolean;
  readonly outage: boolean;
  /** What the registers leave for the block's gaps, Wh; null = not known. */
  readonly energyWh: number | null;
  /** Measured intervals of the same block at most so many minutes beside the gap. */
  known(withinMinutes: number): readonly KnownSlot[];
  readonly history: History;
  readonly at: Thresholds;
}

export interface Shape {
  readonly values: readonly Fraction[];
  readonly donorDays: readonly EstDay[];
}

interface MethodFace {
  readonly code: string;
  readonly thresholds: ThresholdDefaults;
  /** Channels it may estimate; none = all. */
  readonly channels?: readonly string[];
}

/** Values that came with the reads. */
export interface ReceivedMethod extends MethodFace {
  readonly kind: 'received';
}

/** Zero, whatever the registers say, unless the block refuses it. */
export interface ZeroMethod extends MethodFace {
  readonly kind: 'zero';
  applies(gap: GapView): boolean;
  /** What the registers must not show: energy above T where every gap of the block is of this method. */
  readonly yieldsToRegisters: boolean;
}

/** A shape, scaled or blended where registers bound the block. */
export interface ShapeMethod extends MethodFace {
  readonly kind: 'shape';
  shape(gap: GapView): Shape | null;
}

/** The register energy without a shape. */
export interface FlatMethod extends MethodFace {
  readonly kind: 'flat';
}

export type Method = ReceivedMethod | ZeroMethod | ShapeMethod | FlatMethod;
