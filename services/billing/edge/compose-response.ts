import { emit, type OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { outboundName } from '@mdmr/formats';
import { dayOfInstant, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { outboundFileId } from '@mdmr/service';
import type { ResponseDue } from '../decide/request-protocol.js';
import { bqResponseBytes, type DeliveredPage } from '../report/bq-response.report.js';
import type { Request } from '../report/requests.query.js';
import type { BillingRoom } from './billing-room.js';
import { endedReport } from './request-files.schedule.js';
import { requestHead } from './settle-items.js';

type DeliveredRow = EventValue<'billing.ResponseDelivered'>['rows'][number];

const ITEMS_AN_EVENT = 1_000;

function rowsOf({ delivery, quantities }: DeliveredPage): DeliveredRow[] {
  return quantities.map((q) => ({
    line: delivery.line,
    usdp_id: delivery.usdp_id,
    bq_id: delivery.bq_id,
    revision: delivery.revision,
    segment_no: q.segmentNo,
    framing: q.framing,
    channel: q.channel,
    total_wh: q.totalWh,
    intervals: q.intervals,
    measured: q.measured,
    estimated: q.estimated,
    edited: q.edited,
  }));
}

async function composeFor(
  tx: Tx,
  now: Instant,
  recipient: string,
  request: Request,
  due: ResponseDue,
  room: BillingRoom,
  onPage?: (page: readonly DeliveredPage[]) => void,
): Promise<OutEvent> {
  const { custody_id: custodyId, ldc, file_id: requestFileId } = request;
  const { responseNo, isFinal } = due;
  const fileId = outboundFileId('BQ-RSP', ldc, recipient, custodyId, String(responseNo));
  const response = { custodyId, requestFileId, ldc, responseNo, isFinal, fileId };
  const bytes = bqResponseBytes(tx, { ...response, createdAt: now }, onPage);
  const stored = await room.tools.files.put(bytes);
  const day = dayOfInstant(request.custody_at_ms);
  return emit('billing.FileComposed', recipient, {
    at_ms: now,
    file_id: fileId,
    recipient,
    ldc,
    kind: 'BQ-RSP',
    name: outboundName(recipient, 'BQ-RSP', ldc, fileId),
    ...stored,
    run_id: `${requestFileId}/${responseNo}`,
    in_reply_to: [custodyId],
    period_start_day: day,
    period_end_day: day + 1,
    as_of_ms: now,
    rows: null,
  });
}

function deliveredEvents(
  request: Request,
  due: ResponseDue,
  now: Instant,
  items: readonly DeliveredRow[][],
): OutEvent[] {
  const events: OutEvent[] = [];
  const chunks = Math.max(1, Math.ceil(items.length / ITEMS_AN_EVENT));
  for (let chunk = 0; chunk < chunks; chunk++) {
    const part = items.slice(chunk * ITEMS_AN_EVENT, (chunk + 1) * ITEMS_AN_EVENT);
    events.push(
      emit('billing.ResponseDelivered', request.ldc, {
        at_ms: now,
        ...requestHead(request),
        response_no: due.responseNo,
        final: due.isFinal,
        chunk,
        last: chunk === chunks - 1,
        items: part.length,
        rows: part.flat(),
      }),
    );
  }
  return events;
}

/** The response file for the sender, and for the LDC when it is another; with the final one, IR08. */
export async function composeResponse(
  tx: Tx,
  now: Instant,
  request: Request,
  due: ResponseDue,
  room: BillingRoom,
): Promise<OutEvent[]> {
  const items: DeliveredRow[][] = [];
  const keep = (page: readonly DeliveredPage[]): void => {
    for (const item of page) items.push(rowsOf(item));
  };
  const events = [await composeFor(tx, now, request.sender, request, due, room, keep)];
  if (request.sender !== request.ldc) {
    events.push(await composeFor(tx, now, request.ldc, request, due, room));
  }
  events.push(...deliveredEvents(request, due, now, items));
  if (due.isFinal) events.push(endedReport(request, now, true));
  return events;
}
