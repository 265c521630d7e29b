import { Defect, decimalOf } from '@mdmr/kernel';
import type { Decimal, Instant } from '@mdmr/kernel';
import { MAX_TRIPLES } from './cmep-fields.js';
import type { CmepFields } from './cmep-fields.js';
import type { CmepChannel } from './cmep-units.js';

/** Why a line is rejected whole, in the order in which the first that holds is told. */
export type CmepReason =
  | 'NOT_CMEP'
  | 'COUNT_MISMATCH'
  | 'PURPOSE_NOT_LOADED'
  | 'UNKNOWN_UNIT'
  | 'BAD_TIMESTAMP'
  | 'BAD_VALUE';

/** Flags of values; ranks are not theirs. */
export const CmepFlag = {
  VALIDATED: 0,
  RAW: 1,
  ADJUSTED: 2,
  ESTIMATED: 3,
  NO_VALUE: 4,
} as const;

/**
 * One line as read. The reader uses the same object for every line: what is kept must be copied
 * before the next. Of a rejected line only `line`, `reason`, `values` and, as far as they can be
 * read, the texts of fields 3, 6, 8, 9 and 11 mean something.
 */
export class CmepLine {
  /** The line of the file, the first being 1. */
  line = 0;
  reason: CmepReason | null = null;
  /** What the line counts: field 14 if that is 1 to 48, else 1. */
  values = 0;
  /** Field 3: the AMCC id, or the organization's. */
  sender = '';
  /** Field 6: the other of meter and AMCD id, or empty. */
  receiverCustomer = '';
  /** Field 8: meter or AMCD id. */
  device = '';
  /** Field 9. */
  purpose = '';
  /** Field 11 as read. */
  units = '';
  /** Null if the units are not known. */
  channel: CmepChannel | null = null;
  /** Register reads: meter units, stamps off the grid allowed. */
  register = false;
  /**
   * Field 12, empty or 0 being 1: constantUnits x 10^-constantScale; NaN units = see constant().
   */
  constantUnits = 1;
  constantScale = 0;
  /** Field 13 in minutes; 0 for registers. */
  intervalMinutes = 0;
  /** Triples in the arrays below. */
  count = 0;
  /** End stamps. */
  readonly ends: Float64Array = new Float64Array(MAX_TRIPLES);
  /** CmepFlag of each value. */
  readonly flags: Uint8Array = new Uint8Array(MAX_TRIPLES);
  /**
   * Value = amounts x 10^-scales, in kWh or kVARh before field 12; NaN = see decimal(). Of NO_VALUE
   * 0.
   */
  readonly amounts: Float64Array = new Float64Array(MAX_TRIPLES);
  /** 0 or more. */
  readonly scales: Int32Array = new Int32Array(MAX_TRIPLES);

  /** Values that no safe integer holds. @internal */
  readonly large = new Map<number, Decimal>();
  /** @internal */
  largeConstant: Decimal | null = null;
  /** @internal */
  readonly maskStarts: Int32Array = new Int32Array(MAX_TRIPLES);
  /** @internal */
  readonly maskEnds: Int32Array = new Int32Array(MAX_TRIPLES);

  /** @internal */
  constructor(private readonly fields: CmepFields) {}

  /** The value exactly, whatever its size. */
  decimal(i: number): Decimal {
    const amount = this.amounts[i]!;
    if (!Number.isNaN(amount)) return decimalOf(amount, this.scales[i]!);
    const large = this.large.get(i);
    if (large === undefined) throw new Defect('ASSERTION', 'no such value');
    return large;
  }

  /** Field 12 exactly. */
  constant(): Decimal {
    return this.largeConstant ?? decimalOf(this.constantUnits, this.constantScale);
  }

  /** The vendor's digits after the flag letter, mostly empty. */
  mask(i: number): string {
    return this.fields.slice(this.maskStarts[i]!, this.maskEnds[i]!);
  }

  /** First and last end stamp of the line. */
  span(): { first: Instant; last: Instant } {
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.count; i++) {
      first = Math.min(first, this.ends[i]!);
      last = Math.max(last, this.ends[i]!);
    }
    return { first, last };
  }
}
