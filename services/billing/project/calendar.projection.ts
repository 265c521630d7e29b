import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Every version of every calendar, whole. */
export const calendarProjection: Projection = {
  name: 'calendar',
  topics: ['mdmr.billing.calendars.v1'],
  async apply(tx, events) {
    const rows: unknown[][] = [];
    for (const event of events) {
      if (event.type !== 'billing.CalendarVersionLoaded') continue;
      const v = event.value;
      rows.push([v.calendar_id, v.version, v.bins, v.confirmed, v.rows, v.price_dates, v.at_ms]);
    }
    await bulkInsert(tx, {
      table: 'calendar',
      columns: [
        { name: 'calendar_id', type: 'text' },
        { name: 'version', type: 'int4' },
        { name: 'bins', type: 'text[]' },
        { name: 'confirmed', type: 'bool' },
        { name: 'ranges', type: 'jsonb' },
        { name: 'price_dates', type: 'int4[]' },
        { name: 'at_ms', type: 'int8' },
      ],
      rows,
      onConflict: 'on conflict do nothing',
    });
  },
};
