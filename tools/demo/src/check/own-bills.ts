/** The bills of the story, computed a second time: BQ and HRL records as text. */
import { FIRST_DAY } from '../dates.js';
import type { Channel, Point } from '../cast.js';
import { binOf, type Bin, type OwnZone } from './own-tou.js';
import type { Known, OwnDay, OwnValues } from './own-values.js';

/** A part of a bill with one framing, calendar and account. Days are day numbers from 1 October. */
export interface OwnSegment {
  readonly start: number;
  readonly end: number;
  readonly framing: string;
  readonly calendar: string;
  readonly account: string;
}

export interface OwnBill {
  readonly requestFileId: string;
  readonly point: Point;
  readonly usdpId: string;
  readonly purpose: string;
  readonly revision: number;
  readonly known: Known;
  readonly segments: readonly OwnSegment[];
}

const BINS: Readonly<Record<string, readonly Bin[]>> = {
  'ON-TOU': ['on', 'mid', 'off'],
  'ON-ULO': ['on', 'mid', 'off', 'ultra_low'],
};
const ALL_BINS: readonly Bin[] = ['on', 'mid', 'off', 'ultra_low'];

/** BQ and HRL lines of a bill, in the order of the answer. */
export function ownRecords(bill: OwnBill, values: OwnValues): string[] {
  return bill.segments.flatMap((segment, i) =>
    [...bill.point.loads.keys()].flatMap((channel) => {
      const days = daysOf(bill, segment, channel, values);
      const quantity = quantityRecord(bill, segment, i + 1, channel, days);
      if (segment.framing !== 'HOURLY') return [quantity];
      return [
        quantity,
        ...days.map(([day, day24]) => hourRecord(bill, i + 1, channel, day, day24)),
      ];
    }),
  );
}

type DayValues = readonly [dayNumber: number, values: OwnDay];

function daysOf(
  bill: OwnBill,
  segment: OwnSegment,
  channel: Channel,
  values: OwnValues,
): DayValues[] {
  const days: DayValues[] = [];
  for (let day = segment.start; day < segment.end; day += 1) {
    days.push([day, values.day(bill.point, channel, FIRST_DAY + day, bill.known)]);
  }
  return days;
}

function quantityRecord(
  bill: OwnBill,
  segment: OwnSegment,
  segmentNo: number,
  channel: Channel,
  days: readonly DayValues[],
): string {
  const bins = new Map<Bin, number>();
  let total = 0;
  let intervals = 0;
  let estimated = 0;
  for (const [day, values] of days) {
    values.forEach((value, i) => {
      if (value === null) return;
      total += value.wh;
      intervals += 1;
      if (value.estimated) estimated += 1;
      const hour = Math.floor((i * 24) / values.length);
      const bin = binOf(segment.calendar, day, hour, bill.point.zone as OwnZone);
      bins.set(bin, (bins.get(bin) ?? 0) + value.wh);
    });
  }
  const shown = segment.framing === 'TOU' ? BINS[segment.calendar]! : [];
  return [
    'BQ',
    bill.requestFileId,
    bill.usdpId,
    segment.account,
    isoDay(segment.start),
    isoDay(segment.end),
    segment.framing,
    segment.calendar,
    channel,
    kwh(total),
    ...ALL_BINS.map((bin) => (shown.includes(bin) ? kwh(bins.get(bin) ?? 0) : '')),
    intervals,
    estimated,
    0,
    bqId(bill),
    bill.revision,
    'KWH',
    segmentNo,
    bill.purpose,
  ].join(',');
}

function hourRecord(
  bill: OwnBill,
  segmentNo: number,
  channel: Channel,
  day: number,
  values: OwnDay,
): string {
  const hours = new Array<number>(24).fill(0);
  values.forEach((value, i) => (hours[Math.floor((i * 24) / values.length)]! += value!.wh));
  const head = ['HRL', bill.requestFileId, bqId(bill), bill.usdpId, segmentNo, channel];
  return [...head, isoDay(day), ...hours.map(kwh)].join(',');
}

export function bqId({ usdpId, segments }: OwnBill): string {
  const compact = (day: number) => isoDay(day).replaceAll('-', '');
  return `${usdpId}-${compact(segments[0]!.start)}-${compact(segments.at(-1)!.end)}`;
}

const OCTOBER = 31;
const NOVEMBER = 30;

/** Day number 0 is 2026-10-01. */
export function isoDay(dayNumber: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  if (dayNumber < OCTOBER) return `2026-10-${two(dayNumber + 1)}`;
  if (dayNumber < OCTOBER + NOVEMBER) return `2026-11-${two(dayNumber - OCTOBER + 1)}`;
  return `2026-12-${two(dayNumber - OCTOBER - NOVEMBER + 1)}`;
}

function kwh(wh: number): string {
  return `${Math.floor(wh / 1000)}.${String(wh % 1000).padStart(3, '0')}`;
}
