/**
 * VEE-R-023, sum check.
 * Test: abs(sum - m dR) > T, T = max(m x max(2r, r + n q), share x sum) plus what R-022 adds; r = a register
 * step, n intervals, q = 0.001. NOT_RUN(MISSING_INTERVAL) while one has no value. FAIL: intervals that 030, 031
 * or 032 fail are estimated; if there are none, the whole block is NVE.
 * Thresholds: share 0.001. value = the difference, limit = T.
 * Source: register and intervals count the same energy; they may differ by their own rounding only.
 * Cost: one pass over the block, shared with the other block rules.
 */
import { type BlockRule, kwhText } from './rule.js';

/** Customer kWh an interval value may be off by its own rounding. */
export const INTERVAL_STEP_KWH = 0.001;

export const sumCheck: BlockRule = {
  kind: 'block',
  id: 'VEE-R-023',
  no: 23,
  title: 'sum check',
  thresholds: { share: 0.001 },
  run(view) {
    if (view.missing > 0) return { severity: 'NOT_RUN', reason: 'MISSING_INTERVAL' };
    const difference = Math.abs(view.sumWh - view.registerWh);
    if (difference <= view.toleranceWh + 1e-6) return null;
    return { severity: 'FAIL', value: kwhText(difference), limit: kwhText(view.toleranceWh) };
  },
};

/** T in Wh: multiplier, register step in meter units, intervals, sum in Wh. */
export function toleranceWh(m: number, r: number, n: number, sumWh: number, share: number): number {
  const steps = m * Math.max(2 * r, r + n * INTERVAL_STEP_KWH) * 1000;
  return Math.max(steps, share * Math.abs(sumWh));
}
