/**
 * VEE-R-022, register time.
 * Test: a register stands for the nearest grid point of its intervals, if that is within `minutes`; of several
 * there the nearest counts, then the earlier. Off by more than nothing: WARN, and T of its blocks grows by the
 * larger interval beside the point. Farther: WARN, and it bounds nothing. (placing: ../stretch.ts)
 * Thresholds: minutes 5. value = whole minutes off, rounded up, limit = minutes. `intervals` counts registers.
 * Source: head-ends read registers on demand, seconds to minutes beside the grid.
 * Cost: constant per register.
 */
import { MINUTE_MS } from '@mdmr/kernel';
import type { RegisterRule } from './rule.js';

export const registerTime: RegisterRule = {
  kind: 'register',
  id: 'VEE-R-022',
  no: 22,
  title: 'register time',
  thresholds: { minutes: 5 },
  run(offsetMs, at) {
    if (offsetMs === 0) return null;
    return {
      severity: 'WARN',
      value: String(Math.ceil(Math.abs(offsetMs) / MINUTE_MS)),
      limit: String(at['r-022.minutes']),
    };
  },
};
