import { parseEstDay, Rejection } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';

/** A day of a command; null when it gives none. Rejection BAD_DAY. */
export function dayOrNull(text: string | null | undefined): EstDay | null {
  if (text === null || text === undefined) return null;
  const day = parseEstDay(text);
  if (day === null) throw new Rejection('BAD_DAY', `${JSON.stringify(text)} is no day YYYY-MM-DD`);
  return day;
}
