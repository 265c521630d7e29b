import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';

/** What other services issue, define or load and records are judged against. */
export const registryProjections: readonly Projection[] = [
  {
    name: 'issued-usdp',
    topics: ['mdmr.usdp.issuances.v1'],
    apply: insertIssued,
  },
  {
    name: 'vee-service',
    topics: ['mdmr.vee.services.v1'],
    apply: insertVeeServices,
  },
  {
    name: 'calendar',
    topics: ['mdmr.billing.calendars.v1'],
    apply: (tx, events) => each(events, (event) => upsertCalendar(tx, event)),
  },
  {
    name: 'rate-class-list',
    topics: ['mdmr.participants.organizations.v1'],
    apply: (tx, events) => each(events, (event) => replaceRateClasses(tx, event)),
  },
];

async function each(
  events: readonly InEvent[],
  apply: (event: InEvent) => Promise<void>,
): Promise<void> {
  for (const event of events) await apply(event);
}

async function insertIssued(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'issued_usdp',
    columns: ['usdp_id', 'ldc', 'sdp_id'].map((name) => ({ name, type: 'text' })),
    rows: events.flatMap((e) => {
      if (e.type !== 'usdp.UsdpRequestDecided') return [];
      return e.value.issued.map((i) => [i.usdp_id, e.value.ldc, i.sdp_id]);
    }),
  });
}

async function insertVeeServices(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'vee_service',
    columns: [{ name: 'service_id', type: 'text' }],
    rows: events.flatMap((e) => (e.type === 'vee.VeeServiceDefined' ? [[e.value.service_id]] : [])),
    onConflict: 'on conflict do nothing',
  });
}

async function upsertCalendar(tx: Tx, event: InEvent): Promise<void> {
  if (event.type !== 'billing.CalendarVersionLoaded') return;
  const v = event.value;
  await tx.query(
    `insert into calendar values ($1, $2, $3, $4) on conflict (calendar_id) do update
       set version = excluded.version, bins = excluded.bins, bin_rows = excluded.bin_rows
       where excluded.version >= calendar.version`,
    [v.calendar_id, v.version, v.bins, JSON.stringify(v.rows)],
  );
}

async function replaceRateClasses(tx: Tx, event: InEvent): Promise<void> {
  if (event.type !== 'participants.RateClassListLoaded') return;
  const { ldc, at_ms, codes } = event.value;
  await tx.query(
    `insert into rate_class_list values ($1, $2, $3) on conflict (ldc) do update
       set at_ms = excluded.at_ms, codes = excluded.codes`,
    [ldc, at_ms, codes.map((c) => c.id)],
  );
}
