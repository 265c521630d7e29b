/** Sums the channel days of a period into billing quantities, segment by segment. Integers only. */
import { intervalEnd, present, startOfDay } from '@mdmr/kernel';
import type { EstDay, Instant, Zone } from '@mdmr/kernel';
import type { BinTables, DayBins } from './bin-tables.js';
import type { Calendar, Calendars } from './calendar.js';
import { CODE } from './channel-day.js';
import type { ChannelDay } from './channel-day.js';
import { dayLength, expectedOn, installationsOn } from './expected-intervals.js';
import type { Expected } from './expected-intervals.js';
import { CHANNELS, inForceOn } from './sdp-facts.js';
import type { Channel, Framing, Installation, SdpFacts } from './sdp-facts.js';
import type { Segment } from './segments.js';

/** One BQ record's numbers: a segment and channel. */
export interface Quantity {
  segmentNo: number;
  startDay: EstDay;
  endDay: EstDay;
  accountRef: string | null;
  framing: Framing;
  calendarId: string;
  calendarVersion: number;
  channel: Channel;
  totalWh: number;
  /** Wh by the calendar's bins, in its order; null where the record has no bins. */
  binsWh: number[] | null;
  intervals: number;
  measured: number;
  estimated: number;
  edited: number;
  /** 24 a day of the segment, null = no hour is expected; null where the record has no hours. */
  hours: (number | null)[] | null;
}

/** Where a channel day comes from; undefined = VEE has never said anything of it. */
export type ChannelDays = (channel: Channel, day: EstDay) => ChannelDay | undefined;

/** Why the quantities may not be told yet; counts over KWH and GKWH. */
export interface Blocking {
  missing: number;
  firstMissing: Instant | null;
  needsPerson: number;
  firstNeedsPerson: Instant | null;
  /** Some interval of KWH or GKWH in the period has a source value. */
  anySource: boolean;
}

export interface Framed {
  quantities: Quantity[];
  blocking: Blocking;
}

/** One day of one channel while it is added up. */
interface Day {
  day: EstDay;
  channel: Channel;
  expected: Expected;
  minutes: number;
  row: ChannelDay | undefined;
  bins: Uint8Array | null;
}

function isExpected(expected: Expected, index: number): boolean {
  return expected === 'ALL' || (expected !== 'NONE' && expected[index] === 1);
}

function earlier(a: Instant | null, b: Instant): Instant {
  return a === null || b < a ? b : a;
}

function block(blocking: Blocking, code: string, at: Instant): void {
  if (code === CODE.NEEDS_PERSON) {
    blocking.needsPerson++;
    blocking.firstNeedsPerson = earlier(blocking.firstNeedsPerson, at);
  } else {
    blocking.missing++;
    blocking.firstMissing = earlier(blocking.firstMissing, at);
  }
}

/** A whole day of measured values: the common case. */
function addMeasuredDay(quantity: Quantity, { row, bins }: Day, hours: number | null): void {
  const values = row!.values;
  const { length } = values;
  let total = 0;
  const perHour = length / 24;
  for (let i = 0; i < length; i++) {
    const wh = values[i]!;
    total += wh;
    if (bins !== null) quantity.binsWh![bins[i]!]! += wh;
    if (hours !== null) quantity.hours![hours + Math.floor(i / perHour)]! += wh;
  }
  quantity.totalWh += total;
  quantity.intervals += length;
  quantity.measured += length;
}

function count(quantity: Quantity, code: string): void {
  if (code === CODE.MEASURED) quantity.measured++;
  else if (code === CODE.ESTIMATED) quantity.estimated++;
  else if (code === CODE.EDITED) quantity.edited++;
}

/** KVARH never blocks: an interval without value counts as 0 and not at all. */
function addInterval(
  quantity: Quantity,
  one: Day,
  index: number,
  hours: number | null,
  blocking: Blocking,
): void {
  const { row, bins } = one;
  const code = row === undefined ? CODE.MISSING : (row.codes?.[index] ?? CODE.MEASURED);
  const hasValue =
    code !== CODE.MISSING && code !== CODE.NEEDS_PERSON && code !== CODE.NOT_EXPECTED;
  if (one.channel === 'KVARH' && !hasValue) return;
  quantity.intervals++;
  if (!hasValue) {
    block(blocking, code, intervalEnd(one.day, index, one.minutes));
    return;
  }
  const wh = row!.values[index]!;
  quantity.totalWh += wh;
  if (bins !== null) quantity.binsWh![bins[index]!]! += wh;
  if (hours !== null) quantity.hours![hours + Math.floor((index * one.minutes) / 60)]! += wh;
  count(quantity, code);
}

/** Hours of HRL in which some interval is expected start at 0, all others stay empty. */
function openHours(quantity: Quantity, { expected, minutes }: Day, at: number): void {
  const perHour = 60 / minutes;
  for (let hour = 0; hour < 24; hour++) {
    let any = false;
    for (let i = hour * perHour; i < (hour + 1) * perHour; i++) any ||= isExpected(expected, i);
    if (any) quantity.hours![at + hour] = 0;
  }
}

