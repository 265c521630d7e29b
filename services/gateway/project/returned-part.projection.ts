import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Parts of sets that ended unapplied: to be returned, and returned. */
export const returnedPartProjection: Projection = {
  name: 'returned-part',
  topics: ['mdmr.mmd.directory.v1', 'mdmr.gateway.files.v1'],
  async apply(tx, events) {
    await bulkInsert(tx, {
      table: 'returned_part as p',
      columns: [
        { name: 'custody_id', type: 'text' },
        { name: 'org', type: 'text' },
        { name: 'ldc', type: 'text' },
        { name: 'set_id', type: 'text' },
        { name: 'name', type: 'text' },
        { name: 'sha256', type: 'text' },
        { name: 'returned', type: 'bool' },
      ],
      rows: once(events.flatMap(rowsOf)),
      onConflict: `on conflict (custody_id) do update set
        org = coalesce(p.org, excluded.org), ldc = coalesce(p.ldc, excluded.ldc),
        set_id = coalesce(p.set_id, excluded.set_id), name = coalesce(p.name, excluded.name),
        sha256 = coalesce(p.sha256, excluded.sha256), returned = p.returned or excluded.returned`,
    });
  },
};

/** Of one batch each part once, which an upsert needs; the rows of one topic say the same of it. */
function once(rows: unknown[][]): unknown[][] {
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}

function rowsOf(event: InEvent): unknown[][] {
  if (event.type === 'gateway.PartsReturned') {
    return event.value.files.map((f) => [f.custody_id, null, null, null, null, null, true]);
  }
  if (event.type !== 'mmd.SyncSetStateChanged') return [];
  const { ended, state, ldc, set_id, parts } = event.value;
  if (!ended || state === 'APPLIED') return [];
  return parts.map((p) => [p.custody_id, p.sender, ldc, set_id, p.file_name, p.sha256, false]);
}
