import { emit } from '@mdmr/bus';
import type { BatchProcessor, Ctx, InEvent, OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { SYNC_KINDS, headerValues, parseHeader } from '@mdmr/formats';
import type { WiringTools } from '@mdmr/service';
import type { Mode } from '../decide/facts.js';
import { judgePart } from '../decide/judge-part.js';
import type { ArrivingPart } from '../decide/judge-part.js';
import { joined } from '../decide/sync-set.js';
import type { OpenSet } from '../decide/sync-set.js';
import { endedSets, loadLdcSets } from '../report/sync-set.query.js';
import { lockSets } from './make-move.js';

type Received = EventValue<'gateway.FileReceived'>;

interface Arrival {
  readonly ldc: string;
  readonly received: Received;
  readonly part: ArrivingPart;
}

/** Parts of synchronization sets in custody join their set or are refused against it. */
export function syncPartSubscription(tools: WiringTools): BatchProcessor {
  return {
    name: 'sync-part',
    topics: ['mdmr.gateway.files.v1'],
    handle: (events, ctx) => acceptParts(tools, events.flatMap(arrivalOf), ctx),
  };
}

function arrivalOf(event: InEvent): Arrival[] {
  if (event.type !== 'gateway.FileReceived') return [];
  const received = event.value;
  const kind = SYNC_KINDS.find((k) => k.kind === received.kind);
  if (kind === undefined || received.ldc === null) return [];
  const header = headerValues(kind, parseHeader(received.header));
  const part: ArrivingPart = {
    set_id: header['set_id']!,
    mode: header['mode'] as Mode,
    sequence: Number(header['set_sequence']),
    part: Number(header['part']),
    custody_id: received.custody_id,
    custody_seq: received.custody_seq,
    custody_at_ms: received.at_ms,
    sender: received.sender_org,
    file_id: received.file_id,
    file_name: received.name,
    sha256: received.sha256,
    records: received.records ?? 0,
  };
  return [{ ldc: received.ldc, received, part }];
}

async function acceptParts(
  { config }: WiringTools,
  arrivals: readonly Arrival[],
  ctx: Ctx,
): Promise<OutEvent[]> {
  if (arrivals.length === 0) return [];
  const ldcs = [...new Set(arrivals.map((a) => a.ldc))];
  await lockSets(ctx.tx, ldcs);
  const sets = await loadLdcSets(ctx.tx, ldcs);
  const open = new Map<string, readonly OpenSet[]>();
  for (const [ldc, { open: now }] of sets) open.set(ldc, now);
  const events: OutEvent[] = [];
  for (const arrival of arrivals) {
    const { ldc, part } = arrival;
    const state = {
      open: open.get(ldc)!,
      ended: (await endedSets(ctx.tx, ldc, [part.set_id])).has(part.set_id),
    };
    const decision = judgePart(part, state, {
      windowSeconds: config.syncWindowSeconds,
      maxOpenSets: config.maxOpenSets,
    });
    if (decision.accepted) {
      const { window_end_ms } = decision;
      open.set(ldc, joined(state.open, part, window_end_ms));
      events.push(
        emit('mmd.SyncPartAccepted', ldc, { at_ms: ctx.now, ldc, ...part, window_end_ms }),
      );
    } else events.push(refusal(arrival, decision.reason, decision.detail, ctx));
  }
  return events;
}

function refusal(
  { ldc, part, received }: Arrival,
  reason: string,
  detail: string,
  ctx: Ctx,
): OutEvent {
  return emit('mmd.SyncPartRefused', ldc, {
    at_ms: ctx.now,
    ldc,
    set_id: part.set_id,
    part: part.part,
    custody_id: part.custody_id,
    custody_at_ms: part.custody_at_ms,
    sender: received.org,
    file_id: part.file_id,
    file_name: part.file_name,
    kind: received.kind,
    reason,
    detail,
    line: 1,
  });
}
