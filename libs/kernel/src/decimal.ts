/**
 * Exact decimals: units x 10^-scale. For multipliers, registers and whatever must not be a float.
 */
import { Defect } from './errors.js';

export interface Decimal {
  units: bigint;
  /** Digits right of the point, 0 or more. */
  scale: number;
}

const MAX_DIGITS = 64;
const MAX_EXPONENT = 99;
const PLAIN = /^-?\d+(?:\.\d+)?$/;
const WITH_EXPONENT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * `-12.50`; with `exponent` also what meter formats write: `+1`, `.5`, `5.`, `1.5E-3`. Null if it
 * is no number, has more than 64 digits or an exponent beyond 99. Trailing zeros are kept in the
 * scale.
 */
export function parseDecimal(text: string, options?: { exponent?: boolean }): Decimal | null {
  if (text.length > MAX_DIGITS + 8) return null;
  if (options?.exponent) return parseWithExponent(text);
  if (!PLAIN.test(text)) return null;
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  const digits = text.slice(0, point) + text.slice(point + 1);
  return { units: BigInt(digits), scale: text.length - point - 1 };
}

function parseWithExponent(text: string): Decimal | null {
  const match = WITH_EXPONENT.exec(text);
  if (match === null) return null;
  const fraction = match[3] ?? '';
  const digits = (match[2] ?? '') + fraction;
  if (digits.length === 0 || digits.length > MAX_DIGITS) return null;
  const exponent = Number(match[4] ?? 0);
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const magnitude = BigInt(digits);
  const units = match[1] === '-' ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { units, scale } : { units: units * powerOfTen(-scale), scale: 0 };
}

/** 10^n as bigint. */
export function powerOfTen(n: number): bigint {
  return 10n ** BigInt(n);
}

/** A decimal from an integer and its number of decimals. */
export function decimalOf(units: number | bigint, scale = 0): Decimal {
  return { units: BigInt(units), scale };
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function subDecimal(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) - unitsAt(b, scale), scale };
}

export function mulDecimal(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Negative, 0 or positive, by value: 1.0 equals 1. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const left = unitsAt(a, scale);
  const right = unitsAt(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** -1, 0 or 1. */
export function signOfDecimal(a: Decimal): number {
  return a.units < 0n ? -1 : a.units > 0n ? 1 : 0;
}

export function negateDecimal(a: Decimal): Decimal {
  return { units: -a.units, scale: a.scale };
}

/** Units of the decimal at a scale not below its own. */
function unitsAt(a: Decimal, scale: number): bigint {
  return scale === a.scale ? a.units : a.units * powerOfTen(scale - a.scale);
}

/** The same value without trailing zeros right of the point. */
export function trimDecimal(a: Decimal): Decimal {
  let { units, scale } = a;
  if (units === 0n) return { units, scale: 0 };
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale--;
  }
  return { units, scale };
}

/** Plain digits with `scale` of them right of the point; a zero has no sign. */
export function decimalToString(a: Decimal): string {
  const negative = a.units < 0n;
  const digits = String(negative ? -a.units : a.units).padStart(a.scale + 1, '0');
  const cut = digits.length - a.scale;
  const text = a.scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return negative ? `-${text}` : text;
}

/** The nearest integer, half away from zero. */
export function roundDecimalToInteger(a: Decimal): bigint {
  return a.scale === 0 ? a.units : divideRounded(a.units, powerOfTen(a.scale));
}

/** The value with `scale` decimals, half away from zero. */
export function roundDecimal(a: Decimal, scale: number): Decimal {
  if (scale >= a.scale) return { units: unitsAt(a, scale), scale };
  return { units: divideRounded(a.units, powerOfTen(a.scale - scale)), scale };
}

/** n / d rounded to an integer, half away from zero. A divisor of 0 is a Defect. */
export function divideRounded(n: bigint, d: bigint): bigint {
  if (d === 0n) throw new Defect('ZERO_DIVISOR', 'division by zero');
  const negative = n < 0n !== d < 0n;
  const dividend = n < 0n ? -n : n;
  const divisor = d < 0n ? -d : d;
  const quotient = (2n * dividend + divisor) / (2n * divisor);
  return negative ? -quotient : quotient;
}
