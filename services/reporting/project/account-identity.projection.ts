import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Account ids by reference, for the one report that names accounts (identity compartment). */
export const accountIdentityProjection: Projection = {
  name: 'account-identity',
  topics: ['mdmr.mmd.directory-identities.v1'],
  async apply(tx, events) {
    const accounts = events.flatMap((e) =>
      e.type === 'mmd.AccountsIdentified' ? e.value.accounts : [],
    );
    const byRef = new Map(accounts.map((a) => [a.account_ref, a.account_id]));
    await bulkInsert(tx, {
      table: 'account_identity',
      columns: [
        { name: 'account_ref', type: 'text' },
        { name: 'account_id', type: 'text' },
      ],
      rows: [...byRef],
      onConflict: 'on conflict (account_ref) do update set account_id = excluded.account_id',
    });
  },
};
