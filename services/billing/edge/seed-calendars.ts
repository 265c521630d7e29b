import { emit } from '@mdmr/bus';
import type { ServiceTools } from '@mdmr/service';
import type { Calendar } from '../decide/calendar.js';
import { SHIPPED_CALENDARS } from '../decide/shipped-calendars.js';

function rowOf(range: Calendar['ranges'][number]): {
  valid_from_day: number | null;
  valid_to_day: number | null;
  season_from: string;
  season_to: string;
  day_type: string;
  from_minute: number;
  to_minute: number;
  bin: string;
  confirmed: boolean;
} {
  return {
    valid_from_day: range.validFromDay,
    valid_to_day: range.validToDay,
    season_from: range.seasonFrom,
    season_to: range.seasonTo,
    day_type: range.dayType,
    from_minute: range.fromMinute,
    to_minute: range.toMinute,
    bin: range.bin,
    confirmed: range.confirmed,
  };
}

/** At the first start the shipped calendars become events, like any that an operator loads. */
export async function seedCalendars({ bus }: ServiceTools): Promise<void> {
  await bus.decide(async ({ tx, now }) => {
    const { rows } = await tx.query<{ calendar_id: string }>('select calendar_id from calendar');
    const known = new Set(rows.map((row) => row.calendar_id));
    return SHIPPED_CALENDARS.filter((one) => !known.has(one.id)).map((one) =>
      emit('billing.CalendarVersionLoaded', one.id, {
        at_ms: now,
        calendar_id: one.id,
        version: one.version,
        bins: [...one.bins],
        confirmed: one.ranges.every((range) => range.confirmed),
        rows: one.ranges.map(rowOf),
        price_dates: [...one.priceDates],
      }),
    );
  });
}
