/**
 * Reads `count` decimal digits of `text` at `at`; -1 if one of them is no digit. Allocates nothing.
 */
export function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1; // also beyond the end, where the code is NaN
    value = value * 10 + digit;
  }
  return value;
}

/** A non-negative integer as decimal digits, padded with zeros to `width`. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
