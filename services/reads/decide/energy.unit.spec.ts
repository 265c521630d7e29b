import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimalOf } from '@mdmr/kernel';
import { decimal } from './fixture.js';
import { exactWh, isRounded, roundWh, wattHours } from './energy.js';

describe('customer energy', () => {
  it('is the same by doubles and by big integers', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.integer({ min: 0, max: 18 }),
        fc.bigInt({ min: 1n, max: 100_000n }),
        fc.integer({ min: 0, max: 6 }),
        (units, scale, multiplier, decimals) => {
          const m = decimalOf(multiplier, decimals);
          const exact = exactWh(units, scale, m);
          const wh = wattHours(m)(units, scale);
          expect(wh).toBe(roundWh(exact));
          expect(isRounded(units, scale, m)).toBe(exact.scale > 0);
        },
      ),
    );
  });

  it('stands at the limit of exact integers beyond it', () => {
    const huge = wattHours(decimal('99999'));
    expect(huge(Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(huge(-Number.MAX_SAFE_INTEGER, 0)).toBe(-Number.MAX_SAFE_INTEGER);
  });
});
