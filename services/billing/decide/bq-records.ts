/** Records of a BQ-RSP, byte for byte. */
import { formatEnergyKwh, formatEstDay, formatEstDayCompact } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';
import { BINS } from './calendar.js';
import type { Bin } from './calendar.js';
import type { DeliveredQuantity } from './delivered-quantity.js';

/** `<usdp_id>-<start>-<end>`: the same for every request of the period. */
export function bqIdOf(usdpId: string, startDay: EstDay, endDay: EstDay): string {
  return `${usdpId}-${formatEstDayCompact(startDay)}-${formatEstDayCompact(endDay)}`;
}

/** What all records of one delivered item share. */
export interface DeliveredItem {
  requestFileId: string;
  usdpId: string;
  bqId: string;
  revision: number;
  purpose: string;
}

/** One BQ record; `accountId` empty = nobody's. */
export interface RecordedQuantity extends Omit<DeliveredQuantity, 'accountRef'> {
  accountId: string;
}

function energy(wh: number | null | undefined): string {
  return wh === null || wh === undefined ? '' : formatEnergyKwh(wh);
}

/** Fields of the BQ record of a quantity. */
export function bqRecord(item: DeliveredItem, quantity: RecordedQuantity): string[] {
  const binWh = (bin: Bin): string => energy(quantity.bins.find((b) => b.bin === bin)?.wh);
  return [
    'BQ',
    item.requestFileId,
    item.usdpId,
    quantity.accountId,
    formatEstDay(quantity.startDay),
    formatEstDay(quantity.endDay),
    quantity.framing,
    quantity.calendarId,
    quantity.channel,
    formatEnergyKwh(quantity.totalWh),
    ...BINS.map(binWh),
    String(quantity.intervals),
    String(quantity.estimated),
    String(quantity.edited),
    item.bqId,
    String(item.revision),
    quantity.channel === 'KVARH' ? 'KVARH' : 'KWH',
    String(quantity.segmentNo),
    item.purpose,
  ];
}

/** Fields of the HRL records of a quantity, one a day. */
export function hrlRecords(item: DeliveredItem, quantity: RecordedQuantity): string[][] {
  const records: string[][] = [];
  const days = quantity.hours.length / 24;
  for (let i = 0; i < days; i++) {
    records.push([
      'HRL',
      item.requestFileId,
      item.bqId,
      item.usdpId,
      String(quantity.segmentNo),
      quantity.channel,
      formatEstDay(quantity.startDay + i),
      ...quantity.hours.slice(i * 24, i * 24 + 24).map(energy),
    ]);
  }
  return records;
}

/** All records of an item in the order of the file: its quantities stand by segment and channel already. */
export function recordsOf(
  item: DeliveredItem,
  quantities: readonly RecordedQuantity[],
): string[][] {
  return quantities.flatMap((quantity) => [
    bqRecord(item, quantity),
    ...hrlRecords(item, quantity),
  ]);
}
