/**
 * VEE-R-021, register decrease.
 * Test: dR < 0. A rollover explains it only if the earlier register R0 >= near x 10^D and what would have been
 * used, m (dR + 10^D), is at most the limit of R-031 x the hours (no limit known: accepted). A decrease of at
 * most two register steps is WARN. FAIL: the pair bounds nothing and its gaps are NVE.
 * Thresholds: near 0.9. value = dR, limit = 0, both as energy (multiplier applied).
 * Source: mechanical and electronic registers wrap at 10^D; small decreases are rounding of the head-end.
 * Cost: constant per block.
 */
import { type BlockRule, kwhText } from './rule.js';

export const registerDecrease: BlockRule = {
  kind: 'block',
  id: 'VEE-R-021',
  no: 21,
  title: 'register decrease',
  thresholds: { near: 0.9 },
  run(view) {
    if (view.rawDelta >= 0 || view.delta >= 0) return null;
    const remark = { value: kwhText(view.m * view.rawDelta * 1000), limit: kwhText(0) };
    const small = -view.rawDelta <= 2 * view.r * (1 + 1e-9);
    return { severity: small ? 'WARN' : 'FAIL', ...remark };
  },
};

/**
 * dR with a rollover counted, or as it is. R0 and dR in meter units.
 */
export function deltaWithRollover(
  r0: number,
  rawDelta: number,
  dials: number,
  m: number,
  near: number,
  limitKw: number | null,
  hours: number,
): number {
  if (rawDelta >= 0) return rawDelta;
  const whole = 10 ** dials;
  if (r0 < near * whole) return rawDelta;
  const used = rawDelta + whole;
  return limitKw === null || m * used <= limitKw * hours ? used : rawDelta;
}
