import { describe, expect, it } from '@jest/globals';
import { isUsdpId } from '@mdmr/kernel';
import fc from 'fast-check';
import { drawUsdpIds, usdpIdOf } from './usdp-id.js';

describe('a USDP ID', () => {
  it('has ten digits, the first not 0, the last checks the others', () => {
    expect(usdpIdOf(0)).toBe('1000000005');
    expect(usdpIdOf(899_999_999).slice(0, 9)).toBe('999999999');
    fc.assert(fc.property(fc.integer({ min: 0, max: 899_999_999 }), (n) => isUsdpId(usdpIdOf(n))));
  });

  it('is another one for another number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 899_999_998 }), (n) => usdpIdOf(n) !== usdpIdOf(n + 1)),
    );
  });
});

describe('drawing', () => {
  it('asks for a number below 900 million for each id', () => {
    const asked: number[] = [];
    let next = 41;
    const ids = drawUsdpIds(3, (below) => {
      asked.push(below);
      return next++;
    });
    expect(ids).toEqual([usdpIdOf(41), usdpIdOf(42), usdpIdOf(43)]);
    expect(asked).toEqual([900_000_000, 900_000_000, 900_000_000]);
  });

  it('draws again when a number comes twice', () => {
    const numbers = [7, 7, 7, 8];
    expect(drawUsdpIds(2, () => numbers.shift()!)).toEqual([usdpIdOf(7), usdpIdOf(8)]);
  });
});
