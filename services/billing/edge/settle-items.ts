import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { present, startOfDay, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { bqIdOf } from '../decide/bq-records.js';
import { contentHash, toDelivered } from '../decide/delivered-quantity.js';
import { segmentOfEvent } from '../decide/delivery-event.js';
import {
  directoryBehind,
  nextDelivery,
  versionsBehind,
  versionsHash,
  type LastDelivery,
} from '../decide/delivery.js';
import { evaluateItem, type Item, type Outcome } from '../decide/evaluate-item.js';
import { mayWait, type Refusal } from '../decide/refusal.js';
import { loadEvaluation, type Evaluation } from '../report/evaluation.query.js';
import { lastDeliveries, lastSourceEnds } from '../report/last-deliveries.query.js';
import { loadRequests, type OpenItem, type Request } from '../report/requests.query.js';
import type { BillingRoom } from './billing-room.js';

type Delivered = EventValue<'billing.BillingQuantityDelivered'>;
type Ended = EventValue<'billing.RequestItemsEnded'>['ended'][number];

/** An item with what came of it. */
interface Tried {
  item: OpenItem;
  request: Request;
  outcome: Outcome;
}

function itemOf(item: OpenItem): Item {
  return {
    usdpId: item.usdp_id,
    startDay: item.start_day,
    endDay: item.end_day,
    accountGiven: item.account_given,
    accountRef: item.account_ref,
    asKnownOnMs: item.as_known_on_ms,
  };
}

/** Answers as known at an earlier instant are not made yet: such an item ends at once. */
const NOT_YET: Outcome = {
  kind: 'REFUSED',
  refusal: { reason: 'BAD_VALUE', detail: 'as_known_on' },
  anySource: false,
};

function tryOne(item: OpenItem, request: Request, all: Evaluation, now: Instant): Outcome {
  if (item.as_known_on_ms !== null) return NOT_YET;
  const { sender, ldc, window_end_ms: windowEndMs } = request;
  const hasBilling = all.participants.mayAct(ldc, sender, 'BILLING', now);
  const known = all.facts.get(item.usdp_id) ?? null;
  // One of another LDC is unknown, so that nothing leaks.
  const facts = known?.ldc === ldc ? known : null;
  const asker = { sender, ldc, hasBilling, windowEndMs };
  return evaluateItem(itemOf(item), asker, facts, all.days.of(item.usdp_id), all.contextOf(ldc));
}

function deliveredOf(
  tried: Tried,
  all: Evaluation,
  last: Map<string, LastDelivery>,
  now: Instant,
): Delivered {
  const { item, request, outcome } = tried;
  if (outcome.kind !== 'ANSWERED') throw new Error('not answered');
  const facts = present(all.facts.get(item.usdp_id), 'facts of an answered SDP');
  const { calendars } = all.contextOf(request.ldc);
  const { start_day: start, end_day: end } = item;
  const quantities = outcome.quantities.map((q) => toDelivered(q, calendars));
  const bqId = bqIdOf(item.usdp_id, start, end);
  const next = nextDelivery(last.get(bqId) ?? null, contentHash(quantities));
  last.set(bqId, next);
  const rows = all.days.of(item.usdp_id);
  const directory = directoryBehind(facts, start, end, startOfDay(start), startOfDay(end));
  const versions = versionsBehind(outcome.quantities, outcome.segments, rows, directory);
  return {
    at_ms: now,
    custody_id: item.custody_id,
    request_file_id: request.file_id,
    line: item.line,
    response_no: request.responses + 1,
    recipient: request.sender,
    ldc: request.ldc,
    usdp_id: item.usdp_id,
    bq_id: bqId,
    revision: next.revision,
    delivery_no: next.deliveryNo,
    start_day: start,
    end_day: end,
    purpose: item.purpose,
    segments: outcome.quantities.map((q, i) => segmentOfEvent(q, quantities[i]!)),
    versions,
    hash: versionsHash(versions),
  };
}

async function deliver(
  tx: Tx,
  now: Instant,
  answered: readonly Tried[],
  all: Evaluation,
): Promise<OutEvent[]> {
  if (answered.length === 0) return [];
  const ids = answered.map(({ item }) => bqIdOf(item.usdp_id, item.start_day, item.end_day));
  const last = await lastDeliveries(tx, ids);
  return answered.map((tried) =>
    emit(
      'billing.BillingQuantityDelivered',
      tried.item.usdp_id,
      deliveredOf(tried, all, last, now),
    ),
  );
}

/** Head of the events about a request. */
export function requestHead(request: Request): {
  custody_id: string;
  custody_at_ms: Instant;
  file_id: string;
  sender: string;
  ldc: string;
} {
  const { custody_id, custody_at_ms, file_id, sender, ldc } = request;
  return { custody_id, custody_at_ms, file_id, sender, ldc };
}

/** Items that ended, of one request; their IR08 is due later. */
export function endedEvent(request: Request, now: Instant, ended: Ended[]): OutEvent {
  return emit('billing.RequestItemsEnded', request.ldc, {
    at_ms: now,
    ...requestHead(request),
    chunk: 0,
    last: true,
    report: false,
    final: false,
    ended,
    ended_so_far: request.ended + ended.length,
  });
}

function byRequest(tried: readonly Tried[]): Map<Request, Tried[]> {
  return Map.groupBy(tried, ({ request }) => request);
}

function refusalOf({ outcome }: Tried): Refusal {
  if (outcome.kind !== 'REFUSED') throw new Error('answered');
  return outcome.refusal;
}

async function end(tx: Tx, now: Instant, ending: readonly Tried[]): Promise<OutEvent[]> {
  const isSourceless = ({ outcome }: Tried): boolean =>
    outcome.kind === 'REFUSED' &&
    outcome.refusal.reason === 'MISSING_INTERVALS' &&
    !outcome.anySource;
  const sourceless = ending.filter(isSourceless).map(({ item }) => item.usdp_id);
  const lastEnds = await lastSourceEnds(tx, sourceless);
  const events: OutEvent[] = [];
  for (const [request, own] of byRequest(ending)) {
    const ended = own.map((one): Ended => {
      const { line, usdp_id, start_text: start, end_text } = one.item;
      return {
        line,
        usdp_id,
        start,
        end: end_text,
        ...refusalOf(one),
        no_source: isSourceless(one),
        last_interval_end_ms: isSourceless(one) ? (lastEnds.get(usdp_id) ?? null) : null,
      };
    });
    events.push(endedEvent(request, now, ended));
  }
  return events;
}

/** A first try is always told, later ones when they say something else. */
function wait(now: Instant, waiting: readonly Tried[]): OutEvent[] {
  const changed = waiting.filter((one) => {
    const { reason, detail } = refusalOf(one);
    return one.item.reason !== reason || one.item.detail !== detail;
  });
  return [...byRequest(changed)].map(([request, own]) =>
    emit('billing.ItemStatusChanged', request.ldc, {
      at_ms: now,
      custody_id: request.custody_id,
      ldc: request.ldc,
      items: own.map((one) => ({ line: one.item.line, ...refusalOf(one) })),
    }),
  );
}

const REVOKED: Outcome = {
  kind: 'REFUSED',
  refusal: { reason: 'NOT_AUTHORIZED', detail: '' },
  anySource: false,
};

/** Ends open items whose sender has lost BILLING; needs no look at their data. */
export async function endUnauthorized(
  tx: Tx,
  now: Instant,
  items: readonly OpenItem[],
): Promise<OutEvent[]> {
  const requests = await loadRequests(tx, [...new Set(items.map((item) => item.custody_id))]);
  const tried = items.map((item): Tried => {
    const request = present(requests.get(item.custody_id), 'request of an item');
    return { item, request, outcome: REVOKED };
  });
  return end(tx, now, tried);
}

/**
 * Tries open items with the data as it stands. Ready ones are answered; hopeless ones end, at the end of
 * the window all others too. The caller holds the lock of lockSettling() since before it read the items.
 */
export async function settleItems(
  tx: Tx,
  now: Instant,
  items: readonly OpenItem[],
  room: BillingRoom,
): Promise<OutEvent[]> {
  if (items.length === 0) return [];
  const requests = await loadRequests(tx, [...new Set(items.map((item) => item.custody_id))]);
  const periods = items.map((item) => ({
    usdpId: item.usdp_id,
    startDay: item.start_day,
    endDay: Math.min(item.end_day, item.start_day + room.maxDays),
  }));
  const all = await loadEvaluation(tx, periods, room);
  const tried = items.map((item): Tried => {
    const request = present(requests.get(item.custody_id), 'request of an item');
    return { item, request, outcome: tryOne(item, request, all, now) };
  });
  const answered = tried.filter(({ outcome }) => outcome.kind === 'ANSWERED');
  const refused = tried.filter(({ outcome }) => outcome.kind === 'REFUSED');
  const isEnding = (one: Tried): boolean =>
    !mayWait(refusalOf(one).reason) || now >= one.request.window_end_ms;
  return [
    ...(await deliver(tx, now, answered, all)),
    ...(await end(tx, now, refused.filter(isEnding))),
    ...wait(
      now,
      refused.filter((one) => !isEnding(one)),
    ),
  ];
}
