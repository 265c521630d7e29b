import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Addresses given with requests to rows of the identity compartment. */
export const addressProjection: Projection = {
  name: 'address',
  topics: ['mdmr.usdp.address-identities.v1'],
  async apply(tx, events) {
    const rows = events.flatMap((event) => {
      if (event.type !== 'usdp.SdpAddressesRecorded') return [];
      return event.value.addresses.map((a) => [a.usdp_id, a.service_address]);
    });
    await bulkInsert(tx, {
      table: 'address_identity',
      columns: [
        { name: 'usdp_id', type: 'text' },
        { name: 'service_address', type: 'text' },
      ],
      rows,
    });
  },
};
