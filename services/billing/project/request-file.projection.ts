import { BQ_REQ, headerValues, parseHeader } from '@mdmr/formats';
import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** BQ-REQ files in custody, to be worked in custody order. */
export const requestFileProjection: Projection = {
  name: 'request-file',
  topics: ['mdmr.gateway.files.v1'],
  async apply(tx, events) {
    const rows: unknown[][] = [];
    for (const event of events) {
      if (event.type !== 'gateway.FileReceived' || event.value.kind !== 'BQ-REQ') continue;
      const v = event.value;
      const windowEnd = headerValues(BQ_REQ, parseHeader(v.header))['window_end'] ?? '';
      rows.push([
        v.custody_id,
        v.custody_seq,
        v.at_ms,
        v.sender_org,
        v.ldc ?? '',
        v.file_id,
        v.sha256,
        windowEnd,
        v.records ?? 0,
      ]);
    }
    await bulkInsert(tx, {
      table: 'request',
      columns: [
        { name: 'custody_id', type: 'text' },
        { name: 'custody_seq', type: 'int8' },
        { name: 'custody_at_ms', type: 'int8' },
        { name: 'sender', type: 'text' },
        { name: 'ldc', type: 'text' },
        { name: 'file_id', type: 'text' },
        { name: 'sha256', type: 'text' },
        { name: 'window_end', type: 'text' },
        { name: 'records', type: 'int8' },
      ],
      rows,
      onConflict: `on conflict (custody_id) do update set
        custody_seq = excluded.custody_seq, custody_at_ms = excluded.custody_at_ms,
        sender = excluded.sender, ldc = excluded.ldc, file_id = excluded.file_id,
        sha256 = excluded.sha256, window_end = excluded.window_end, records = excluded.records`,
    });
  },
};
