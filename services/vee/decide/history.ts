/**
 * Donor days: days whose every expected interval is VAL, of the same account, without outage, estimate or
 * failed sum check. Nearest first.
 */
import type { EstDay } from '@mdmr/kernel';
import { parseContext } from './facts.js';
import { fraction, type Fraction, ZERO } from './fraction.js';
import type { DayRow, Verdict } from './model.js';

export interface Donor {
  readonly day: EstDay;
  readonly minutes: number;
  /** Wh; NaN where nothing was expected. */
  readonly values: Float64Array;
}

/** Valid days of one account. What is asked for before `knownFrom` is remembered: more days are needed then. */
export class History {
  readonly #cache = new Map<string, Donor | null>();
  /** The earliest day that was asked for. */
  askedFrom: EstDay;

  constructor(
    readonly knownFrom: EstDay,
    /** Nothing is held before this day. */
    private readonly nothingBefore: EstDay,
    private readonly rows: (day: EstDay) => DayRow | null,
    /** Days that are being judged now: their donor, null = none; undefined = ask the store. */
    private readonly current: (day: EstDay) => (Donor & { account: string }) | null | undefined,
  ) {
    this.askedFrom = knownFrom;
  }

  donor(day: EstDay, account: string): Donor | null {
    const key = `${day} ${account}`;
    let donor = this.#cache.get(key);
    if (donor === undefined) {
      donor = this.#find(day, account);
      this.#cache.set(key, donor);
    }
    return donor;
  }

  /** Valid days before a day, nearest first, of the last `days` days. */
  before(day: EstDay, days: number, account: string): Donor[] {
    const found: Donor[] = [];
    const earliest = Math.max(day - days, this.nothingBefore);
    this.askedFrom = Math.min(this.askedFrom, earliest);
    for (let d = day - 1; d >= earliest; d--) {
      const donor = this.donor(d, account);
      if (donor !== null) found.push(donor);
    }
    return found;
  }

  #find(day: EstDay, account: string): Donor | null {
    const current = this.current(day);
    if (current !== undefined) return current?.account === account ? current : null;
    const verdict = this.rows(day)?.verdict;
    if (!verdict || !isValidDay(verdict)) return null;
    if (parseContext(verdict.context).a !== account) return null;
    return verdict;
  }
}

const SUM_CHECK = 'VEE-R-023';

function isValidDay(verdict: Verdict): boolean {
  let some = false;
  for (let i = 0; i < verdict.states.length; i++) {
    const state = verdict.states[i];
    if (state === '-') continue;
    if (state !== 'V') return false;
    some = true;
  }
  return some && !verdict.findings.some((f) => f.rule === SUM_CHECK && f.severity === 'FAIL');
}

/** Every interval length divides an hour: values in sixtieths of a Wh are whole in any of them. */
const SIXTY = 60;

/** Energy of a donor in the interval [fromMinute, fromMinute + minutes) of the day, in Wh / 60; null = none. */
export function donorSixtieths(donor: Donor, fromMinute: number, minutes: number): number | null {
  const length = donor.minutes;
  if (length > minutes) {
    const value = donor.values[Math.floor(fromMinute / length)]!;
    return Number.isNaN(value) ? null : (value * SIXTY * minutes) / length;
  }
  let sum = 0;
  for (let at = fromMinute; at < fromMinute + minutes; at += length)
    sum += donor.values[at / length]!;
  return Number.isNaN(sum) ? null : sum * SIXTY;
}

/** Mean of the donors that have a value there, and how many they are. */
export function meanOf(
  donors: readonly Donor[],
  fromMinute: number,
  minutes: number,
): { mean: Fraction; count: number } {
  let sum = 0;
  let count = 0;
  for (const donor of donors) {
    const value = donorSixtieths(donor, fromMinute, minutes);
    if (value === null) continue;
    sum += value;
    count++;
  }
  return { mean: count === 0 ? ZERO : fraction(Math.max(sum, 0), count * SIXTY), count };
}
