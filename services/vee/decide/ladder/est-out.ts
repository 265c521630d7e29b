/**
 * EST-OUT, outage.
 * Gives zero where the gap lies in a flagged outage, or between a power-fail and a restore. Device flags come
 * with rule 010; until an adaptor delivers them no gap has one.
 */
import type { ZeroMethod } from './method.js';

export const outage: ZeroMethod = {
  kind: 'zero',
  code: 'EST-OUT',
  thresholds: {},
  applies: (gap) => gap.outage,
  yieldsToRegisters: false,
};
