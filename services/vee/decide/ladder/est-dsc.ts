/**
 * EST-DSC, disconnected.
 * Gives zero on a DISCONNECTED day, unless all gaps of the block are on such days and E_gap exceeds T: then the
 * registers show use and the methods after this share it out.
 */
import type { ZeroMethod } from './method.js';

export const disconnected: ZeroMethod = {
  kind: 'zero',
  code: 'EST-DSC',
  thresholds: {},
  applies: (gap) => gap.status === 'DISCONNECTED',
  yieldsToRegisters: true,
};
