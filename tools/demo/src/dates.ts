/** The days and instants of the story, all EST. */
import {
  MINUTE_MS,
  parseEstDay,
  parseInstant,
  startOfDay,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';

/** A day written out. */
export function day(text: string): EstDay {
  const parsed = parseEstDay(text);
  if (parsed === null) throw new Error(`not a day: ${text}`);
  return parsed;
}

/** An EST wall clock reading, `YYYY-MM-DDThh:mm`. */
export function at(text: string): Instant {
  const parsed = parseInstant(`${text}:00-05:00`);
  if (parsed === null) throw new Error(`not an instant: ${text}`);
  return parsed;
}

/** The EST clock reading of a day, minutes from midnight. */
export function onDay(estDay: EstDay, minutes: number): Instant {
  return startOfDay(estDay) + minutes * MINUTE_MS;
}

/** Where the hub's clock starts: a Friday, with October's reads waiting in the head-ends. */
export const CLOCK_START = '2026-10-30T08:00:00-05:00';
/** Everything is in force from here, and this is the first data day. */
export const FIRST_DAY = day('2026-10-01');
/** First data day whose reads come on the morning after, as they will from then on. */
export const FIRST_LIVE_DAY = day('2026-10-30');
export const LAST_DAY = day('2026-11-30');
/** Daylight saving time ends, the price date and the winter season begin. */
export const CLOCK_CHANGE = day('2026-11-01');

export const EXCHANGED_AT = at('2026-11-10T10:37');
export const NEW_STREET_AT = at('2026-11-03T09:00');
/** From here the home of MP-0023 answers with another communication module. */
export const MODULE_CHANGED = day('2026-11-05');
export const DISCONNECTED_FROM = day('2026-11-11');
export const TOU_FROM = day('2026-11-16');
export const NEXT_ACCOUNT_FROM = day('2026-11-13');
/** The day of the field work: everything the evening's set tells. */
export const FIELD_DAY = day('2026-11-10');
