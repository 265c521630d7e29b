import { emit, type OutEvent } from '@mdmr/bus';
import { BQ_REQ, readKindBatches, type KindRecord } from '@mdmr/formats';
import { HOUR_MS, parseInstant, present, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { ServiceTools } from '@mdmr/service';
import { parseItem, type ParsedItem } from '../decide/parse-item.js';
import { warningsOf } from '../decide/request-warnings.js';
import { itemsWithEarlier } from '../report/earlier-items.query.js';
import {
  accountRefs,
  lastAcceptedLine,
  loadRequests,
  nextRequestFile,
  openItemsOf,
  type Request,
  type RequestFile,
} from '../report/requests.query.js';
import { awaitArrivals, lockSettling, type BillingRoom } from './billing-room.js';
import type { GoOn } from './work-loop.js';
import { endedEvent, requestHead, settleItems } from './settle-items.js';

const ACCEPTED_AT_ONCE = 2_000;
const TRIED_AT_ONCE = 1_000;
const WARNED_AT_ONCE = 5_000;
const WARNINGS_AN_EVENT = 1_000;

/** Who must have caught up before a request is judged: what the directory said before it counts. */
const UPSTREAM = ['usdp', 'mmd', 'billing.projector', 'billing.directory', 'billing.participants'];

function windowEnd(file: RequestFile, hours: number): Instant {
  return parseInstant(file.window_end) ?? file.custody_at_ms + hours * HOUR_MS;
}

function requestOf(file: RequestFile, hours: number): Request {
  return {
    ...file,
    window_end_ms: windowEnd(file, hours),
    accepted: 0,
    answered: 0,
    ended: 0,
    sent: 0,
    responses: 0,
    last_response_ms: null,
    tried_at_ms: null,
    final_at_ms: null,
  };
}

function acceptedEvent(file: RequestFile, request: Request, now: Instant): OutEvent {
  return emit('billing.RequestAccepted', file.ldc, {
    at_ms: now,
    ...requestHead(request),
    custody_seq: file.custody_seq,
    window_end_ms: request.window_end_ms,
    items: file.records,
  });
}

function itemsEvent(
  file: RequestFile,
  items: readonly ParsedItem[],
  refs: ReadonlyMap<string, string>,
  now: Instant,
): OutEvent {
  return emit('billing.RequestItemsAccepted', file.ldc, {
    at_ms: now,
    custody_id: file.custody_id,
    ldc: file.ldc,
    items: items.map((item) => ({
      line: item.line,
      usdp_id: item.usdpId,
      start: item.start,
      end: item.end,
      start_day: item.startDay,
      end_day: item.endDay,
      account_ref: refs.get(item.accountId) ?? null,
      account_given: item.accountId !== '',
      as_known_on_ms: item.asKnownOnMs,
      purpose: item.refusal === null ? item.purpose : '',
    })),
  });
}

/** Items of some records; those that are not well formed end here. */
async function acceptRecords(
  tx: Tx,
  now: Instant,
  file: RequestFile,
  records: readonly KindRecord[],
  hours: number,
): Promise<OutEvent[]> {
  const known = (await loadRequests(tx, [file.custody_id])).get(file.custody_id);
  const request = known ?? requestOf(file, hours);
  const events = known === undefined ? [acceptedEvent(file, request, now)] : [];
  const items = records.map((record) => parseItem(record, file.custody_at_ms));
  if (items.length === 0) return events;
  const given = items.map((item) => item.accountId).filter((id) => id !== '');
  const refs = await accountRefs(tx, file.ldc, [...new Set(given)]);
  events.push(itemsEvent(file, items, refs, now));
  const ended = items.flatMap((item) => {
    if (item.refusal === null) return [];
    const { line, usdpId: usdp_id, start, end, refusal } = item;
    const none = { no_source: false, last_interval_end_ms: null };
    return [{ line, usdp_id, start, end, ...refusal, ...none }];
  });
  if (ended.length > 0) events.push(endedEvent(request, now, ended));
  return events;
}

async function acceptFile(tools: ServiceTools, file: RequestFile, goOn: GoOn): Promise<void> {
  const { db, bus, files, config } = tools;
  const done = await db.tx((tx) => lastAcceptedLine(tx, file.custody_id));
  const options = { maxLineBytes: config.maxLineBytes };
  const batches = readKindBatches(BQ_REQ, files.read(file.sha256), ACCEPTED_AT_ONCE, options);
  for await (const { records } of batches) {
    const fresh = records.filter((record) => record.line > done);
    if (fresh.length === 0 && done > 0) continue;
    await goOn();
    await bus.decide(async ({ tx, now }) => {
      await lockSettling(tx);
      // Another instance may have come first.
      const last = await lastAcceptedLine(tx, file.custody_id);
      const open = fresh.filter((record) => record.line > last);
      if (open.length === 0 && fresh.length > 0) return [];
      return acceptRecords(tx, now, file, open, config.bqWindowHours);
    });
  }
}

/** Tries the next items never tried; false = every item has been. */
async function tryNext(tools: ServiceTools, room: BillingRoom, id: string): Promise<boolean> {
  let found = false;
  await tools.bus.decide(async ({ tx, now }) => {
    await lockSettling(tx);
    const items = await openItemsOf(tx, id, TRIED_AT_ONCE, true);
    found = items.length > 0;
    return settleItems(tx, now, items, room);
  });
  return found;
}

type WarningRow = { line: number; usdp_id: string; warning: string; other_request_file_id: string };

async function warnings(tx: Tx, request: Request, lastLine: number): Promise<WarningRow[]> {
  const found: WarningRow[] = [];
  for (let after = 0; after < lastLine; after += WARNED_AT_ONCE) {
    const upTo = after + WARNED_AT_ONCE;
    for (const item of await itemsWithEarlier(tx, request.custody_id, after, upTo)) {
      const { line, usdpId: usdp_id, startDay, endDay, earlier } = item;
      for (const { warning, otherRequestFileId } of warningsOf(startDay, endDay, earlier)) {
        found.push({ line, usdp_id, warning, other_request_file_id: otherRequestFileId });
      }
    }
  }
  return found;
}

function triedEvents(request: Request, now: Instant, rows: readonly WarningRow[]): OutEvent[] {
  const events: OutEvent[] = [];
  const chunks = Math.max(1, Math.ceil(rows.length / WARNINGS_AN_EVENT));
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * WARNINGS_AN_EVENT;
    events.push(
      emit('billing.RequestTried', request.ldc, {
        at_ms: now,
        ...requestHead(request),
        chunk,
        last: chunk === chunks - 1,
        warnings: rows.slice(from, from + WARNINGS_AN_EVENT),
        window_end: false,
      }),
    );
  }
  return events;
}

