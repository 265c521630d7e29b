/**
 * VEE-R-020, missing interval.
 * Test: an expected interval has no valid value. FAIL: it is estimated by the next final run.
 * Thresholds: none. value = how many are missing, limit = 0.
 * Source: every VEE practice; expected as in the directory (installation, status, channel).
 * Cost: one pass over the day.
 */
import type { DayRule } from './rule.js';

export const missingInterval: DayRule = {
  kind: 'day',
  id: 'VEE-R-020',
  no: 20,
  title: 'missing interval',
  thresholds: {},
  run(view) {
    let count = 0;
    let first = 0;
    let last = 0;
    const { values, expected } = view;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value === value || expected[i] === 0) continue;
      if (count++ === 0) first = i;
      last = i;
    }
    if (count === 0) return null;
    return {
      severity: 'FAIL',
      value: String(count),
      limit: '0',
      intervals: count,
      from: first,
      to: last + 1,
    };
  },
};
