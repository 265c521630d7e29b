import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Lines of read files that were rejected whole: DC04 tells them once, in the next interim run. */
export const lineRejectionProjection: Projection = {
  name: 'line-rejection',
  topics: ['mdmr.reads.file-results.v1'],
  async apply(tx, events) {
    const rows = events.flatMap((event) => {
      if (event.type !== 'reads.SegmentDecided') return [];
      const v = event.value;
      return v.rows
        .filter((row) => row.rejected > 0)
        .map((row) => [
          v.custody_id,
          row.line,
          row.reason,
          row.channel,
          v.at_ms,
          row.sender_only ? '' : row.ldc,
          v.sender,
          v.file_id,
          v.file_name,
          row.meter_id,
          row.rejected,
        ]);
    });
    await bulkInsert(tx, {
      table: 'line_rejection',
      columns: [
        { name: 'custody_id', type: 'text' },
        { name: 'line', type: 'int8' },
        { name: 'reason', type: 'text' },
        { name: 'channel', type: 'text' },
        { name: 'at_ms', type: 'int8' },
        { name: 'ldc', type: 'text' },
        { name: 'sender', type: 'text' },
        { name: 'file_id', type: 'text' },
        { name: 'file_name', type: 'text' },
        { name: 'meter_id', type: 'text' },
        { name: 'value_count', type: 'int8' },
      ],
      rows,
    });
  },
};
