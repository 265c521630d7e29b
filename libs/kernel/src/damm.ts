/**
 * Damm's check digit with the quasigroup of his thesis: finds every wrong digit and swap of
 * neighbours.
 */
const TABLE = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
];

function interim(digits: string): number {
  let state = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    state = TABLE[state]!.charCodeAt(digit) - 48;
  }
  return state;
}

/** The check digit to append: `572` gives `4`. The text must be digits only. */
export function dammDigit(digits: string): string {
  const state = interim(digits);
  if (state < 0) throw new RangeError('not a string of digits');
  return String(state);
}

/** True if the last digit checks the ones before it. */
export function isDammValid(digits: string): boolean {
  return digits.length > 1 && interim(digits) === 0;
}
