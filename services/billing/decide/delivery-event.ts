/** A billing quantity between its decision and its event. */
import type { EventValue } from '@mdmr/events';
import type { Bin } from './calendar.js';
import type { DeliveredQuantity } from './delivered-quantity.js';
import type { Quantity } from './frame-item.js';
import type { Channel, Framing } from './sdp-facts.js';

export type DeliveredSegment = EventValue<'billing.BillingQuantityDelivered'>['segments'][number];

/** A segment of the event as it is compared and told. */
export function quantityOfEvent(segment: DeliveredSegment): DeliveredQuantity {
  return {
    segmentNo: segment.segment_no,
    startDay: segment.start_day,
    endDay: segment.end_day,
    accountRef: segment.account_ref,
    framing: segment.framing as Framing,
    calendarId: segment.calendar_id,
    channel: segment.channel as Channel,
    totalWh: segment.total_wh,
    bins: segment.bins as { bin: Bin; wh: number }[],
    intervals: segment.intervals,
    estimated: segment.estimated,
    edited: segment.edited,
    hours: segment.hours,
  };
}

/** A quantity as framed, as the event has it. */
export function segmentOfEvent(quantity: Quantity, delivered: DeliveredQuantity): DeliveredSegment {
  return {
    segment_no: quantity.segmentNo,
    start_day: quantity.startDay,
    end_day: quantity.endDay,
    account_ref: quantity.accountRef,
    framing: quantity.framing,
    calendar_id: quantity.calendarId,
    calendar_version: quantity.calendarVersion,
    channel: quantity.channel,
    total_wh: quantity.totalWh,
    bins: [...delivered.bins],
    intervals: quantity.intervals,
    measured: quantity.measured,
    estimated: quantity.estimated,
    edited: quantity.edited,
    hours: quantity.hours ?? [],
  };
}
