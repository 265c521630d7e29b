/** A channel day as billing keeps it: a value and one code for every interval. */

/** What an interval means to a billing quantity. */
export const CODE = {
  /** Measured or accepted (VAL). */
  MEASURED: 'V',
  /** Estimated, counted as such. */
  ESTIMATED: 'E',
  /** A zero by EST-OUT or EST-DSC: a value, but counted in no column. */
  ZERO: 'Z',
  EDITED: 'D',
  /** Blocks, and no source value exists. */
  MISSING: 'M',
  /** Blocks, and a person or a rule stands in the way. */
  NEEDS_PERSON: 'S',
  NOT_EXPECTED: '-',
} as const;

const ZERO_METHODS = new Set(['EST-OUT', 'EST-DSC']);
const NO_VALUE_REASONS = new Set(['NO_HISTORY', 'GAP_TOO_LONG']);

/** One version of one channel and EST day of an SDP. */
export interface ChannelDay {
  version: number;
  minutes: number;
  /** Wh; 0 where there is none. */
  values: readonly number[];
  /** One code an interval; null = all MEASURED. */
  codes: string | null;
  /** Some interval has a source value. */
  hasSource: boolean;
  /** VEE service and version that judged it, `STD/1`; empty = none. */
  service: string;
  /** Registers that bound the day or stand at an exchange in it, see billing-sum-check.ts. */
  registers: string;
  /** When VEE said so. */
  atMs: number;
}

/** Intervals [from, to) of a day. */
interface Run {
  from: number;
  to: number;
}

/** What VEE says of a channel day; the part of its event that billing reads. */
export interface ValidatedDay {
  values: readonly (number | null)[];
  /** V VAL, E EST, D EDT, N NVE, M MISS, - not expected. */
  states: string;
  sources: readonly Run[];
  estimates: readonly (Run & { method: string })[];
  nve: readonly (Run & { reason: string })[];
}

function covers(runs: readonly Run[], index: number): boolean {
  return runs.some((run) => run.from <= index && index < run.to);
}

function codeAt(day: ValidatedDay, index: number): string {
  switch (day.states[index]) {
    case 'V':
      return CODE.MEASURED;
    case 'D':
      return CODE.EDITED;
    case 'E': {
      const zeros = day.estimates.filter((estimate) => ZERO_METHODS.has(estimate.method));
      return covers(zeros, index) ? CODE.ZERO : CODE.ESTIMATED;
    }
    case 'M':
      return covers(day.sources, index) ? CODE.NEEDS_PERSON : CODE.MISSING;
    case 'N': {
      const unknown = day.nve.filter((nve) => NO_VALUE_REASONS.has(nve.reason));
      if (covers(day.sources, index) || !covers(unknown, index)) return CODE.NEEDS_PERSON;
      return CODE.MISSING;
    }
    default:
      return CODE.NOT_EXPECTED;
  }
}

const ALL_VALID = /^V*$/;

/** The codes of a day, null when every interval is MEASURED: by far the most days. */
export function codesOf(day: ValidatedDay): string | null {
  if (ALL_VALID.test(day.states)) return null;
  let codes = '';
  for (let i = 0; i < day.states.length; i++) codes += codeAt(day, i);
  return codes;
}

/** Whether a day of KWH or GKWH can stand in an answer: no interval blocks. */
export function isComplete(codes: string | null): boolean {
  return codes === null || !(codes.includes(CODE.MISSING) || codes.includes(CODE.NEEDS_PERSON));
}
