/** One try of one request item: answered whole, or refused with the first reason that holds. */
import {
  dayOfInstant,
  formatEnergyKwh,
  formatEstDay,
  formatInstant,
  parseEstDay,
} from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import { isValidOn } from './calendar.js';
import type { Calendars } from './calendar.js';
import { installationsOn } from './expected-intervals.js';
import { frameItem } from './frame-item.js';
import type { Blocking, ChannelDays, FramingContext, Quantity } from './frame-item.js';
import type { Refusal } from './refusal.js';
import { inForceOn, isBillable, relationOn } from './sdp-facts.js';
import type { SdpFacts } from './sdp-facts.js';
import { segmentsOf } from './segments.js';
import type { Segment, SplitsOnPriceDate } from './segments.js';

/** A well-formed item. */
export interface Item {
  usdpId: string;
  startDay: EstDay;
  endDay: EstDay;
  accountGiven: boolean;
  /** Null = none given, or one the hub does not know. */
  accountRef: string | null;
  asKnownOnMs: Instant | null;
}

/** Who asks, for whom, until when. */
export interface Asker {
  sender: string;
  ldc: string;
  /** Whether the LDC's delegation of BILLING to the sender is in force now; of no account for the LDC itself. */
  hasBilling: boolean;
  windowEndMs: Instant;
}

/** The difference of the sum check over the period that fails, in Wh, or null (VEE-R-024). */
export type SumCheck = (
  item: Item,
  facts: SdpFacts,
  quantities: readonly Quantity[],
  rows: ChannelDays,
) => number | null;

export interface EvaluationContext extends FramingContext {
  splitsOnPriceDate: SplitsOnPriceDate;
  maxDays: number;
  sumCheck: SumCheck;
}

export type Outcome =
  | { kind: 'ANSWERED'; segments: Segment[]; quantities: Quantity[] }
  | { kind: 'REFUSED'; refusal: Refusal; anySource: boolean };

const OLDEST_DAY = parseEstDay('2006-01-01')!;

function refused(refusal: Refusal, anySource = false): Outcome {
  return { kind: 'REFUSED', refusal, anySource };
}

function firstDay(item: Item, isBad: (day: EstDay) => boolean): EstDay | null {
  for (let day = item.startDay; day < item.endDay; day++) if (isBad(day)) return day;
  return null;
}

function dayReason(reason: Refusal['reason'], day: EstDay | null): Refusal | null {
  return day === null ? null : { reason, detail: formatEstDay(day) };
}

/** The LDC, or an agent with BILLING that is the SDP's BILLING_AGENT on the last day asked for. */
function isAuthorized(item: Item, asker: Asker, facts: SdpFacts): boolean {
  if (asker.sender === asker.ldc) return true;
  if (!asker.hasBilling) return false;
  return relationOn(facts.billingAgents, item.endDay - 1)?.value === asker.sender;
}

function badPeriod(item: Item, asker: Asker, maxDays: number): string | null {
  if (item.startDay >= item.endDay) return 'ORDER';
  if (item.endDay - item.startDay > maxDays) return 'TOO_LONG';
  if (item.startDay < OLDEST_DAY) return 'TOO_OLD';
  return item.endDay > dayOfInstant(asker.windowEndMs) ? 'BEYOND_WINDOW' : null;
}

function isFramed(facts: SdpFacts, day: EstDay, calendars: Calendars): boolean {
  const service = inForceOn(facts.services, day);
  if (service === null) return false;
  const { framing, calendarId } = service.value;
  if (calendarId === '') return framing !== 'TOU';
  const calendar = calendars.get(calendarId);
  if (calendar === undefined || !isValidOn(calendar, day)) return false;
  return framing !== 'TOU' || calendar.bins.length > 0;
}

function accountMismatch(item: Item, facts: SdpFacts): Refusal | null {
  if (!item.accountGiven) return null;
  const isOther = (day: EstDay): boolean =>
    item.accountRef === null || relationOn(facts.accounts, day)?.value !== item.accountRef;
  return dayReason('ACCOUNT_MISMATCH', firstDay(item, isOther));
}

/** What the directory alone says against billing the days, the first that holds. */
function directoryReason(item: Item, facts: SdpFacts, calendars: Calendars): Refusal | null {
  const isInactive = (day: EstDay): boolean => {
    const sdp = inForceOn(facts.sdp, day);
    return sdp === null || !isBillable(sdp.value.status);
  };
  const isUnframed = (day: EstDay): boolean => !isFramed(facts, day, calendars);
  const isBare = (day: EstDay): boolean => installationsOn(facts, day).length === 0;
  return (
    dayReason('SDP_NOT_ACTIVE', firstDay(item, isInactive)) ??
    dayReason('FRAMING_UNDEFINED', firstDay(item, isUnframed)) ??
    dayReason('NO_METER', firstDay(item, isBare))
  );
}

function intervalReason(blocking: Blocking): Refusal | null {
  if (blocking.firstMissing !== null) {
    const detail = `${formatInstant(blocking.firstMissing)} ${blocking.missing}`;
    return { reason: 'MISSING_INTERVALS', detail };
  }
  if (blocking.firstNeedsPerson === null) return null;
  const detail = `${formatInstant(blocking.firstNeedsPerson)} ${blocking.needsPerson}`;
  return { reason: 'NEEDS_VERIFY_EDIT', detail };
}

/**
 * Reasons that need no reads: the asker's right, the period, the account. `facts` null = no such USDP ID, or
 * one of another LDC.
 */
function admission(
  item: Item,
  asker: Asker,
  facts: SdpFacts | null,
  context: EvaluationContext,
): Refusal | null {
  if (facts === null) return { reason: 'UNKNOWN_USDP', detail: '' };
  if (!isAuthorized(item, asker, facts)) return { reason: 'NOT_AUTHORIZED', detail: '' };
  const period = badPeriod(item, asker, context.maxDays);
  if (period !== null) return { reason: 'BAD_PERIOD', detail: period };
  return accountMismatch(item, facts);
}

/** The answer as the data stands, whoever asks: also what the re-billing comparison asks for. */
export function answerNow(
  item: Item,
  facts: SdpFacts,
  rows: ChannelDays,
  context: EvaluationContext,
): Outcome {
  const against = accountMismatch(item, facts) ?? directoryReason(item, facts, context.calendars);
  if (against !== null) return refused(against);
  const segments = segmentsOf(
    facts,
    item.startDay,
    item.endDay,
    context.calendars,
    context.splitsOnPriceDate,
  );
  const { quantities, blocking } = frameItem(facts, segments, rows, context);
  const reason = intervalReason(blocking);
  if (reason !== null) return refused(reason, blocking.anySource);
  const difference = context.sumCheck(item, facts, quantities, rows);
  if (difference !== null) {
    const detail = `R-024 ${formatEnergyKwh(difference)}`;
    return refused({ reason: 'NEEDS_VERIFY_EDIT', detail }, blocking.anySource);
  }
  return { kind: 'ANSWERED', segments, quantities };
}

/** One try of an item for its asker. */
export function evaluateItem(
  item: Item,
  asker: Asker,
  facts: SdpFacts | null,
  rows: ChannelDays,
  context: EvaluationContext,
): Outcome {
  const refusal = admission(item, asker, facts, context);
  if (refusal !== null || facts === null) return refused(refusal!);
  return answerNow(item, facts, rows, context);
}
