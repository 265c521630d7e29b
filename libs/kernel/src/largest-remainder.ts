import { assert } from './assert.js';

/**
 * Shares an integer total in proportion to integer weights of 0 or more: each share is rounded
 * down, what is left goes one by one to the largest remainders, ties to the earlier. The sum is
 * exact. Weights that are all 0 share evenly. A negative total is shared as its magnitude.
 */
export function largestRemainder(total: number, weights: readonly number[]): number[] {
  assert(Number.isSafeInteger(total), 'total is not an integer');
  const count = weights.length;
  if (count === 0) {
    assert(total === 0, 'nothing to share among');
    return [];
  }
  let sum = 0;
  for (const weight of weights) {
    assert(Number.isSafeInteger(weight) && weight >= 0, 'a weight is no integer of 0 or more');
    sum += weight;
  }
  assert(Number.isSafeInteger(sum), 'the sum of the weights is too large');
  const even = sum === 0;
  const divisor = even ? count : sum;
  const magnitude = Math.abs(total);
  const shares = new Array<number>(count);
  const remainders = new Array<number>(count);
  let left = magnitude;
  for (let i = 0; i < count; i++) {
    const { share, rest } = divide(magnitude, even ? 1 : weights[i]!, divisor);
    shares[i] = share;
    remainders[i] = rest;
    left -= share;
  }
  const order = remainders
    .map((_, i) => i)
    .sort((a, b) => remainders[b]! - remainders[a]! || a - b);
  for (let i = 0; i < left; i++) shares[order[i]!]!++;
  return total < 0 ? shares.map((share) => (share === 0 ? 0 : -share)) : shares;
}

function divide(total: number, weight: number, divisor: number): { share: number; rest: number } {
  const product = total * weight;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % divisor;
    return { share: (product - rest) / divisor, rest };
  }
  const exact = BigInt(total) * BigInt(weight);
  const by = BigInt(divisor);
  return { share: Number(exact / by), rest: Number(exact % by) };
}
