import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';
import { addProgress } from './progress.js';
import type { ProgressDelta } from './progress.js';

/**
 * Parts of synchronization sets: taken, refused against their set, returned, or counted record by
 * record.
 */
export const syncProgressProjection: Projection = {
  name: 'sync-progress',
  topics: ['mdmr.mmd.directory.v1', 'mdmr.mmd.sync-outcome-identities.v1'],
  async apply(tx, events) {
    await addProgress(tx, events.flatMap(deltasOf));
    await insertParts(tx, events);
    await insertLines(tx, events);
  },
};

function deltasOf(event: InEvent): ProgressDelta[] {
  switch (event.type) {
    case 'mmd.SyncPartAccepted':
      return [{ custodyId: event.value.custody_id, taken: 1 }];
    case 'mmd.SyncPartRefused':
      return [{ custodyId: event.value.custody_id, refused: 1 }];
    case 'mmd.SyncSetStateChanged': {
      const { ended, state, parts } = event.value;
      if (!ended || state === 'APPLIED') return [];
      return parts.map((part) => ({ custodyId: part.custody_id, returned: 1 }));
    }
    case 'mmd.SyncOutcomesRecorded':
      return event.value.custody.map(({ custody_id, applied, rejected }) => ({
        custodyId: custody_id,
        applied,
        rejected,
      }));
    default:
      return [];
  }
}

async function insertParts(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'sync_part',
    columns: [
      { name: 'custody_id', type: 'text' },
      { name: 'ldc', type: 'text' },
      { name: 'set_id', type: 'text' },
      { name: 'part', type: 'int4' },
    ],
    rows: events.flatMap((event) => {
      if (event.type !== 'mmd.SyncPartAccepted') return [];
      const { custody_id, ldc, set_id, part } = event.value;
      return [[custody_id, ldc, set_id, part]];
    }),
  });
}

/** Only line and reason: the record keys of these events name accounts and stay where they are. */
async function insertLines(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'sync_line',
    columns: [
      { name: 'ldc', type: 'text' },
      { name: 'set_id', type: 'text' },
      { name: 'part', type: 'int4' },
      { name: 'line', type: 'int8' },
      { name: 'reason', type: 'text' },
    ],
    rows: events.flatMap((event) => {
      if (event.type !== 'mmd.SyncOutcomesRecorded') return [];
      const { ldc, set_id, content_rejected, relation_rejected } = event.value;
      return [...content_rejected, ...relation_rejected].map(({ part, line, reason }) => [
        ldc,
        set_id,
        part,
        line,
        reason,
      ]);
    }),
  });
}
