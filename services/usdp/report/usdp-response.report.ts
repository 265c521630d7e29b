import { emit } from '@mdmr/bus';
import type { OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { formatKindRecord, kindFileLines, outboundName, USDP_RSP } from '@mdmr/formats';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { outboundFileId } from '@mdmr/service';
import type { FileStore } from '@mdmr/service';
import { issuedFor } from './sdp.query.js';

type Request = EventValue<'gateway.FileReceived'>;

/** The USDP-RSP of a decided request, a file each for its sender and the LDC, in the file store. */
export async function composeResponses(
  tx: Tx,
  files: FileStore,
  request: Request,
  now: Instant,
): Promise<OutEvent[]> {
  const recipients = new Set([request.sender_org, request.ldc!]);
  const events: OutEvent[] = [];
  for (const recipient of recipients) {
    events.push(await composeResponse(tx, files, request, recipient, now));
  }
  return events;
}

async function composeResponse(
  tx: Tx,
  files: FileStore,
  request: Request,
  recipient: string,
  now: Instant,
): Promise<OutEvent> {
  const { kind } = USDP_RSP;
  const ldc = request.ldc!;
  const fileId = outboundFileId(kind, ldc, recipient, request.custody_id);
  const stored = await files.put(responseBytes(tx, request, fileId, now));
  return emit('usdp.FileComposed', recipient, {
    at_ms: now,
    file_id: fileId,
    recipient,
    ldc,
    kind,
    name: outboundName(recipient, kind, ldc, fileId),
    ...stored,
    run_id: request.file_id,
    in_reply_to: [request.custody_id],
    period_start_day: null,
    period_end_day: null,
    as_of_ms: null,
    rows: null,
  });
}

/** Canonical bytes, a page of rows at a time. */
async function* responseBytes(
  tx: Tx,
  request: Request,
  fileId: string,
  createdAt: Instant,
): AsyncGenerator<Buffer> {
  const onBehalfOf = request.ldc!;
  const extra = { request_file_id: request.file_id };
  const header = { sender: 'MDMR', onBehalfOf, fileId, createdAt, extra };
  const [headerLine] = kindFileLines(USDP_RSP, header, []);
  yield Buffer.from(`${headerLine}\n`);
  let count = 0;
  for await (const rows of issuedFor(tx, request.custody_id)) {
    count += rows.length;
    const lines = rows.map(({ sdp_id, usdp_id, assigned_at_ms: assigned_at }) =>
      formatKindRecord(USDP_RSP, { type: 'SDP', values: { sdp_id, usdp_id, assigned_at } }),
    );
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
  yield Buffer.from(`TRL,${count}\n`);
}
