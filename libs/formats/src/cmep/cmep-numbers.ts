import { parseDecimal } from '@mdmr/kernel';
import type { Decimal } from '@mdmr/kernel';

/** Digits that a safe integer surely holds. */
const SAFE_DIGITS = 15;

/**
 * Reads the numbers of CMEP: sign, digits, point, exponent. The result lies in the fields, so that
 * the hot path makes no object.
 */
export class NumberReader {
  /** Value = amount x 10^-scale; NaN: it is in `large`. */
  amount = 0;
  scale = 0;
  large: Decimal | null = null;

  /** False if the bytes are no number. */
  read(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    const sign = bytes[at]!;
    if (at < end && (sign === 45 || sign === 43)) at++;
    const first = at;
    let point = -1;
    let value = 0;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === 46 && point < 0) {
        point = at;
        continue;
      }
      const digit = byte - 48;
      if (digit < 0 || digit > 9) return this.readSlowly(bytes, start, end);
      value = value * 10 + digit;
    }
    const count = end - first - (point < 0 ? 0 : 1);
    if (count === 0) return false;
    if (count > SAFE_DIGITS) return this.readSlowly(bytes, start, end);
    this.amount = sign === 45 && value !== 0 ? -value : value;
    this.scale = point < 0 ? 0 : end - point - 1;
    this.large = null;
    return true;
  }

  /** Exponents, many digits, and what is no number. */
  private readSlowly(bytes: Buffer, start: number, end: number): boolean {
    const decimal = parseDecimal(bytes.toString('latin1', start, end), { exponent: true });
    if (decimal === null) return false;
    const amount = Number(decimal.units);
    this.scale = decimal.scale;
    this.amount = Number.isSafeInteger(amount) ? amount : Number.NaN;
    this.large = Number.isSafeInteger(amount) ? null : decimal;
    return true;
  }
}
