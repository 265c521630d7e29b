/**
 * VEE-R-025, multiplier.
 * Test: k = sum / (m dR) is within `share` of m or 1/m (m not 1), or of 10, 100, 1000 or an inverse, and the
 * difference of R-023 exceeds T. FAIL: the whole block is NVE, reason MULTIPLIER, and 023 is not run.
 * Thresholds: share 0.01. value = k and limit = the factor it comes near to, both in percent.
 * Source: a multiplier applied twice or not at all, or a decimal point moved, are the usual causes.
 * Cost: constant per block.
 */
import { type BlockRule, type BlockView, percentText } from './rule.js';

const POWERS = [10, 100, 1000, 0.1, 0.01, 0.001];

export const multiplier: BlockRule = {
  kind: 'block',
  id: 'VEE-R-025',
  no: 25,
  title: 'multiplier',
  thresholds: { share: 0.01 },
  run(view) {
    if (view.missing > 0) return { severity: 'NOT_RUN', reason: 'MISSING_INTERVAL' };
    if (view.registerWh === 0) return { severity: 'NOT_RUN', reason: 'ZERO_BASE' };
    if (Math.abs(view.sumWh - view.registerWh) <= view.toleranceWh + 1e-6) return null;
    const k = view.sumWh / view.registerWh;
    const near = nearFactor(view, k);
    if (near === null) return null;
    return { severity: 'FAIL', value: percentText(k), limit: percentText(near) };
  },
};

function nearFactor(view: BlockView, k: number): number | null {
  const share = view.at['r-025.share']! + 1e-12;
  const factors = view.m === 1 ? POWERS : [view.m, 1 / view.m, ...POWERS];
  for (const factor of factors) {
    if (Math.abs(k / factor - 1) <= share) return factor;
  }
  return null;
}
