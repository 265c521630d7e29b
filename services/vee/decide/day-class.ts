/** Like days: weekday, Saturday, Sunday-or-holiday. A holiday on a Saturday is a holiday (shifted away: not). */
import { type EstDay, isHoliday, weekdayOf } from '@mdmr/kernel';

export type DayClass = 'WEEKDAY' | 'SATURDAY' | 'SUNDAY';

export function dayClass(day: EstDay): DayClass {
  const weekday = weekdayOf(day);
  if (weekday === 0 || isHoliday(day)) return 'SUNDAY';
  return weekday === 6 ? 'SATURDAY' : 'WEEKDAY';
}
