import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDecimal,
  compareDecimal,
  decimalOf,
  decimalToString,
  divideRounded,
  mulDecimal,
  negateDecimal,
  parseDecimal,
  roundDecimal,
  roundDecimalToInteger,
  signOfDecimal,
  subDecimal,
  trimDecimal,
} from './decimal.js';

const decimal = fc.record({
  units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.integer({ min: 0, max: 12 }),
});
const text = (t: string, exponent = false): string | null => {
  const d = parseDecimal(t, { exponent });
  return d === null ? null : decimalToString(d);
};

describe('decimals', () => {
  it('are read and written', () => {
    expect(text('3.20')).toBe('3.20');
    expect(text('-0.5')).toBe('-0.5');
    expect(text('-0')).toBe('0');
    fc.assert(fc.property(decimal, (d) => expect(parseDecimal(decimalToString(d))).toEqual(d)));
  });

  it.each([
    '',
    '-',
    '.',
    '.5',
    '5.',
    '+1',
    '1e3',
    '1,5',
    ' 1',
    '1.2.3',
    '0x10',
    '1n',
    '9'.repeat(100),
  ])('refuse %p', (t) => expect(parseDecimal(t)).toBeNull());

  it.each([
    ['+1.5', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1.5E-3', '0.0015'],
    ['1.5e+2', '150'],
    ['12e1', '120'],
    ['-2.50', '-2.50'],
  ])('with exponent read %s', (t, out) => expect(text(t, true)).toBe(out));

  it.each(['', '+', '.', 'e5', '1e', '1e100', '1e99999', '--1', '1e1.5', '1E+-2'])(
    'with exponent refuse %p',
    (t) => expect(parseDecimal(t, { exponent: true })).toBeNull(),
  );

  it('add, subtract, multiply and compare exactly', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(compareDecimal(subDecimal(addDecimal(a, b), b), a)).toBe(0);
        expect(compareDecimal(addDecimal(a, b), addDecimal(b, a))).toBe(0);
        expect(compareDecimal(a, b)).toBe(signOfDecimal(subDecimal(a, b)));
        expect(mulDecimal(a, b).units).toBe(a.units * b.units);
        expect(compareDecimal(trimDecimal(a), a)).toBe(0);
        expect(decimalToString(trimDecimal(a))).not.toMatch(/\.\d*0$/);
      }),
    );
  });

  it('round half away from zero', () => {
    const rounded = (t: string): bigint => roundDecimalToInteger(parseDecimal(t)!);
    expect(['0.5', '1.5', '2.5', '-0.5', '-1.5', '0.49', '-0.49'].map(rounded)).toEqual([
      1n,
      2n,
      3n,
      -1n,
      -2n,
      0n,
      0n,
    ]);
    expect(decimalToString(roundDecimal(parseDecimal('2.345')!, 2))).toBe('2.35');
    expect(decimalToString(roundDecimal(parseDecimal('2.3')!, 3))).toBe('2.300');
    fc.assert(
      fc.property(decimal, (d) => {
        expect(roundDecimalToInteger(negateDecimal(d))).toBe(-roundDecimalToInteger(d));
        const off = subDecimal(decimalOf(roundDecimalToInteger(d)), d);
        const magnitude = { units: off.units < 0n ? -off.units : off.units, scale: off.scale };
        expect(compareDecimal(magnitude, decimalOf(5, 1))).toBeLessThanOrEqual(0);
      }),
    );
    expect(divideRounded(7n, -2n)).toBe(-4n);
    expect(() => divideRounded(1n, 0n)).toThrow();
  });
});
