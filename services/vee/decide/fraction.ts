/** Exact non-negative fractions: shapes of estimates must not lose a tie to a float. */
import { assert, divideRounded } from '@mdmr/kernel';

export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Fraction = { n: 0n, d: 1n };

export function fraction(n: number | bigint, d: number | bigint = 1): Fraction {
  return { n: BigInt(n), d: BigInt(d) };
}

export function timesFraction(a: Fraction, n: number, d: number): Fraction {
  return { n: a.n * BigInt(n), d: a.d * BigInt(d) };
}

export function sumFractions(all: readonly Fraction[]): Fraction {
  let sum = ZERO;
  for (const f of all) {
    sum =
      f.d === sum.d ? { n: sum.n + f.n, d: f.d } : reduced(sum.n * f.d + f.n * sum.d, sum.d * f.d);
  }
  return sum;
}

export function fractionToNumber(f: Fraction): number {
  const r = reduced(f.n, f.d);
  return Number(r.n) / Number(r.d);
}

/** Nearest integer, half away from zero. */
export function roundFraction(f: Fraction): number {
  return Number(divideRounded(f.n, f.d));
}

/** Integer weights in the same proportions, small enough to be exact as numbers. */
export function integerWeights(all: readonly Fraction[]): number[] {
  let common = 1n;
  for (const f of all) common = (common / gcd(common, f.d)) * f.d;
  const weights = all.map((f) => (f.n * common) / f.d);
  let sum = 0n;
  let divisor = 0n;
  for (const w of weights) {
    sum += w;
    divisor = gcd(divisor, w);
  }
  if (divisor === 0n) divisor = 1n;
  // Beyond 2^52 the last digits go: far below a Wh of any estimate.
  while (sum / divisor > 1n << 52n) divisor *= 2n;
  return weights.map((w) => Number(w / divisor));
}

function reduced(n: bigint, d: bigint): Fraction {
  assert(d > 0n, 'a fraction has a positive divisor');
  const g = gcd(n < 0n ? -n : n, d);
  return g > 1n ? { n: n / g, d: d / g } : { n, d };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
