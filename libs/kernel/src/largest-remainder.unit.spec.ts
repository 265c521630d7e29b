import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { largestRemainder } from './largest-remainder.js';

const weights = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 1, maxLength: 48 });
const total = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });

describe('largest remainder', () => {
  it('gives what is left to the largest remainders, ties to the earlier', () => {
    expect(largestRemainder(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(largestRemainder(7300, [2129, 1926, 1825, 1420])).toEqual([2129, 1926, 1825, 1420]);
    expect(largestRemainder(100, [1, 2, 4])).toEqual([14, 29, 57]);
    expect(largestRemainder(-10, [1, 1, 1])).toEqual([-4, -3, -3]);
    expect(largestRemainder(5, [0, 0])).toEqual([3, 2]);
    expect(largestRemainder(5, [0, 3])).toEqual([0, 5]);
    expect(largestRemainder(0, [])).toEqual([]);
  });

  it('is exact in its sum and within one of the true share', () => {
    fc.assert(
      fc.property(total, weights, (t, w) => {
        const shares = largestRemainder(t, w);
        expect(shares.reduce((a, b) => a + BigInt(b), 0n)).toBe(BigInt(t));
        const sum = w.reduce((a, b) => a + BigInt(b), 0n);
        if (sum === 0n) return;
        shares.forEach((share, i) => {
          const off = BigInt(share) * sum - BigInt(t) * BigInt(w[i]!);
          expect(off < sum && off > -sum).toBe(true);
        });
      }),
    );
  });

  it('keeps the order of the weights', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 50), weights, (t, w) => {
        const shares = largestRemainder(t, w);
        for (let i = 1; i < w.length; i++) {
          if (w[i]! > w[i - 1]!) expect(shares[i]).toBeGreaterThanOrEqual(shares[i - 1]!);
          if (w[i] === w[i - 1]) expect(shares[i]).toBeLessThanOrEqual(shares[i - 1]!);
        }
      }),
    );
  });

  it('refuses what is no integer', () => {
    expect(() => largestRemainder(1.5, [1])).toThrow();
    expect(() => largestRemainder(1, [0.5])).toThrow();
    expect(() => largestRemainder(1, [-1, 2])).toThrow();
    expect(() => largestRemainder(1, [])).toThrow();
  });
});
