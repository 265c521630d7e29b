/**
 * EST-HIS, like days.
 * Gives the mean of like days, as the service's ladder chooses them, when each interval of the gap has at least
 * `his.values` values and there are `history.days` valid days of any class in the window.
 * Thresholds: his.values 3, history.days 5, and those of the ladder. Source: usual VEE practice; mean10 is
 * what did best of the plain means on real homes (bench:vee).
 */
import type { EstDay } from '@mdmr/kernel';
import { type Donor, meanOf } from '../history.js';
import { timesFraction } from '../fraction.js';
import type { LikeDays } from './like-days.js';
import type { GapSlot, GapView, Shape, ShapeMethod } from './method.js';

export function likeDayMethod(likeDays: LikeDays): ShapeMethod {
  return {
    kind: 'shape',
    code: 'EST-HIS',
    thresholds: {},
    shape(gap) {
      if (!hasHistory(gap, likeDays.days(gap.at))) return null;
      const donorsOf = donorsByDay(gap, (day) => likeDays.choose(gap, day));
      return meanShape(gap, donorsOf, gap.at['his.values']!);
    },
  };
}

/** HIS and HIR both ask for some valid days of any class. */
export function hasHistory(gap: GapView, days: number): boolean {
  const valid = gap.history.before(gap.firstDay, days, gap.account);
  return valid.length >= gap.at['history.days']!;
}

export function donorsByDay(
  gap: GapView,
  choose: (day: EstDay) => readonly Donor[],
): Map<EstDay, readonly Donor[]> {
  const donors = new Map<EstDay, readonly Donor[]>();
  for (const slot of gap.slots) if (!donors.has(slot.day)) donors.set(slot.day, choose(slot.day));
  return donors;
}

/** The mean of each day's donors; null if an interval has too few values. */
export function meanShape(
  gap: GapView,
  donorsOf: Map<EstDay, readonly Donor[]>,
  atLeast: number,
): Shape | null {
  const values = [];
  for (const slot of gap.slots) {
    const { mean, count } = meanOf(donorsOf.get(slot.day)!, slot.fromMinute, slot.minutes);
    if (count < atLeast) return null;
    values.push(cutToShare(mean, slot));
  }
  const days = new Set<EstDay>();
  for (const donors of donorsOf.values()) for (const donor of donors) days.add(donor.day);
  return { values, donorDays: [...days].sort((a, b) => a - b) };
}

/** A part of an interval has its share of the minutes. */
export function cutToShare(value: Shape['values'][number], slot: GapSlot): Shape['values'][number] {
  return slot.shareMs === slot.ofMs ? value : timesFraction(value, slot.shareMs, slot.ofMs);
}
