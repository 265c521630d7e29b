/** How a ladder chooses like days of a day of the gap. All choose from the valid days before the gap. */
import { type EstDay, isHoliday, weekdayOf } from '@mdmr/kernel';
import { dayClass } from '../day-class.js';
import type { Donor } from '../history.js';
import type { Thresholds } from '../thresholds.js';
import type { GapView } from './method.js';

export interface LikeDays {
  /** Days before the gap that may serve. */
  days(at: Thresholds): number;
  choose(gap: GapView, day: EstDay): readonly Donor[];
}

/** mean10: the last `mean10.count` days of the class within `mean10.days` (10 of 42). */
export const mean10: LikeDays = {
  days: (at) => at['mean10.days']!,
  choose(gap, day) {
    const wanted = dayClass(day);
    const like = valid(gap, gap.at['mean10.days']!).filter((d) => dayClass(d.day) === wanted);
    return like.slice(0, gap.at['mean10.count']!);
  },
};

/**
 * weekday3: the `weekday3.count` nearest days of the same weekday within `weekday3.days` (3 of 42). A holiday
 * takes holidays, then Sundays; a holiday is nobody's weekday.
 */
export const weekday3: LikeDays = {
  days: (at) => at['weekday3.days']!,
  choose(gap, day) {
    const all = valid(gap, gap.at['weekday3.days']!);
    const count = gap.at['weekday3.count']!;
    const plain = all.filter((d) => !isHoliday(d.day));
    if (!isHoliday(day)) {
      return plain.filter((d) => weekdayOf(d.day) === weekdayOf(day)).slice(0, count);
    }
    const holidays = all.filter((d) => isHoliday(d.day));
    const sundays = plain.filter((d) => weekdayOf(d.day) === 0);
    return [...holidays, ...sundays].slice(0, count);
  },
};

function valid(gap: GapView, days: number): Donor[] {
  return gap.history.before(gap.firstDay, days, gap.account);
}
