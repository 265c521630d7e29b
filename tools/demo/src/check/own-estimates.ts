/** Estimates written a second time, as plainly as can be: like days, a line, shares of a total. */
import { isFree } from './own-tou.js';

const HISTORY_DAYS = 42;
const LIKE_DAYS = 10;

/** Sums of the last ten working days before a working day, hour by hour: the shape of a gap. */
export function likeDayShape(
  dayNumber: number,
  from: number,
  to: number,
  valueOf: (dayNumber: number, index: number) => number,
): number[] {
  const like: number[] = [];
  for (let back = 1; back <= HISTORY_DAYS && like.length < LIKE_DAYS; back += 1) {
    const day = dayNumber - back;
    if (day >= 0 && !isFree(day)) like.push(day);
  }
  const shape: number[] = [];
  for (let index = from; index < to; index += 1) {
    shape.push(like.reduce((sum, day) => sum + valueOf(day, index), 0));
  }
  return shape;
}

/** Points of the line between the neighbours of a gap, all times the same number. */
export function lineShape(before: number, after: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    return before * (count + 1) + (after - before) * (i + 1);
  });
}

/** Shares of a total in proportion to the shape: whole Wh, the total exact, ties to the earlier. */
export function shares(total: number, shape: readonly number[]): number[] {
  const weight = shape.reduce((sum, part) => sum + part, 0);
  const result = shape.map((part) => Number((BigInt(total) * BigInt(part)) / BigInt(weight)));
  const rests = shape.map((part, i) => {
    return { i, rest: Number((BigInt(total) * BigInt(part)) % BigInt(weight)) };
  });
  let left = total - result.reduce((sum, part) => sum + part, 0);
  for (const { i } of rests.sort((a, b) => b.rest - a.rest || a.i - b.i)) {
    if (left === 0) break;
    result[i]! += 1;
    left -= 1;
  }
  return result;
}
