import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/** What billing must know of others: organizations, directory, USDP IDs, account ids. */
export const readModels: Migration = {
  id: 1,
  name: 'read-models',
  sql: `
${directoryTablesSql}
create index directory_timeline_known on directory_timeline (known_from_ms);
create index directory_meter_sdp_usdp on directory_meter_sdp (usdp_id);
create table directory_set (
  ldc text not null, set_id text not null, at_ms bigint not null, primary key (ldc, set_id));
create table usdp_issued (usdp_id text primary key, ldc text not null);
create table account_identity (
  account_ref text primary key, ldc text not null, account_id text not null);
create index account_identity_id on account_identity (ldc, account_id);`,
};
