import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';
import { addProgress } from './progress.js';
import type { ProgressDelta } from './progress.js';

/** Requests for billing quantities: items wait, are answered, or end unanswered. */
export const billingProgressProjection: Projection = {
  name: 'billing-progress',
  topics: ['mdmr.billing.requests.v1'],
  async apply(tx, events) {
    await addProgress(tx, events.flatMap(deltasOf));
    await upsertLines(tx, events.flatMap(linesOf));
  },
};

function deltasOf(event: InEvent): ProgressDelta[] {
  switch (event.type) {
    case 'billing.RequestAccepted':
      return [{ custodyId: event.value.custody_id, taken: 1 }];
    case 'billing.ResponseDelivered':
      return [{ custodyId: event.value.custody_id, applied: event.value.items }];
    case 'billing.RequestItemsEnded':
      return [{ custodyId: event.value.custody_id, rejected: event.value.ended.length }];
    default:
      return [];
  }
}

interface LineFacts {
  readonly custodyId: string;
  readonly line: number;
  readonly ended?: string;
  readonly reason?: string;
  readonly waitingAt?: number;
  readonly waitingReason?: string;
}

function linesOf(event: InEvent): LineFacts[] {
  switch (event.type) {
    case 'billing.RequestItemsAccepted': {
      const { custody_id: custodyId, items } = event.value;
      return items.map(({ line }) => ({ custodyId, line }));
    }
    case 'billing.ItemStatusChanged': {
      const { custody_id: custodyId, at_ms: waitingAt, items } = event.value;
      return items.map(({ line, reason }) => ({
        custodyId,
        line,
        waitingAt,
        waitingReason: reason,
      }));
    }
    case 'billing.ResponseDelivered': {
      const { custody_id: custodyId, rows } = event.value;
      return rows.map(({ line }) => ({ custodyId, line, ended: 'APPLIED' }));
    }
    case 'billing.RequestItemsEnded': {
      const { custody_id: custodyId, ended } = event.value;
      return ended.map(({ line, reason }) => ({ custodyId, line, ended: 'REJECTED', reason }));
    }
    default:
      return [];
  }
}

/** Lanes settle items in no common order: an end stays, of reasons to wait the latest counts. */
async function upsertLines(tx: Tx, facts: readonly LineFacts[]): Promise<void> {
  const lines = new Map<string, LineFacts>();
  for (const fact of facts) {
    const key = `${fact.custodyId}/${fact.line}`;
    const known = lines.get(key);
    lines.set(key, known === undefined ? fact : merged(known, fact));
  }
  await bulkInsert(tx, {
    table: 'request_line as l',
    columns: [
      { name: 'custody_id', type: 'text' },
      { name: 'line', type: 'int8' },
      { name: 'ended', type: 'text' },
      { name: 'reason', type: 'text' },
      { name: 'waiting_at_ms', type: 'int8' },
      { name: 'waiting_reason', type: 'text' },
    ],
    rows: [...lines.values()].map((fact) => [
      fact.custodyId,
      fact.line,
      fact.ended,
      fact.reason,
      fact.waitingAt,
      fact.waitingReason,
    ]),
    onConflict: `on conflict (custody_id, line) do update set
      ended = coalesce(l.ended, excluded.ended),
      reason = coalesce(l.reason, excluded.reason),
      waiting_reason = case when ${NEWER} then excluded.waiting_reason else l.waiting_reason end,
      waiting_at_ms = greatest(l.waiting_at_ms, excluded.waiting_at_ms)`,
  });
}

/** At one instant the later reason by its letters, so that order never shows. */
const NEWER = `excluded.waiting_at_ms is not null and (l.waiting_at_ms is null or
  (excluded.waiting_at_ms, excluded.waiting_reason) > (l.waiting_at_ms, l.waiting_reason))`;

function merged(a: LineFacts, b: LineFacts): LineFacts {
  const [older, newer] = isNewer(b, a) ? [a, b] : [b, a];
  return {
    ...a,
    ended: a.ended ?? b.ended,
    reason: a.reason ?? b.reason,
    waitingAt: newer.waitingAt ?? older.waitingAt,
    waitingReason: newer.waitingReason ?? older.waitingReason,
  };
}

function isNewer(a: LineFacts, b: LineFacts): boolean {
  const [at, bt] = [a.waitingAt ?? -1, b.waitingAt ?? -1];
  return at !== bt ? at > bt : (a.waitingReason ?? '') > (b.waitingReason ?? '');
}
