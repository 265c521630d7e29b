/**
 * The words of validation and estimation. Energy is whole customer Wh; NaN stands for "no value" inside
 * typed arrays (it spoils any sum it meets) and null everywhere else. Times are Instants, days EstDays.
 */
import type { EstDay, Instant } from '@mdmr/kernel';

export type Severity = 'PASS' | 'INFO' | 'WARN' | 'FAIL' | 'NOT_RUN';

/** One letter an interval: VAL, EST, EDT, NVE, MISS, not expected and without a value. */
export type StateLetter = 'V' | 'E' | 'D' | 'N' | 'M' | '-';

/** One letter an interval as received: validated, raw, adjusted, estimated by the head-end, no value, absent. */
export type FlagLetter = 'V' | 'R' | 'A' | 'E' | 'N' | '.';

export type NveReason =
  | 'REGISTER_CONTRADICTION'
  | 'REGISTER_DECREASE'
  | 'DEVICE_RESET'
  | 'MULTIPLIER'
  | 'RESULT_FAILS_LIMITS'
  | 'GAP_TOO_LONG'
  | 'NO_HISTORY'
  | 'RELATION_AMBIGUOUS';

export type Scaling = 'NONE' | 'ZERO' | 'SCALED' | 'BLENDED' | 'FLAT';

/** A register read in meter units: units x 10^-scale, decimals as received. */
export interface RegisterRead {
  readonly at: Instant;
  readonly meterId: string;
  readonly units: number;
  readonly scale: number;
  readonly flag: string;
}

/** One meter's share of an interval that an installation boundary cuts. */
export interface PartInput {
  readonly meterId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Exact customer Wh, a decimal text; null = not sent. */
  readonly wh: string | null;
}

export interface SharedInterval {
  readonly index: number;
  readonly parts: readonly PartInput[];
}

/** What reads told of one channel day. */
export interface DayInput {
  readonly minutes: number;
  /** Received customer Wh per interval; NaN = none. */
  readonly values: Float64Array;
  readonly flags: string;
  readonly shared: readonly SharedInterval[];
  readonly registers: readonly RegisterRead[];
}

/** How intervals [from, to) of a day got their value. */
export interface Estimate {
  readonly from: number;
  readonly to: number;
  readonly method: string;
  readonly scaling: Scaling;
  /** Energy the gap's block had to give to all its gaps, Wh; null without registers. */
  readonly energyWh: number | null;
  /** Energy / shape, up to six decimals; null where nothing was scaled. */
  readonly factor: string | null;
  readonly registerFrom: Instant | null;
  readonly registerTo: Instant | null;
  readonly donorDays: readonly EstDay[];
}

/** Intervals [from, to) that need a person. */
export interface Nve {
  readonly from: number;
  readonly to: number;
  readonly reason: NveReason;
}

export type FindingOutcome = '' | 'ESTIMATED' | 'ACCEPTED' | 'NVE' | 'OPEN';

/** A rule that did not simply pass on a day. `value` and `limit` read as in DC02. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly value: string;
  readonly limit: string;
  /** How many intervals (022: registers) are meant. */
  readonly intervals: number;
  /** They lie in [from, to) of the day. */
  readonly from: number;
  readonly to: number;
  readonly meterId: string;
  readonly outcome: FindingOutcome;
}

/** Reason of a finding that was made about estimates, not about what was received. */
export const ON_ESTIMATE = 'ESTIMATE';

/** A register with the instant it stands for. */
export interface PlacedRead {
  readonly at: Instant;
  /** Null: it bounds nothing. */
  readonly bounds: Instant | null;
  readonly meterId: string;
  readonly units: number;
  readonly scale: number;
  readonly kind: 'READ' | 'INSTALL' | 'REMOVAL';
  readonly flag: string;
  /** Multiplier x register x 1000 and multiplier x resolution x 1000, exact decimal texts. */
  readonly wh: string;
  readonly resolutionWh: string;
}

/** What is decided about one channel day. */
export interface Verdict {
  readonly day: EstDay;
  readonly minutes: number;
  /** The valid Wh per interval; NaN = MISS, NVE or not expected. */
  readonly values: Float64Array;
  readonly states: string;
  readonly serviceId: string;
  readonly serviceVersion: number;
  readonly estimates: readonly Estimate[];
  readonly nve: readonly Nve[];
  readonly findings: readonly Finding[];
  /** Numbers of the rules that passed. */
  readonly passed: readonly number[];
  readonly registers: readonly PlacedRead[];
  /** The directory facts the verdict stands on (facts.ts). */
  readonly context: string;
}

/** A channel day as held: what was received and what was decided of it. Either may be null, not both. */
export interface DayRow {
  readonly input: DayInput | null;
  /** The input the stored verdict was made from; differs from `input` when a new one has just come. */
  readonly judged: DayInput | null;
  readonly verdict: Verdict | null;
}

export const MINUTES_OF_DAY = 1440;

/** Number of intervals of a day. */
export function slotsOf(minutes: number): number {
  return MINUTES_OF_DAY / minutes;
}

export function isMeasured(flag: string): boolean {
  return flag === 'V' || flag === 'R' || flag === 'A';
}
