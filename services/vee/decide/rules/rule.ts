/**
 * What a rule is. A rule is one file: its docstring says what is tested, the thresholds with defaults, where
 * it comes from and what it costs. `rules/index.ts` lists them in the order in which they run.
 */
import type { DayFacts } from '../facts.js';
import type { Severity } from '../model.js';
import type { Bound, Stretch } from '../stretch.js';
import type { Thresholds, ThresholdDefaults } from '../thresholds.js';

export type RuleSet = 'STANDARD' | 'TEXTBOOK' | 'COMMERCIAL';

interface RuleFace {
  readonly id: string;
  /** The number in the id; VE04 counts by it. */
  readonly no: number;
  readonly title: string;
  readonly thresholds: ThresholdDefaults;
  /** Rule sets that have it; none = all. */
  readonly sets?: readonly RuleSet[];
  /** Channels it runs on; none = all. */
  readonly channels?: readonly string[];
}

/** What a rule says of one day, block or register. Nothing = PASS. */
export interface Remark {
  readonly severity: Exclude<Severity, 'PASS'>;
  readonly reason?: string;
  /** Texts as DC02 prints them. */
  readonly value?: string;
  readonly limit?: string;
}

/** A day's intervals as received; a SHARED one is the sum of its parts. */
export interface DayView {
  readonly channel: string;
  readonly minutes: number;
  /** Wh; NaN = none. */
  readonly values: Float64Array;
  /** 1 = must have a value. */
  readonly expected: Uint8Array;
  readonly facts: DayFacts;
  readonly at: Thresholds;
}

/** A rule over the intervals of a day, in isolation. `failed[slot] = 1` marks an interval to be estimated. */
export interface DayRule extends RuleFace {
  readonly kind: 'day';
  run(view: DayView, failed: Uint8Array): DayRemark | null;
}

export interface DayRemark extends Remark {
  /** How many intervals are meant, within [from, to). */
  readonly intervals: number;
  readonly from: number;
  readonly to: number;
}

/** What block rules are given: sums are in Wh, the register difference in meter units. */
export interface BlockView {
  readonly stretch: Stretch;
  readonly left: Bound;
  readonly right: Bound;
  /** Multiplier, meter units per register step, register digits left of the point. */
  readonly m: number;
  readonly r: number;
  readonly dials: number;
  /** dR before any rollover, and after it; exact as far as a double is. */
  readonly rawDelta: number;
  readonly delta: number;
  /** Intervals and parts; those without a value. */
  readonly n: number;
  readonly missing: number;
  readonly sumWh: number;
  /** m dR in Wh. */
  readonly registerWh: number;
  /** T in Wh, with what R-022 adds. */
  readonly toleranceWh: number;
  /** Limit of R-031 in kW on the block's last day; null = none known. */
  readonly limitKw: number | null;
  readonly hours: number;
  readonly at: Thresholds;
}

export interface BlockRule extends RuleFace {
  readonly kind: 'block';
  run(view: BlockView): Remark | null;
}

/** A rule about one register read. */
export interface RegisterRule extends RuleFace {
  readonly kind: 'register';
  run(offsetMs: number, at: Thresholds): Remark | null;
}

export type Rule = DayRule | BlockRule | RegisterRule;

/** Wh as kWh with three decimals, whatever the fraction. */
export function kwhText(wh: number): string {
  const text = (Math.round(Math.abs(wh) + 1e-7) / 1000).toFixed(3);
  return wh < 0 && text !== '0.000' ? `-${text}` : text;
}

/** A ratio as percent with one decimal, half away from zero. */
export function percentText(ratio: number): string {
  const tenths = Math.round(Math.abs(ratio) * 1000 + 1e-9);
  const text = (tenths / 10).toFixed(1);
  return ratio < 0 && tenths !== 0 ? `-${text}` : text;
}
