import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatEnergyKwh,
  formatPercent1,
  isWholeWh,
  parseEnergyWh,
  scaledKwhToWh,
} from './energy.js';
import { decimalOf, mulDecimal, roundDecimalToInteger } from './decimal.js';

const safe = fc.maxSafeInteger();

describe('energy fields', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['-0.000', 0],
    ['1', 1000],
    ['0.075', 75],
    ['-0.075', -75],
    ['1.5', 1500],
    ['007.25', 7250],
    ['9007199254740.991', Number.MAX_SAFE_INTEGER],
  ])('reads %s', (text, wh) => expect(parseEnergyWh(text)).toBe(wh));

  it.each([
    '',
    '-',
    '.',
    '.5',
    '5.',
    '-.5',
    '+1',
    '1e3',
    '1.0000',
    '1.2345',
    '1,5',
    ' 1',
    '1 ',
    '--1',
    '1-',
    '0x1',
    '1.2.3',
    'NaN',
    'Infinity',
    '9007199254740.992',
    '9'.repeat(400),
    '١',
  ])('refuses %p', (text) => expect(parseEnergyWh(text)).toBeNull());

  it('are written canonically and read back', () => {
    expect(formatEnergyKwh(0)).toBe('0.000');
    expect(formatEnergyKwh(-75)).toBe('-0.075');
    expect(formatEnergyKwh(-0)).toBe('0.000');
    expect(formatEnergyKwh(43_000)).toBe('43.000');
    fc.assert(
      fc.property(safe, (wh) => {
        expect(formatEnergyKwh(wh)).toMatch(/^-?\d+\.\d{3}$/);
        expect(parseEnergyWh(formatEnergyKwh(wh))! + 0).toBe(wh + 0);
      }),
    );
  });

  it('never crash on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wh = parseEnergyWh(text);
        expect(wh === null || Number.isSafeInteger(wh)).toBe(true);
      }),
    );
  });
});

describe('scaled values', () => {
  it.each([
    [1900, 3, 1900],
    [19, 1, 1900],
    [4, 0, 4000],
    [15, 4, 2],
    [14, 4, 1],
    [-15, 4, -2],
    [-14, 4, -1],
    [-4, 4, 0],
    [-5, 4, -1],
    [5, 30, 0],
    [0, 0, 0],
  ])('%d x 10^-%d kWh is %d Wh', (units, scale, wh) =>
    expect(scaledKwhToWh(units, scale)).toBe(wh),
  );

  it('are rounded half away from zero, as exact decimals are', () => {
    fc.assert(
      fc.property(safe, fc.integer({ min: 0, max: 25 }), (units, scale) => {
        const exact = roundDecimalToInteger(mulDecimal(decimalOf(units, scale), decimalOf(1000)));
        const wh = scaledKwhToWh(units, scale);
        expect(wh).toBe(Number.isSafeInteger(Number(exact)) ? Number(exact) : null);
        if (wh !== null && isWholeWh(units, scale)) {
          expect(exact * 10n ** BigInt(scale)).toBe(BigInt(units) * 1000n);
        }
      }),
    );
  });

  it('know whether rounding changed them', () => {
    expect(isWholeWh(15, 4)).toBe(false);
    expect(isWholeWh(1550, 5)).toBe(false);
    expect(isWholeWh(15_000, 4)).toBe(true);
    expect(isWholeWh(-15_000, 6)).toBe(true);
    expect(isWholeWh(0, 99)).toBe(true);
    expect(isWholeWh(7, 3)).toBe(true);
  });
});

describe('percent', () => {
  it.each([
    [1, 1, '100.0'],
    [0, 5, '0.0'],
    [1, 3, '33.3'],
    [1, 6, '16.7'],
    [1, 2000, '0.1'],
    [-1, 2000, '-0.1'],
    [199, 200, '99.5'],
    [-1, 9000, '0.0'],
    [11, 6, '183.3'],
  ])('%d of %d is %s', (n, d, text) => expect(formatPercent1(n, d)).toBe(text));

  it('has no value for a denominator of 0', () => expect(() => formatPercent1(1, 0)).toThrow());
});
