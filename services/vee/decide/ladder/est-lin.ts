/**
 * EST-LIN, the line between the neighbours: e_k = a + (b - a) k / (K + 1).
 * Applies to a gap of at most `lin.hours` with a measured interval of the same block on either side; not to
 * parts of intervals. Threshold: lin.hours 2. Source: usual VEE practice for short gaps.
 */
import { fraction } from '../fraction.js';
import type { ShapeMethod } from './method.js';

export const line: ShapeMethod = {
  kind: 'shape',
  code: 'EST-LIN',
  thresholds: { 'lin.hours': 2 },
  channels: ['KWH'],
  shape(gap) {
    const { before, after, slots } = gap;
    if (before === null || after === null || gap.partial) return null;
    if (gap.lengthMinutes > gap.at['lin.hours']! * 60) return null;
    const minutes = slots[0]!.minutes;
    if (slots.some((s) => s.minutes !== minutes)) return null;
    const steps = slots.length + 1;
    const values = slots.map((_, i) =>
      fraction(before * steps + (after - before) * (i + 1), steps),
    );
    return { values, donorDays: [] };
  },
};
