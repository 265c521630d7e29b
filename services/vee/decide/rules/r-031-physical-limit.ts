/**
 * VEE-R-031, physical limit.
 * Test: average kW of an interval > factor x SERVICE_KW (GKWH: GENERATION_KW). Without SERVICE_KW a residential
 * service counts as `kw`; anything else is NOT_RUN(NO_LIMIT). FAIL: the interval is estimated.
 * Thresholds: factor 1.1, kw 48. value = the largest energy of an interval, limit = what it may be.
 * Source: 200 A at 240 V are 48 kW; more than the service can carry was not used.
 * Cost: one pass over the day.
 */
import { type DayFacts } from '../facts.js';
import type { Thresholds } from '../thresholds.js';
import { type DayRule, kwhText } from './rule.js';

export const physicalLimit: DayRule = {
  kind: 'day',
  id: 'VEE-R-031',
  no: 31,
  title: 'physical limit',
  thresholds: { factor: 1.1, kw: 48 },
  channels: ['KWH', 'GKWH'],
  run(view, failed) {
    const limitKw = limitKwOf(view.channel, view.facts, view.at);
    const { values } = view;
    if (limitKw === null) {
      const whole = { intervals: values.length, from: 0, to: values.length };
      return { severity: 'NOT_RUN', reason: 'NO_LIMIT', ...whole };
    }
    const limitWh = limitWhOf(limitKw, view.minutes);
    let count = 0;
    let first = 0;
    let last = 0;
    let most = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value > limitWh)) continue;
      if (count++ === 0) first = i;
      last = i;
      if (value > most) most = value;
      failed[i] = 1;
    }
    if (count === 0) return null;
    const texts = { value: kwhText(most), limit: kwhText(limitWh) };
    return { severity: 'FAIL', ...texts, intervals: count, from: first, to: last + 1 };
  },
};

/** Average kW an interval may have; null = no limit is known. */
export function limitKwOf(channel: string, facts: DayFacts, at: Thresholds): number | null {
  const factor = at['r-031.factor']!;
  if (channel !== 'KWH' && channel !== 'GKWH') return null;
  if (facts.ratedKw !== null) return factor * facts.ratedKw;
  return channel === 'KWH' && facts.category === 'RESIDENTIAL' ? factor * at['r-031.kw']! : null;
}

/** Wh an interval of so many minutes may have; a hair above, so that the limit itself passes. */
export function limitWhOf(limitKw: number, minutes: number): number {
  return (limitKw * 1000 * minutes) / 60 + 1e-6;
}
