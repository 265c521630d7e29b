import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Which LDC a USDP ID was issued to; the relation never changes. */
export const usdpIssuedProjection: Projection = {
  name: 'usdp-issued',
  topics: ['mdmr.usdp.issuances.v1'],
  async apply(tx, events) {
    const rows: unknown[][] = [];
    for (const event of events) {
      if (event.type !== 'usdp.UsdpRequestDecided') continue;
      for (const { usdp_id } of event.value.issued) rows.push([usdp_id, event.value.ldc]);
    }
    await bulkInsert(tx, {
      table: 'usdp_issued',
      columns: [
        { name: 'usdp_id', type: 'text' },
        { name: 'ldc', type: 'text' },
      ],
      rows,
      onConflict: 'on conflict do nothing',
    });
  },
};
