/** A billing quantity as events and records have it, and what makes two of them differ. */
import type { EstDay } from '@mdmr/kernel';
import type { Bin, Calendars } from './calendar.js';
import type { Quantity } from './frame-item.js';
import type { Channel, Framing } from './sdp-facts.js';
import { sha256Hex } from './sha256.js';

/** One BQ record's numbers in Wh, bins by name, `hours` empty where there are none. */
export interface DeliveredQuantity {
  segmentNo: number;
  startDay: EstDay;
  endDay: EstDay;
  accountRef: string | null;
  framing: Framing;
  calendarId: string;
  channel: Channel;
  totalWh: number;
  bins: readonly { bin: Bin; wh: number }[];
  intervals: number;
  estimated: number;
  edited: number;
  hours: readonly (number | null)[];
}

/** A quantity as framed, with its bins by name. */
export function toDelivered(quantity: Quantity, calendars: Calendars): DeliveredQuantity {
  const { binsWh, hours, ...rest } = quantity;
  const names = calendars.get(quantity.calendarId)?.bins ?? [];
  const bins = (binsWh ?? []).map((wh, i) => ({ bin: names[i]!, wh }));
  return { ...rest, bins, hours: hours ?? [] };
}

/** What a quantity says of energy and plan, without counts of states: a change of it is told in BR03. */
export function quantityHash(quantity: DeliveredQuantity): string {
  const bins = quantity.bins.map(({ bin, wh }) => `${bin}=${wh}`).join('+');
  const hours = quantity.hours.map((wh) => wh ?? '').join(',');
  const { accountRef, framing, calendarId, totalWh } = quantity;
  const text = [accountRef ?? '', framing, calendarId, totalWh, bins, hours].join('|');
  return sha256Hex(text).slice(0, 32);
}

/** All that the records of an item say but request_file_id, purpose and revision: equal = the same revision. */
export function contentHash(quantities: readonly DeliveredQuantity[]): string {
  const text = quantities.map((q) =>
    [
      q.segmentNo,
      q.startDay,
      q.endDay,
      q.channel,
      q.intervals,
      q.estimated,
      q.edited,
      quantityHash(q),
    ].join('|'),
  );
  return sha256Hex(text.join('\n'));
}
