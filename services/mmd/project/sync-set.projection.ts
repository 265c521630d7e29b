import type { InEvent, Projection } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import type { Tx } from '@mdmr/postgres';

/**
 * Sets and their parts. Parts are accepted in one lane, states change in another: each writes columns
 * of its own, so that their order does not matter.
 */
export const syncSetProjection: Projection = {
  name: 'sync-set',
  topics: ['mdmr.mmd.directory.v1'],
  async apply(tx, events) {
    for (const event of events) await applyOne(tx, event);
  },
};

async function applyOne(tx: Tx, event: InEvent): Promise<void> {
  if (event.type === 'mmd.SyncPartAccepted') await partAccepted(tx, event.value);
  if (event.type === 'mmd.SyncSetStateChanged') await stateChanged(tx, event.value);
}

async function partAccepted(tx: Tx, v: EventValue<'mmd.SyncPartAccepted'>): Promise<void> {
  await tx.query(
    `insert into sync_set values
       ($1, $2, $3, $4, $5, 'OPEN', false, $6, $7, null, false, 0, 0)
     on conflict (ldc, set_id) do update set window_end_ms = excluded.window_end_ms,
       opened_at_ms = least(sync_set.opened_at_ms, excluded.opened_at_ms)`,
    [v.ldc, v.set_id, v.mode, v.sequence, v.sender, v.custody_at_ms, v.window_end_ms],
  );
  await tx.query('insert into sync_part values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
    v.ldc,
    v.set_id,
    v.part,
    v.custody_id,
    v.custody_seq,
    v.custody_at_ms,
    v.sender,
    v.file_id,
    v.file_name,
    v.sha256,
    v.records,
  ]);
}

async function stateChanged(tx: Tx, v: EventValue<'mmd.SyncSetStateChanged'>): Promise<void> {
  await tx.query(
    `insert into sync_set values ($1, $2, $3, $4, $5, $6, $7, null, null, $8, $9, $10, $11)
     on conflict (ldc, set_id) do update set state = excluded.state, ended = excluded.ended,
       parked_at_ms = coalesce(excluded.parked_at_ms, sync_set.parked_at_ms),
       told_parked = sync_set.told_parked or excluded.told_parked,
       affected = greatest(sync_set.affected, excluded.affected),
       active = greatest(sync_set.active, excluded.active)`,
    [
      v.ldc,
      v.set_id,
      v.mode,
      v.sequence,
      v.sender,
      v.state,
      v.ended,
      v.state === 'PARKED' ? v.at_ms : null,
      v.reason === 'WAITING_FOR_PARKED',
      v.affected,
      v.active,
    ],
  );
  await tx.query(
    `insert into ldc_sequence values ($1, $2)
     on conflict (ldc) do update set expected = greatest(ldc_sequence.expected, excluded.expected)`,
    [v.ldc, v.expected_sequence],
  );
}
