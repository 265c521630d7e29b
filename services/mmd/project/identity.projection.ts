import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';

/** Account ids, addresses and postal codes to tables of their own (identity compartment). */
export const identityProjection: Projection = {
  name: 'identity',
  topics: ['mdmr.mmd.directory-identities.v1'],
  async apply(tx, events) {
    await insertAccounts(tx, events);
    await insertLocations(tx, events);
  },
};

async function insertAccounts(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'account_identity',
    columns: ['account_ref', 'ldc', 'account_id'].map((name) => ({ name, type: 'text' })),
    rows: events.flatMap((e) => {
      if (e.type !== 'mmd.AccountsIdentified') return [];
      return e.value.accounts.map((a) => [a.account_ref, e.value.ldc, a.account_id]);
    }),
  });
}

async function insertLocations(tx: Tx, events: readonly InEvent[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'sdp_identity',
    columns: [
      { name: 'usdp_id', type: 'text' },
      { name: 'from_ms', type: 'int8' },
      { name: 'set_id', type: 'text' },
      { name: 'known_from_ms', type: 'int8' },
      { name: 'service_address', type: 'text' },
      { name: 'postal_code', type: 'text' },
    ],
    rows: events.flatMap((e) => {
      if (e.type !== 'mmd.SdpsLocated') return [];
      const { set_id, at_ms, locations } = e.value;
      return locations.map((l) => [
        l.usdp_id,
        l.from_ms,
        set_id,
        at_ms,
        l.service_address,
        l.postal_code,
      ]);
    }),
  });
}
