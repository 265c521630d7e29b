import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { BINS } from '../decide/calendar.js';
import type { DeliveredQuantity } from '../decide/delivered-quantity.js';
import type { SourceVersion } from '../decide/delivery.js';
import type { Channel, Framing } from '../decide/sdp-facts.js';

type Reader = Pick<Tx, 'query'>;

/** A delivery without its segments. */
export interface Delivery {
  bq_id: string;
  delivery_no: number;
  revision: number;
  usdp_id: string;
  start_day: EstDay;
  end_day: EstDay;
  custody_id: string;
  line: number;
  response_no: number;
  request_file_id: string;
  recipient: string;
  ldc: string;
  purpose: string;
  versions: string;
  hash: string;
  at_ms: Instant;
}

export interface StoredQuantity extends DeliveredQuantity {
  calendarVersion: number;
  measured: number;
}

const DELIVERY = `d.bq_id, d.delivery_no, d.revision, d.usdp_id, d.start_day, d.end_day,
  d.custody_id, d.line, d.response_no, d.request_file_id, d.recipient, d.ldc, d.purpose, d.versions,
  d.hash, d.at_ms`;

/** Deliveries of a response on lines after `after`, by line. */
export async function deliveriesOfResponse(
  tx: Reader,
  custodyId: string,
  responseNo: number,
  after: number,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await tx.query<Delivery>(
    `select ${DELIVERY} from delivery d
     where d.custody_id = $1 and d.response_no = $2 and d.line > $3 order by d.line limit $4`,
    [custodyId, responseNo, after, limit],
  );
  return rows;
}

/** A delivery as it was sent. */
export interface SentDelivery extends Delivery {
  delivered_at_ms: Instant;
  account_given: boolean;
  account_ref: string | null;
}

/** The last delivery of each bq_id that a response has carried. */
export async function lastSent(tx: Reader, bqIds: readonly string[]): Promise<SentDelivery[]> {
  const { rows } = await tx.query<SentDelivery>(
    `select distinct on (d.bq_id) ${DELIVERY}, s.at_ms as delivered_at_ms, i.account_given,
            i.account_ref
     from delivery d join response s using (custody_id, response_no)
     join request_item i on i.custody_id = d.custody_id and i.line = d.line
     where d.bq_id = any($1) order by d.bq_id, d.delivery_no desc`,
    [bqIds],
  );
  return rows;
}

/** All deliveries of a bq_id, the newest first. */
export async function deliveriesOf(tx: Reader, bqId: string): Promise<Delivery[]> {
  const { rows } = await tx.query<Delivery>(
    `select ${DELIVERY} from delivery d where d.bq_id = $1 order by d.delivery_no desc`,
    [bqId],
  );
  return rows;
}

interface SegmentRow {
  bq_id: string;
  delivery_no: number;
  segment_no: number;
  channel: Channel;
  start_day: EstDay;
  end_day: EstDay;
  account_ref: string | null;
  framing: Framing;
  calendar_id: string;
  calendar_version: number;
  total_wh: number;
  bins_wh: (string | number | null)[];
  intervals: number;
  measured: number;
  estimated: number;
  edited: number;
  hours_wh: (string | number | null)[];
}

function quantityOf(row: SegmentRow): StoredQuantity {
  const bins: DeliveredQuantity['bins'][number][] = [];
  row.bins_wh.forEach((wh, i) => {
    if (wh !== null) bins.push({ bin: BINS[i]!, wh: Number(wh) });
  });
  return {
    segmentNo: row.segment_no,
    startDay: row.start_day,
    endDay: row.end_day,
    accountRef: row.account_ref,
    framing: row.framing,
    calendarId: row.calendar_id,
    calendarVersion: row.calendar_version,
    channel: row.channel,
    totalWh: row.total_wh,
    bins,
    intervals: row.intervals,
    measured: row.measured,
    estimated: row.estimated,
    edited: row.edited,
    hours: row.hours_wh.map((wh) => (wh === null ? null : Number(wh))),
  };
}

/** Quantities by `<bq_id>/<delivery_no>`, each list in the order of the records. */
export async function quantitiesOf(
  tx: Reader,
  deliveries: readonly { bq_id: string; delivery_no: number }[],
): Promise<Map<string, StoredQuantity[]>> {
  const { rows } = await tx.query<SegmentRow>(
    `select s.* from unnest($1::text[], $2::int[]) as u(bq_id, delivery_no)
     join delivery_segment s using (bq_id, delivery_no)
     order by s.bq_id, s.delivery_no, s.segment_no,
       array_position(array['KWH', 'GKWH', 'KVARH'], s.channel)`,
    [deliveries.map((one) => one.bq_id), deliveries.map((one) => one.delivery_no)],
  );
  const byDelivery = new Map<string, StoredQuantity[]>();
  for (const row of rows) {
    const key = `${row.bq_id}/${row.delivery_no}`;
    const list = byDelivery.get(key) ?? [];
    byDelivery.set(key, list);
    list.push(quantityOf(row));
  }
  return byDelivery;
}

/** Account ids of references. */
export async function accountIds(
  tx: Reader,
  refs: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ account_ref: string; account_id: string }>(
    'select account_ref, account_id from account_identity where account_ref = any($1)',
    [[...new Set(refs)]],
  );
  return new Map(rows.map((row) => [row.account_ref, row.account_id]));
}

/** The versions behind a delivery, from its text. */
export function sourceVersions(text: string): SourceVersion[] {
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const [kind = '', key = '', version = ''] = line.split('\t');
    return { kind: kind as SourceVersion['kind'], key, version };
  });
}
