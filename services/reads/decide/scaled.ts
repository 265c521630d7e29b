import { mulDecimal, type Decimal } from '@mdmr/kernel';

/** Exact numbers as safe integers of one scale. */
export interface Scaled {
  readonly units: number[];
  readonly scale: number;
}

/** A reading beyond this (meter units, field 12 applied) is no reading: 1 TWh. */
export const LIMIT_DIGITS = 9;
const LIMIT = 10n ** BigInt(LIMIT_DIGITS);
const MAX_SCALE = 18;
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Brings numbers to one scale. Where that scale does not fit exact integers (more than 15 digits in
 * all), digits are cut so far that it does; a cut that is not exact leaves a mark in the last
 * digit, so that later rounding still falls on the right side. Null if a number is beyond 1 TWh.
 */
export function alignDecimals(numbers: readonly Decimal[]): Scaled | null {
  let scale = 0;
  for (const number of numbers) scale = Math.max(scale, number.scale);
  scale = Math.min(scale, MAX_SCALE);
  for (const number of numbers) {
    const whole = number.units / 10n ** BigInt(number.scale);
    if (whole > LIMIT || whole < -LIMIT) return null;
  }
  for (;;) {
    const units = numbers.map((number) => atScale(number, scale));
    if (units.every((u) => u <= SAFE && u >= -SAFE)) return { units: units.map(Number), scale };
    scale--;
  }
}

/** Units at a scale. What is cut off marks the result, unless its last digit tells anyway. */
function atScale(number: Decimal, scale: number): bigint {
  if (number.scale <= scale) return number.units * 10n ** BigInt(scale - number.scale);
  const divisor = 10n ** BigInt(number.scale - scale);
  const quotient = number.units / divisor;
  if (number.units % divisor === 0n || quotient % 5n !== 0n) return quotient;
  return number.units < 0n ? quotient - 1n : quotient + 1n;
}

const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The usual case without bigint: small numbers, constant 1. Units at `scale` of amount x 10^-own;
 * NaN if it does not fit.
 */
export function rescale(amount: number, own: number, scale: number): number {
  const units = own === scale ? amount : amount * (POWERS[scale - own] ?? Number.NaN);
  return Number.isSafeInteger(units) ? units : Number.NaN;
}

/** A number times field 12. */
export function timesConstant(number: Decimal, constant: Decimal): Decimal {
  return constant.units === 1n && constant.scale === 0 ? number : mulDecimal(number, constant);
}
