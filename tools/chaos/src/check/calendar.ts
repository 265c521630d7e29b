/** Days and stamps of the exchange files: EST all year, an interval carries its end. */

const MINUTES_PER_DAY = 1440;
const DAYS_PER_ERA = 146_097;
const EPOCH_DAY = 719_468;

/** Days since 1970-01-01 of a civil date (proleptic Gregorian). */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAY;
}

/** `YYYY-MM-DD` as days since 1970-01-01. */
export function parseDay(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) throw new Error(`${text} is no date`);
  return dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The day before or after, in the text form. */
export function formatDay(day: number): string {
  const z = day + EPOCH_DAY;
  const era = Math.floor(z / DAYS_PER_ERA);
  const doe = z - era * DAYS_PER_ERA;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${year}-${two(month)}-${two(doy - Math.floor((153 * mp + 2) / 5) + 1)}`;
}

/** Where an interval lies: its EST day, and the minute of that day at which it ends, 1 to 1440. */
export interface IntervalEnd {
  readonly day: number;
  readonly minute: number;
}

/** Reads `CCYYMMDDHHMM`; null when it is no time. */
export function parseStamp(text: string): IntervalEnd | null {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, date, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (minute > 59 || hour * 60 + minute > MINUTES_PER_DAY) return null;
  const day = dayNumber(year, month, date);
  const [y, m, d] = formatDay(day).split('-').map(Number);
  if (y !== year || m !== month || d !== date) return null;
  const total = hour * 60 + minute;
  return total === 0 ? { day: day - 1, minute: MINUTES_PER_DAY } : { day, minute: total };
}

/** The grid position `minutes` further on. */
export function later({ day, minute }: IntervalEnd, minutes: number): IntervalEnd {
  const total = minute + minutes;
  return total > MINUTES_PER_DAY
    ? { day: day + 1, minute: total - MINUTES_PER_DAY }
    : { day, minute: total };
}
