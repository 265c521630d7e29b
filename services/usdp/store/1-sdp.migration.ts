import type { Migration } from '@mdmr/postgres';

/** USDP IDs and whose they are; addresses apart, in the identity compartment. */
export const sdpTables: Migration = {
  id: 1,
  name: 'sdp',
  sql: `
create table sdp (
  usdp_id text primary key,
  ldc text not null,
  sdp_id text not null,
  custody_id text not null,
  line bigint not null,
  assigned_at_ms bigint not null,
  unique (ldc, sdp_id));
create index sdp_request on sdp (custody_id, line);
create table address_identity (
  usdp_id text primary key,
  service_address text not null);`,
};
