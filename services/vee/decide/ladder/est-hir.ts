/**
 * EST-HIR, reduced history.
 * Gives the mean of the last `hir.count` days of the class within `hir.days`, else of the last days of any
 * class; each interval needs at least `hir.values` values, and the window `history.days` valid days.
 * Thresholds: hir.values 2, hir.count 10, hir.days 42. Source: the step below EST-HIS for young histories.
 */
import { dayClass } from '../day-class.js';
import { donorsByDay, hasHistory, meanShape } from './est-his.js';
import type { ShapeMethod } from './method.js';

export const reducedHistory: ShapeMethod = {
  kind: 'shape',
  code: 'EST-HIR',
  thresholds: { 'hir.values': 2, 'hir.count': 10, 'hir.days': 42 },
  channels: ['KWH', 'GKWH'],
  shape(gap) {
    const days = gap.at['hir.days']!;
    if (!hasHistory(gap, days)) return null;
    const all = gap.history.before(gap.firstDay, days, gap.account);
    const count = gap.at['hir.count']!;
    const ofClass = donorsByDay(gap, (day) =>
      all.filter((d) => dayClass(d.day) === dayClass(day)).slice(0, count),
    );
    const any = donorsByDay(gap, () => all.slice(0, count));
    const atLeast = gap.at['hir.values']!;
    return meanShape(gap, ofClass, atLeast) ?? meanShape(gap, any, atLeast);
  },
};
