import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { journalEvents, type Packet } from './journal.js';
import type { InEvent, OutEvent, Projection } from './types.js';

/** Applies to each projection the events of its topics. */
export async function project(
  tx: Tx,
  projections: readonly Projection[],
  events: readonly InEvent[],
): Promise<void> {
  if (events.length === 0) return;
  for (const projection of projections) {
    const own = events.filter((event) => projection.topics.includes(event.topic));
    if (own.length > 0) await projection.apply(tx, own);
  }
}

/** Journals what was decided and applies the service's own projections, in the same transaction. */
export async function commitDecision(
  tx: Tx,
  lane: string,
  projections: readonly Projection[],
  events: readonly OutEvent[],
  now: Instant,
): Promise<Packet[]> {
  if (events.length === 0) return [];
  const { packets, numbered } = await journalEvents(tx, lane, events, now);
  await project(tx, projections, numbered);
  return packets;
}
