import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Every report that was made, for lists and re-issue. */
export const reportFileProjection: Projection = {
  name: 'report-file',
  topics: ['mdmr.reporting.outbound-files.v1'],
  async apply(tx, events) {
    const files = events.flatMap((e) => (e.type === 'reporting.FileComposed' ? [e.value] : []));
    await bulkInsert(tx, {
      table: 'report_file',
      columns: [
        { name: 'file_id', type: 'text' },
        { name: 'report_id', type: 'text' },
        { name: 'ldc', type: 'text' },
        { name: 'recipient', type: 'text' },
        { name: 'run_id', type: 'text' },
        { name: 'name', type: 'text' },
        { name: 'sha256', type: 'text' },
        { name: 'bytes', type: 'int8' },
        { name: 'row_count', type: 'int8' },
        { name: 'generated_at_ms', type: 'int8' },
        { name: 'as_of_ms', type: 'int8' },
        { name: 'in_reply_to', type: 'text[]' },
      ],
      rows: files.map((v) => [
        v.file_id,
        v.kind,
        v.ldc,
        v.recipient,
        v.run_id,
        v.name,
        v.sha256,
        v.bytes,
        v.rows,
        v.at_ms,
        v.as_of_ms,
        v.in_reply_to,
      ]),
    });
  },
};
