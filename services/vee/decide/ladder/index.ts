/**
 * The estimation ladder, first to last: the first method that applies to a gap estimates it; none: NVE. The
 * service names how EST-HIS chooses its days.
 */
import type { ThresholdDefaults } from '../thresholds.js';
import { disconnected } from './est-dsc.js';
import { flat } from './est-flt.js';
import { headEndEstimate } from './est-hes.js';
import { likeDayMethod } from './est-his.js';
import { line } from './est-lin.js';
import { outage } from './est-out.js';
import { reducedHistory } from './est-hir.js';
import { mean10, weekday3 } from './like-days.js';
import type { Method } from './method.js';
import { soft } from './soft.js';

export type LadderName = 'mean10' | 'weekday3' | 'soft';

const HIS = {
  mean10: likeDayMethod(mean10),
  weekday3: likeDayMethod(weekday3),
  soft,
};

export const LADDERS = Object.keys(HIS) as readonly LadderName[];

const METHODS: Readonly<Record<LadderName, readonly Method[]>> = {
  mean10: ladderWith('mean10'),
  weekday3: ladderWith('weekday3'),
  soft: ladderWith('soft'),
};

function ladderWith(name: LadderName): Method[] {
  return [headEndEstimate, outage, disconnected, line, HIS[name], reducedHistory, flat];
}

export function methodsOf(name: LadderName): readonly Method[] {
  return METHODS[name];
}

/** Days before a gap that any ladder may look at. */
export function historyDays(at: ThresholdDefaults): number {
  return Math.max(
    at['mean10.days']!,
    at['weekday3.days']!,
    at['soft.days']!,
    at['hir.days']!,
    at['gap.days']! + 1,
  );
}

/** Thresholds of methods and of estimation as a whole. */
export const METHOD_DEFAULTS: ThresholdDefaults = {
  'mean10.days': 42,
  'mean10.count': 10,
  'weekday3.days': 42,
  'weekday3.count': 3,
  'soft.days': 60,
  'his.values': 3,
  'history.days': 5,
  'gap.days': 31,
  'scale.max': 0.01,
  ...line.thresholds,
  ...reducedHistory.thresholds,
};