function addDay(quantity: Quantity, one: Day, blocking: Blocking): void {
  const { row, expected } = one;
  if (one.channel !== 'KVARH' && row?.hasSource) blocking.anySource = true;
  if (expected === 'NONE') return;
  const at = quantity.hours === null ? null : (one.day - quantity.startDay) * 24;
  if (at !== null) openHours(quantity, one, at);
  if (row !== undefined && row.codes === null && expected === 'ALL') {
    addMeasuredDay(quantity, one, at);
    return;
  }
  for (let i = 0; i < 1440 / one.minutes; i++) {
    if (isExpected(expected, i)) addInterval(quantity, one, i, at, blocking);
  }
}

function emptyQuantity(segment: Segment, channel: Channel, calendar: Calendar | null): Quantity {
  const hasBins = segment.framing === 'TOU' && channel !== 'KVARH';
  const hasHours = segment.framing === 'HOURLY' && channel !== 'KVARH';
  return {
    segmentNo: segment.no,
    startDay: segment.startDay,
    endDay: segment.endDay,
    accountRef: segment.accountRef,
    framing: segment.framing,
    calendarId: segment.calendarId,
    calendarVersion: calendar?.version ?? 0,
    channel,
    totalWh: 0,
    binsWh: hasBins ? present(calendar, 'calendar of a TOU segment').bins.map(() => 0) : null,
    intervals: 0,
    measured: 0,
    estimated: 0,
    edited: 0,
    hours: hasHours
      ? new Array<number | null>((segment.endDay - segment.startDay) * 24).fill(null)
      : null,
  };
}

/** What stays the same while one item is framed. */
export interface FramingContext {
  calendars: Calendars;
  tables: BinTables;
}

/** The installed meters of every day of a period, found once for all channels. */
type DayInstallations = (day: EstDay) => Installation[];

function installationsByDay(facts: SdpFacts): DayInstallations {
  const days = new Map<EstDay, Installation[]>();
  return (day) => {
    let found = days.get(day);
    if (found === undefined) {
      // One meter all along, the common case, needs no search.
      const only = facts.installations.length === 1 ? facts.installations[0]! : null;
      const all = only !== null && only.toMs === null && only.fromMs <= startOfDay(day);
      found = all ? (facts.installations as Installation[]) : installationsOn(facts, day);
      days.set(day, found);
    }
    return found;
  };
}

function zoneOn(facts: SdpFacts, day: EstDay): Zone {
  return present(inForceOn(facts.sdp, day), 'the SDP on a day framed').value.zone;
}

/** Bins of a day; the table is looked up anew only when zone or length change. */
function binLookup(
  facts: SdpFacts,
  calendar: Calendar,
  tables: BinTables,
): (day: EstDay, minutes: number) => Uint8Array {
  let zone: Zone | null = null;
  let length = 0;
  let bins: DayBins | null = null;
  return (day, minutes) => {
    const now = zoneOn(facts, day);
    if (bins === null || now !== zone || minutes !== length) {
      zone = now;
      length = minutes;
      bins = tables.of(calendar, zone, minutes);
    }
    return bins(day);
  };
}

function quantityOf(
  facts: SdpFacts,
  segment: Segment,
  channel: Channel,
  rows: ChannelDays,
  installations: DayInstallations,
  blocking: Blocking,
  context: FramingContext,
): Quantity | null {
  const calendar = context.calendars.get(segment.calendarId) ?? null;
  const quantity = emptyQuantity(segment, channel, calendar);
  const binsOf = quantity.binsWh === null ? null : binLookup(facts, calendar!, context.tables);
  let isWanted = false;
  for (let day = segment.startDay; day < segment.endDay; day++) {
    const row = rows(channel, day);
    const meters = installations(day);
    const minutes = row?.minutes ?? dayLength(meters, day);
    if (minutes === null) continue;
    const expected = expectedOn(facts, meters, day, channel, minutes);
    if (expected === 'NONE' && row === undefined) continue;
    isWanted ||= expected !== 'NONE';
    const bins = binsOf === null ? null : binsOf(day, minutes);
    addDay(quantity, { day, channel, expected, minutes, row, bins }, blocking);
  }
  return isWanted ? quantity : null;
}

/** Whether a meter of the SDP ever lists the channel: most homes have one channel of three. */
function isListed(facts: SdpFacts, channel: Channel): boolean {
  return facts.installations.some(({ meter }) =>
    meter.some((version) => version.channels.includes(channel)),
  );
}

/** The quantities of the segments, channel by channel, and what blocks them. */
export function frameItem(
  facts: SdpFacts,
  segments: readonly Segment[],
  rows: ChannelDays,
  context: FramingContext,
): Framed {
  const blocking: Blocking = {
    missing: 0,
    firstMissing: null,
    needsPerson: 0,
    firstNeedsPerson: null,
    anySource: false,
  };
  const installations = installationsByDay(facts);
  const channels = CHANNELS.filter((channel) => isListed(facts, channel));
  const quantities: Quantity[] = [];
  for (const segment of segments) {
    for (const channel of channels) {
      const quantity = quantityOf(facts, segment, channel, rows, installations, blocking, context);
      if (quantity !== null) quantities.push(quantity);
    }
  }
  return { quantities, blocking };
}
