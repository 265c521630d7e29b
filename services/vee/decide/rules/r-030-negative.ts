/**
 * VEE-R-030, negative.
 * Test: x < 0. FAIL: the interval is estimated. Each channel counts one direction, so that none runs back.
 * Thresholds: none. value = the smallest, limit = 0, energy.
 * Source: every VEE practice. Cost: one pass over the day.
 */
import { type DayRule, kwhText } from './rule.js';

export const negative: DayRule = {
  kind: 'day',
  id: 'VEE-R-030',
  no: 30,
  title: 'negative',
  thresholds: {},
  run(view, failed) {
    const { values } = view;
    let count = 0;
    let first = 0;
    let last = 0;
    let least = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value < 0)) continue;
      if (count++ === 0) first = i;
      last = i;
      if (value < least) least = value;
      failed[i] = 1;
    }
    if (count === 0) return null;
    const texts = { value: kwhText(least), limit: kwhText(0) };
    return { severity: 'FAIL', ...texts, intervals: count, from: first, to: last + 1 };
  },
};
