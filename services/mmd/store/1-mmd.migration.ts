import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/**
 * Sets on their way, what they are judged against, and the identity compartment. The directory in its
 * two times lies in the tables of @mdmr/directory.
 */
export const mmdTables: Migration = {
  id: 1,
  name: 'mmd',
  sql: `${directoryTablesSql}
create table sync_set (
  ldc text not null, set_id text not null, mode text not null, sequence bigint not null,
  sender text not null, state text not null, ended boolean not null,
  opened_at_ms bigint, window_end_ms bigint, parked_at_ms bigint, told_parked boolean not null,
  affected bigint not null, active bigint not null,
  primary key (ldc, set_id));
create index sync_set_open on sync_set (ldc) where not ended;
create table sync_part (
  ldc text not null, set_id text not null, part int not null,
  custody_id text not null, custody_seq bigint not null, custody_at_ms bigint not null,
  sender text not null, file_id text not null, file_name text not null, sha256 text not null,
  records bigint not null,
  primary key (ldc, set_id, part));
create table ldc_sequence (ldc text primary key, expected bigint not null);
create table issued_usdp (usdp_id text primary key, ldc text not null, sdp_id text not null);
create table vee_service (service_id text primary key);
create table calendar (
  calendar_id text primary key, version int not null, bins text[] not null, bin_rows jsonb not null);
create table rate_class_list (ldc text primary key, at_ms bigint not null, codes text[] not null);
create table account_identity (
  account_ref text primary key, ldc text not null, account_id text not null,
  unique (ldc, account_id));
create table sdp_identity (
  usdp_id text not null, from_ms bigint not null, set_id text not null,
  known_from_ms bigint not null, service_address text, postal_code text,
  primary key (usdp_id, from_ms, set_id));`,
};