/** An IR08 series without rows of its own: what has ended so far is due. */
export function endedReport(request: Request, now: Instant, final: boolean): OutEvent {
  return emit('billing.RequestItemsEnded', request.ldc, {
    at_ms: now,
    ...requestHead(request),
    chunk: 0,
    last: true,
    report: true,
    final,
    ended: [],
    ended_so_far: request.ended,
  });
}

/** Every item was tried once: warnings, and what ended at once unless the final response is due anyway. */
async function finish(tools: ServiceTools, id: string): Promise<void> {
  await tools.bus.decide(async ({ tx, now }) => {
    await lockSettling(tx);
    const request = present((await loadRequests(tx, [id])).get(id), 'request');
    if (request.tried_at_ms !== null) return [];
    const rows = await warnings(tx, request, await lastAcceptedLine(tx, id));
    const events = triedEvents(request, now, rows);
    const waiting = request.accepted - request.answered - request.ended;
    if (request.ended > 0 && waiting > 0) events.push(endedReport(request, now, false));
    return events;
  });
}

/** Works the next BQ-REQ file in custody order; false = there is none. */
export async function workNextRequestFile(
  tools: ServiceTools,
  room: BillingRoom,
  goOn: GoOn,
): Promise<boolean> {
  const { db, bus } = tools;
  const file = await db.tx((tx) => nextRequestFile(tx));
  if (file === null) return false;
  await goOn(bus.awaitDrained(UPSTREAM));
  await acceptFile(tools, file, goOn);
  await db.tx((tx) => awaitArrivals(tx));
  while (await tryNext(tools, room, file.custody_id)) await goOn();
  await finish(tools, file.custody_id);
  return true;
}
