/** Energy is integer Wh; in files kWh with three decimals. */
import { divideRounded, powerOfTen } from './decimal.js';

/**
 * kWh of a CSV field as Wh: optional `-`, digits, at most 3 decimals, no exponent, no `+`. Null if
 * the form is wrong or the value beyond what an integer holds exactly. `-0` is 0.
 */
export function parseEnergyWh(text: string): number | null {
  const length = text.length;
  const negative = text.charCodeAt(0) === 45;
  let at = negative ? 1 : 0;
  let wh = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (decimals >= 0 || digits === 0) return null;
      decimals = 0;
      continue;
    }
    if (code < 48 || code > 57) return null;
    wh = wh * 10 + (code - 48);
    if (wh > Number.MAX_SAFE_INTEGER) return null;
    digits++;
    if (decimals >= 0 && ++decimals > 3) return null;
  }
  if (digits === 0 || decimals === 0) return null;
  for (let i = Math.max(decimals, 0); i < 3; i++) wh *= 10;
  if (wh > Number.MAX_SAFE_INTEGER) return null;
  return negative && wh !== 0 ? -wh : wh;
}

/** kWh with three decimals, `-` only below zero. */
export function formatEnergyKwh(wh: number): string {
  const magnitude = Math.abs(wh);
  const whole = Math.floor(magnitude / 1000);
  const text = `${whole}.${String(magnitude - whole * 1000).padStart(3, '0')}`;
  return wh < 0 ? `-${text}` : text;
}

const TEN_TO = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/**
 * Wh of `units` x 10^-scale kWh, half away from zero. `units` is a safe integer, scale 0 or more.
 * The fast path of reads: no bigint unless the number is too large. Null if the result is beyond an
 * exact integer.
 */
export function scaledKwhToWh(units: number, scale: number): number | null {
  const shift = scale - 3;
  if (shift <= 0) {
    const wh = units * TEN_TO[-shift]!;
    return Number.isSafeInteger(wh) ? wh + 0 : null;
  }
  if (shift > 15) {
    return Number(divideRounded(BigInt(units), powerOfTen(shift)));
  }
  const divisor = TEN_TO[shift]!;
  const magnitude = Math.abs(units);
  const rest = magnitude % divisor;
  const floor = (magnitude - rest) / divisor;
  const rounded = rest * 2 >= divisor ? floor + 1 : floor;
  return units < 0 && rounded !== 0 ? -rounded : rounded;
}

/** Whether `units` x 10^-scale kWh is a whole number of Wh, that is: rounding changes nothing. */
export function isWholeWh(units: number, scale: number): boolean {
  if (scale <= 3 || units === 0) return true;
  const shift = scale - 3;
  return shift <= 15 && units % TEN_TO[shift]! === 0;
}

/**
 * 100 x numerator / denominator with one decimal, half away from zero. Safe integers; a divisor of
 * 0 is a Defect.
 */
export function formatPercent1(numerator: number, denominator: number): string {
  const tenths = divideRounded(BigInt(numerator) * 1000n, BigInt(denominator));
  const magnitude = tenths < 0n ? -tenths : tenths;
  return `${tenths < 0n ? '-' : ''}${magnitude / 10n}.${magnitude % 10n}`;
}
