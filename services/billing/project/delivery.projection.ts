import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';
import { BINS } from '../decide/calendar.js';
import { contentHash } from '../decide/delivered-quantity.js';
import { quantityOfEvent } from '../decide/delivery-event.js';

type Delivered = EventValue<'billing.BillingQuantityDelivered'>;

const DELIVERY = [
  { name: 'bq_id', type: 'text' },
  { name: 'delivery_no', type: 'int4' },
  { name: 'revision', type: 'int4' },
  { name: 'usdp_id', type: 'text' },
  { name: 'start_day', type: 'int4' },
  { name: 'end_day', type: 'int4' },
  { name: 'custody_id', type: 'text' },
  { name: 'line', type: 'int8' },
  { name: 'response_no', type: 'int4' },
  { name: 'request_file_id', type: 'text' },
  { name: 'recipient', type: 'text' },
  { name: 'ldc', type: 'text' },
  { name: 'purpose', type: 'text' },
  { name: 'content_hash', type: 'text' },
  { name: 'versions', type: 'text' },
  { name: 'hash', type: 'text' },
  { name: 'at_ms', type: 'int8' },
];

const SEGMENT = [
  { name: 'bq_id', type: 'text' },
  { name: 'delivery_no', type: 'int4' },
  { name: 'segment_no', type: 'int4' },
  { name: 'channel', type: 'text' },
  { name: 'start_day', type: 'int4' },
  { name: 'end_day', type: 'int4' },
  { name: 'account_ref', type: 'text' },
  { name: 'framing', type: 'text' },
  { name: 'calendar_id', type: 'text' },
  { name: 'calendar_version', type: 'int4' },
  { name: 'total_wh', type: 'int8' },
  { name: 'bins_wh', type: 'int8[]' },
  { name: 'intervals', type: 'int8' },
  { name: 'measured', type: 'int8' },
  { name: 'estimated', type: 'int8' },
  { name: 'edited', type: 'int8' },
  { name: 'hours_wh', type: 'int8[]' },
];

function deliveryRow(v: Delivered): unknown[] {
  return [
    v.bq_id,
    v.delivery_no,
    v.revision,
    v.usdp_id,
    v.start_day,
    v.end_day,
    v.custody_id,
    v.line,
    v.response_no,
    v.request_file_id,
    v.recipient,
    v.ldc,
    v.purpose,
    contentHash(v.segments.map(quantityOfEvent)),
    v.versions.map((one) => `${one.kind}\t${one.key}\t${one.version}`).join('\n'),
    v.hash,
    v.at_ms,
  ];
}

function segmentRows(v: Delivered): unknown[][] {
  return v.segments.map((s) => [
    v.bq_id,
    v.delivery_no,
    s.segment_no,
    s.channel,
    s.start_day,
    s.end_day,
    s.account_ref,
    s.framing,
    s.calendar_id,
    s.calendar_version,
    s.total_wh,
    BINS.map((bin) => s.bins.find((one) => one.bin === bin)?.wh ?? null),
    s.intervals,
    s.measured,
    s.estimated,
    s.edited,
    s.hours,
  ]);
}

/** The items answered: one statement for all, and the counters of their requests. */
async function markAnswered(tx: Tx, delivered: readonly Delivered[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'request_item',
    columns: [
      { name: 'custody_id', type: 'text' },
      { name: 'line', type: 'int8' },
      { name: 'response_no', type: 'int4' },
    ],
    rows: delivered.map((v) => [v.custody_id, v.line, v.response_no]),
    onConflict: 'on conflict (custody_id, line) do update set response_no = excluded.response_no',
  });
  const counts = new Map<string, number>();
  for (const v of delivered) counts.set(v.custody_id, (counts.get(v.custody_id) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  await bulkInsert(tx, {
    table: 'request as r',
    columns: [
      { name: 'custody_id', type: 'text' },
      { name: 'answered', type: 'int8' },
    ],
    rows: sorted,
    onConflict: 'on conflict (custody_id) do update set answered = r.answered + excluded.answered',
  });
}

/** Deliveries with their segments; by bq_id and delivery number, so that no order is needed. */
export const deliveryProjection: Projection = {
  name: 'delivery',
  topics: ['mdmr.billing.quantities.v1'],
  async apply(tx, events) {
    const delivered: Delivered[] = [];
    for (const event of events) {
      if (event.type === 'billing.BillingQuantityDelivered') delivered.push(event.value);
    }
    if (delivered.length === 0) return;
    await bulkInsert(tx, {
      table: 'delivery',
      columns: DELIVERY,
      rows: delivered.map(deliveryRow),
    });
    await bulkInsert(tx, {
      table: 'delivery_segment',
      columns: SEGMENT,
      rows: delivered.flatMap(segmentRows),
    });
    await markAnswered(tx, delivered);
  },
};
