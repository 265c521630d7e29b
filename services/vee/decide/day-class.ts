/** Like days: weekday, Saturday, Sunday-or-holiday. A holiday on a Saturday is a holiday (shifted away: not). */
import { type EstDay, weekdayOf } from '@mdmr/kernel';
import { isOntarioHoliday } from './holidays.js';

export type DayClass = 'WEEKDAY' | 'SATURDAY' | 'SUNDAY';

export function dayClass(day: EstDay): DayClass {
  const weekday = weekdayOf(day);
  if (weekday === 0 || isOntarioHoliday(day)) return 'SUNDAY';
  return weekday === 6 ? 'SATURDAY' : 'WEEKDAY';
}
