import { formatEstDay, formatInstant, parseEstDay, type EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { formatEnergyKwh } from '@mdmr/kernel';
import { PackedBody } from '../decide/day-body.js';
import { versionsHash, type SourceVersion } from '../decide/delivery.js';
import {
  deliveriesOf,
  quantitiesOf,
  sourceVersions,
  type Delivery,
  type StoredQuantity,
} from './deliveries.query.js';

type Reader = Pick<Tx, 'query'>;

/** Intervals [from, to) of a day and the line of the file they came with. */
interface Lineage {
  from: number;
  to: number;
  custody_id: string;
  file_id: string;
  line: number;
  meter_id: string;
}

function lineageOf(text: string): Lineage[] {
  if (text === '') return [];
  return text.split(';').map((run) => {
    const [range = '', custody_id = '', file_id = '', line = '', meter_id = ''] = run.split(' ');
    const [from = '', to = ''] = range.split('-');
    return {
      from: Number(from),
      to: Number(to),
      custody_id,
      file_id,
      line: Number(line),
      meter_id,
    };
  });
}

interface DayRow {
  channel: string;
  est_day: EstDay;
  version: number;
  body: Buffer;
  at_ms: number;
}

/** The very versions of channel days, current or replaced since. */
async function dayVersions(
  tx: Reader,
  usdpId: string,
  wanted: readonly SourceVersion[],
): Promise<DayRow[]> {
  const keys = wanted.map(({ key, version }) => {
    const [channel = '', date = ''] = key.split('/');
    return { channel, day: parseEstDay(date)!, version: Number(version) };
  });
  const columns = 'd.channel, d.est_day, d.version, d.body, d.at_ms';
  const from = (table: string): string =>
    `select ${columns} from unnest($2::text[], $3::int[], $4::int[]) as u(channel, est_day, version)
     join ${table} d using (channel, est_day, version)
     where d.usdp_id = $1 and d.est_day = any($3)`;
  const { rows } = await tx.query<DayRow>(
    `${from('channel_day')} union all ${from('channel_day_history')}`,
    [
      usdpId,
      keys.map((one) => one.channel),
      keys.map((one) => one.day),
      keys.map((one) => one.version),
    ],
  );
  return rows;
}

function dayOf(row: DayRow): object {
  const { minutes, codes, lineage } = new PackedBody(row.body);
  return {
    channel: row.channel,
    day: formatEstDay(row.est_day),
    version: row.version,
    validated_at: formatInstant(row.at_ms),
    interval_minutes: minutes,
    /** V measured, E estimated, Z zero of an outage or disconnection, D edited, - not expected. */
    states: codes ?? 'V'.repeat(1440 / minutes),
    files: lineageOf(lineage),
  };
}

function quantityOf(quantity: StoredQuantity): object {
  return {
    segment_no: quantity.segmentNo,
    segment_start: formatEstDay(quantity.startDay),
    segment_end: formatEstDay(quantity.endDay),
    account_ref: quantity.accountRef,
    framing: quantity.framing,
    energy_purchase_service: quantity.calendarId,
    calendar_version: quantity.calendarVersion,
    channel: quantity.channel,
    total_kwh: formatEnergyKwh(quantity.totalWh),
    bins_kwh: Object.fromEntries(quantity.bins.map(({ bin, wh }) => [bin, formatEnergyKwh(wh)])),
    intervals: quantity.intervals,
    measured: quantity.measured,
    estimated: quantity.estimated,
    edited: quantity.edited,
  };
}

function headOf(delivery: Delivery): object {
  return {
    bq_id: delivery.bq_id,
    revision: delivery.revision,
    delivery_no: delivery.delivery_no,
    usdp_id: delivery.usdp_id,
    start: formatEstDay(delivery.start_day),
    end: formatEstDay(delivery.end_day),
    request_file_id: delivery.request_file_id,
    custody_id: delivery.custody_id,
    line: delivery.line,
    response_no: delivery.response_no,
    delivered_to: delivery.recipient,
    ldc: delivery.ldc,
    purpose: delivery.purpose,
  };
}

/**
 * A delivery back to the versions it was made from, and these to files and lines; the newest of the revision,
 * or of all. Null = no such delivery. Accounts by their references only.
 */
export async function traceBq(
  tx: Reader,
  bqId: string,
  revision: number | null,
): Promise<object | null> {
  const all = await deliveriesOf(tx, bqId);
  const delivery = all.find((one) => revision === null || one.revision === revision);
  if (delivery === undefined) return null;
  const quantities = (await quantitiesOf(tx, [delivery])).get(
    `${delivery.bq_id}/${delivery.delivery_no}`,
  );
  const versions = sourceVersions(delivery.versions);
  const days = await dayVersions(
    tx,
    delivery.usdp_id,
    versions.filter((one) => one.kind === 'CHANNEL_DAY'),
  );
  days.sort((a, b) => a.channel.localeCompare(b.channel) || a.est_day - b.est_day);
  const others = (kind: string): object[] =>
    versions.filter((one) => one.kind === kind).map(({ key, version }) => ({ key, version }));
  return {
    ...headOf(delivery),
    quantities: (quantities ?? []).map(quantityOf),
    channel_days: days.map(dayOf),
    calendars: others('CALENDAR'),
    vee_services: others('SERVICE'),
    directory: others('DIRECTORY'),
    hash: delivery.hash,
    hash_is_right: versionsHash(versions) === delivery.hash,
    revisions: all.map((one) => ({
      delivery_no: one.delivery_no,
      revision: one.revision,
      request_file_id: one.request_file_id,
    })),
  };
}
