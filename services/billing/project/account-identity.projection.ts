import type { Projection } from '@mdmr/bus';
import { bulkInsert } from '@mdmr/postgres';

/** Account ids by their references: the only table of billing that names a customer's account. */
export const accountIdentityProjection: Projection = {
  name: 'account-identity',
  topics: ['mdmr.mmd.directory-identities.v1'],
  async apply(tx, events) {
    const rows = new Map<string, unknown[]>();
    for (const event of events) {
      if (event.type !== 'mmd.AccountsIdentified') continue;
      for (const { account_ref, account_id } of event.value.accounts) {
        rows.set(account_ref, [account_ref, event.value.ldc, account_id]);
      }
    }
    await bulkInsert(tx, {
      table: 'account_identity',
      columns: [
        { name: 'account_ref', type: 'text' },
        { name: 'ldc', type: 'text' },
        { name: 'account_id', type: 'text' },
      ],
      rows: [...rows.values()],
      onConflict: 'on conflict do nothing',
    });
  },
};
