/**
 * EST-FLT, flat.
 * Shares the register energy evenly over the minutes of the gap, where the energy is known and no shape is; also
 * where the shape is zero and the energy is not. GKWH: only zero, where E_gap is within T.
 */
import type { FlatMethod } from './method.js';

export const flat: FlatMethod = {
  kind: 'flat',
  code: 'EST-FLT',
  thresholds: {},
  channels: ['KWH', 'GKWH'],
};
