/** The re-billing comparison (BR03): a delivered item against what it would be now. */
import type { EstDay } from '@mdmr/kernel';
import { BINS } from './calendar.js';
import { quantityHash } from './delivered-quantity.js';
import type { DeliveredQuantity } from './delivered-quantity.js';
import type { Channel } from './sdp-facts.js';

export type Change = 'CHANGED' | 'ADDED' | 'REMOVED' | 'REVERTED' | 'UNAVAILABLE';

/** Hash that stands for "told: not there" and "told: cannot be answered". */
export const ABSENT = '';
export const UNAVAILABLE = 'UNAVAILABLE';

/** What was last told of a segment and channel by a BR03 since the delivery. */
export interface Told {
  segmentNo: number;
  startDay: EstDay;
  endDay: EstDay;
  channel: Channel;
  hash: string;
}

/** One row of BR03; null = nothing to say in that column. */
export interface ChangedQuantity {
  change: Change;
  segmentNo: number;
  startDay: EstDay;
  endDay: EstDay;
  channel: Channel;
  accountRef: string | null;
  oldTotalWh: number | null;
  newTotalWh: number | null;
  /** Only bins that one of the sides has. */
  bins: { bin: string; oldWh: number | null; newWh: number | null }[];
  hoursChanged: number | null;
  hash: string;
  /** Both sides, for whoever looks for the cause. */
  delivered: DeliveredQuantity | null;
  now: DeliveredQuantity | null;
}

type Placed = Pick<DeliveredQuantity, 'startDay' | 'endDay' | 'channel'>;

function placeOf(one: Placed): string {
  return `${one.startDay}/${one.endDay}/${one.channel}`;
}

function byPlace<T extends Placed>(ones: readonly T[]): Map<string, T> {
  return new Map(ones.map((one) => [placeOf(one), one]));
}

function changeOf(hash: string, deliveredHash: string): Change {
  if (hash === UNAVAILABLE) return 'UNAVAILABLE';
  if (hash === deliveredHash) return 'REVERTED';
  if (deliveredHash === ABSENT) return 'ADDED';
  return hash === ABSENT ? 'REMOVED' : 'CHANGED';
}

/**
 * Wh of a bin, or null when the framing has none. A side that is absent as a whole counts as 0, so that the
 * differences of segments added and removed add up to the change of the bill.
 */
function binWh(
  side: DeliveredQuantity | null,
  other: DeliveredQuantity | null,
  bin: string,
): number | null {
  const inOther = other?.bins.some((one) => one.bin === bin) ?? false;
  if (side === null) return inOther ? 0 : null;
  return side.bins.find((one) => one.bin === bin)?.wh ?? null;
}

function hoursChanged(
  delivered: DeliveredQuantity | null,
  now: DeliveredQuantity | null,
): number | null {
  const before = delivered?.hours ?? [];
  const after = now?.hours ?? [];
  const length = Math.max(before.length, after.length);
  if (length === 0) return null;
  let count = 0;
  for (let i = 0; i < length; i++) {
    if ((before[i] ?? null) !== (after[i] ?? null)) count++;
  }
  return count;
}

function row(
  change: Change,
  place: Told | DeliveredQuantity,
  delivered: DeliveredQuantity | null,
  now: DeliveredQuantity | null,
  hash: string,
): ChangedQuantity {
  const gone = change === 'UNAVAILABLE';
  const bins = BINS.map((bin) => ({
    bin,
    oldWh: binWh(delivered, now, bin),
    newWh: gone ? null : binWh(now, delivered, bin),
  }));
  return {
    change,
    segmentNo: (now ?? delivered ?? place).segmentNo,
    startDay: place.startDay,
    endDay: place.endDay,
    channel: place.channel,
    accountRef: (now ?? delivered)?.accountRef ?? null,
    oldTotalWh: delivered?.totalWh ?? 0,
    newTotalWh: gone ? null : (now?.totalWh ?? 0),
    bins: bins.filter((bin) => bin.oldWh !== null || bin.newWh !== null),
    hoursChanged: gone ? null : hoursChanged(delivered, now),
    hash,
    delivered,
    now,
  };
}

/**
 * One row per segment and channel that differs from what was last told of it: by a BR03 since the delivery,
 * else by the delivery. `now` null = the item cannot be answered.
 */
export function compareDelivery(
  delivered: readonly DeliveredQuantity[],
  told: readonly Told[],
  now: readonly DeliveredQuantity[] | null,
): ChangedQuantity[] {
  const before = byPlace(delivered);
  const after = byPlace(now ?? []);
  const lastTold = byPlace(told);
  // Told of a segment that was never delivered: while nothing can be answered there is nothing to add.
  const places =
    now === null
      ? before
      : new Map<string, Told | DeliveredQuantity>([...lastTold, ...before, ...after]);
  const rows: ChangedQuantity[] = [];
  for (const [key, place] of places) {
    const old = before.get(key) ?? null;
    const new_ = after.get(key) ?? null;
    const deliveredHash = old === null ? ABSENT : quantityHash(old);
    const present = new_ === null ? ABSENT : quantityHash(new_);
    const hash = now === null ? UNAVAILABLE : present;
    if (hash === (lastTold.get(key)?.hash ?? deliveredHash)) continue;
    rows.push(row(changeOf(hash, deliveredHash), place, old, new_, hash));
  }
  return rows;
}
