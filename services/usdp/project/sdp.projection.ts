import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/**
 * Issued USDP IDs to rows. A second holder of an id, or a second id of an SDP, breaks the insert.
 */
export const sdpProjection: Projection = {
  name: 'sdp',
  topics: ['mdmr.usdp.issuances.v1'],
  async apply(tx, events) {
    const rows = events.flatMap((event) => {
      if (event.type !== 'usdp.UsdpRequestDecided') return [];
      const { ldc, custody_id, at_ms, issued } = event.value;
      return issued.map((i) => [i.usdp_id, ldc, i.sdp_id, custody_id, i.line, at_ms]);
    });
    await bulkInsert(tx, {
      table: 'sdp',
      columns: [
        { name: 'usdp_id', type: 'text' },
        { name: 'ldc', type: 'text' },
        { name: 'sdp_id', type: 'text' },
        { name: 'custody_id', type: 'text' },
        { name: 'line', type: 'int8' },
        { name: 'assigned_at_ms', type: 'int8' },
      ],
      rows,
    });
  },
};
