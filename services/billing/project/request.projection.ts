import type { EventValue } from '@mdmr/events';
import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';

type Ended = EventValue<'billing.RequestItemsEnded'>;

const KEY = [
  { name: 'custody_id', type: 'text' },
  { name: 'line', type: 'int8' },
];
const text = (name: string): { name: string; type: string } => ({ name, type: 'text' });
const long = (name: string): { name: string; type: string } => ({ name, type: 'int8' });
const int = (name: string): { name: string; type: string } => ({ name, type: 'int4' });

/** Sets columns of the request's row, which an event of another lane may have made already. */
async function updateRequest(
  tx: Tx,
  custodyId: string,
  values: Record<string, unknown>,
  set: string,
): Promise<void> {
  const names = Object.keys(values);
  const places = names.map((_, i) => `$${i + 2}`).join(', ');
  await tx.query(
    `insert into request as r (custody_id, ${names.join(', ')}) values ($1, ${places})
     on conflict (custody_id) do update set ${set}`,
    [custodyId, ...names.map((name) => values[name])],
  );
}

async function accepted(tx: Tx, v: EventValue<'billing.RequestAccepted'>): Promise<void> {
  const values = {
    custody_seq: v.custody_seq,
    custody_at_ms: v.custody_at_ms,
    file_id: v.file_id,
    sender: v.sender,
    ldc: v.ldc,
    window_end_ms: v.window_end_ms,
  };
  const set = Object.keys(values).map((name) => `${name} = excluded.${name}`);
  await updateRequest(tx, v.custody_id, values, set.join(', '));
}

async function itemsAccepted(tx: Tx, v: EventValue<'billing.RequestItemsAccepted'>): Promise<void> {
  const columns = [
    ...['usdp_id', 'start_text', 'end_text'].map(text),
    ...['start_day', 'end_day'].map(int),
    text('account_ref'),
    { name: 'account_given', type: 'bool' },
    long('as_known_on_ms'),
    text('purpose'),
  ];
  await bulkInsert(tx, {
    table: 'request_item',
    columns: [...KEY, ...columns],
    rows: v.items.map((item) => [
      v.custody_id,
      item.line,
      item.usdp_id,
      item.start,
      item.end,
      item.start_day,
      item.end_day,
      item.account_ref,
      item.account_given,
      item.as_known_on_ms,
      item.purpose,
    ]),
    onConflict: `on conflict (custody_id, line) do update set ${columns
      .map(({ name }) => `${name} = excluded.${name}`)
      .join(', ')}`,
  });
  const { length } = v.items;
  await updateRequest(
    tx,
    v.custody_id,
    { accepted: length },
    'accepted = r.accepted + excluded.accepted',
  );
}

/** The latest try says why an item waits. */
async function statusChanged(tx: Tx, v: EventValue<'billing.ItemStatusChanged'>): Promise<void> {
  await bulkInsert(tx, {
    table: 'request_item as i',
    columns: [...KEY, long('status_at_ms'), text('reason'), text('detail')],
    rows: v.items.map((item) => [v.custody_id, item.line, v.at_ms, item.reason, item.detail]),
    onConflict: `on conflict (custody_id, line) do update set
      status_at_ms = excluded.status_at_ms, reason = excluded.reason, detail = excluded.detail
      where i.status_at_ms is null or i.status_at_ms <= excluded.status_at_ms`,
  });
}

async function itemsEnded(tx: Tx, v: Ended): Promise<void> {
  await bulkInsert(tx, {
    table: 'request_item',
    columns: [...KEY, text('ended_reason'), text('ended_detail')],
    rows: v.ended.map((item) => [v.custody_id, item.line, item.reason, item.detail]),
    onConflict: `on conflict (custody_id, line) do update set
      ended_reason = excluded.ended_reason, ended_detail = excluded.ended_detail`,
  });
  await updateRequest(
    tx,
    v.custody_id,
    { ended: v.ended.length },
    'ended = r.ended + excluded.ended',
  );
}

async function delivered(tx: Tx, v: EventValue<'billing.ResponseDelivered'>): Promise<void> {
  await updateRequest(
    tx,
    v.custody_id,
    {
      sent: v.items,
      responses: v.response_no,
      last_response_ms: v.at_ms,
      final_at_ms: v.final ? v.at_ms : null,
    },
    `sent = r.sent + excluded.sent, responses = greatest(r.responses, excluded.responses),
     last_response_ms = greatest(r.last_response_ms, excluded.last_response_ms),
     final_at_ms = coalesce(r.final_at_ms, excluded.final_at_ms)`,
  );
  if (!v.last) return;
  await tx.query('insert into response values ($1, $2, $3, $4) on conflict do nothing', [
    v.custody_id,
    v.response_no,
    v.at_ms,
    v.final,
  ]);
}

async function apply(tx: Tx, event: InEvent): Promise<void> {
  switch (event.type) {
    case 'billing.RequestAccepted':
      return accepted(tx, event.value);
    case 'billing.RequestItemsAccepted':
      return itemsAccepted(tx, event.value);
    case 'billing.ItemStatusChanged':
      return statusChanged(tx, event.value);
    case 'billing.RequestItemsEnded':
      return itemsEnded(tx, event.value);
    case 'billing.ResponseDelivered':
      return delivered(tx, event.value);
    case 'billing.RequestTried':
      if (!event.value.last || event.value.window_end) return undefined;
      return updateRequest(
        tx,
        event.value.custody_id,
        { tried_at_ms: event.value.at_ms },
        'tried_at_ms = coalesce(r.tried_at_ms, excluded.tried_at_ms)',
      );
    default:
      return undefined;
  }
}

/** Requests, their items and their responses. */
export const requestProjection: Projection = {
  name: 'request',
  topics: ['mdmr.billing.requests.v1'],
  async apply(tx, events) {
    for (const event of events) await apply(tx, event);
  },
};
