/** A period is cut where framing, calendar, account or rate class change, and on price dates. */
import type { EstDay } from '@mdmr/kernel';
import { priceDatesInside } from './calendar.js';
import type { Calendars } from './calendar.js';
import { inForceOn, relationOn } from './sdp-facts.js';
import type { Framing, SdpFacts } from './sdp-facts.js';

/** Days [startDay, endDay) with one framing, calendar, account and rate class. */
export interface Segment {
  /** From 1, in date order, the same for all channels of an item. */
  no: number;
  startDay: EstDay;
  endDay: EstDay;
  framing: Framing;
  /** Empty = none. */
  calendarId: string;
  /** Null = nobody's. */
  accountRef: string | null;
}

/** Whether prices that change on this day start a new segment (the LDC's `bq-split` on that day). */
export type SplitsOnPriceDate = (day: EstDay) => boolean;

interface Plan {
  framing: Framing;
  calendarId: string;
  rateClass: string;
  accountRef: string | null;
}

function planOn(facts: SdpFacts, day: EstDay): Plan | null {
  const service = inForceOn(facts.services, day);
  if (service === null) return null;
  return { ...service.value, accountRef: relationOn(facts.accounts, day)?.value ?? null };
}

function isSame(a: Plan, b: Plan): boolean {
  return (
    a.framing === b.framing &&
    a.calendarId === b.calendarId &&
    a.rateClass === b.rateClass &&
    a.accountRef === b.accountRef
  );
}

/** Days strictly inside the period on which something starts or ends, ascending. */
function candidateDays(
  facts: SdpFacts,
  calendars: Calendars,
  start: EstDay,
  end: EstDay,
): EstDay[] {
  const days = new Set<EstDay>();
  const add = (day: EstDay | null): void => {
    if (day !== null && start < day && day < end) days.add(day);
  };
  for (const service of facts.services) {
    add(service.fromDay);
    const calendar = calendars.get(service.value.calendarId);
    if (calendar !== undefined) priceDatesInside(calendar, start, end).forEach(add);
  }
  for (const account of facts.accounts) {
    add(account.fromDay);
    add(account.toDay);
  }
  return [...days].sort((a, b) => a - b);
}

/** The segments of [start, end). Every day must have a framing. */
export function segmentsOf(
  facts: SdpFacts,
  start: EstDay,
  end: EstDay,
  calendars: Calendars,
  splitsOnPriceDate: SplitsOnPriceDate,
): Segment[] {
  const cuts = candidateDays(facts, calendars, start, end);
  const segments: Segment[] = [];
  let from = start;
  let plan = planOn(facts, start);
  const close = (to: EstDay): void => {
    if (plan === null) return;
    const { framing, calendarId, accountRef } = plan;
    const no = segments.length + 1;
    segments.push({ no, startDay: from, endDay: to, framing, calendarId, accountRef });
  };
  for (const day of cuts) {
    const next = planOn(facts, day);
    if (next === null || plan === null) continue;
    const isPriceDate = calendars.get(next.calendarId)?.priceDates.includes(day) ?? false;
    if (isSame(plan, next) && !(isPriceDate && splitsOnPriceDate(day))) continue;
    close(day);
    from = day;
    plan = next;
  }
  close(end);
  return segments;
}
