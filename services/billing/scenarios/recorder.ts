/** Another service's view of billing: every event of its topics, as it came. */
import type { Projection } from '@mdmr/bus';
import type { EventType, EventValue } from '@mdmr/events';
import { bulkInsert, type Database } from '@mdmr/postgres';
import type { ServiceSpec } from '@mdmr/service';

const TOPICS = ['calendars', 'requests', 'quantities', 'runs', 'outbound-files'].map(
  (name) => `mdmr.billing.${name}.v1`,
);

const projection: Projection = {
  name: 'recorder',
  topics: TOPICS,
  async apply(tx, events) {
    await bulkInsert(tx, {
      table: 'recorded',
      columns: [
        { name: 'type', type: 'text' },
        { name: 'value', type: 'jsonb' },
      ],
      rows: events.map((event) => [event.type, event.value]),
    });
  },
};

export const recorder: ServiceSpec = {
  name: 'reporting',
  migrations: [
    {
      id: 1,
      name: 'recorded',
      sql: 'create table recorded (id bigserial, type text not null, value jsonb not null)',
    },
  ],
  projections: () => [projection],
};

/** Recorded events of a type, in the order in which they came. */
export async function recorded<T extends EventType>(
  db: Database,
  type: T,
): Promise<EventValue<T>[]> {
  const { rows } = await db.query<{ value: EventValue<T> }>(
    'select value from recorded where type = $1 order by id',
    [type],
  );
  return rows.map((row) => row.value);
}
