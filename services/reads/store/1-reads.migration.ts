import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/**
 * read_block is append-only: what a line carried for one channel and EST day, and what became of it
 * when it came. block_state has a row for a block that was ever held or whose attribution changed
 * since; the two are filled from different events, so the order in which those arrive does not
 * matter. What is in `body` and `runs` is told in block-bytes.ts.
 */
export const readsMigration: Migration = {
  id: 1,
  name: 'reads',
  sql: `${directoryTablesSql}
create table directory_applied (
  ldc text primary key, generation bigint not null);

create table read_file (
  custody_seq bigint primary key, custody_id text not null, custody_at_ms bigint not null,
  sender text not null, file_id text not null, file_name text not null);

create table read_day (est_day int primary key);
create table head_end_key (
  amcc_id text not null, id_kind text not null, primary key (amcc_id, id_kind));

create table read_block (
  est_day int not null, amcc_id text not null, device_id text not null, channel text not null,
  is_register boolean not null, custody_seq bigint not null, line int not null,
  body bytea not null,
  primary key (est_day, amcc_id, device_id, channel, is_register, custody_seq, line)
) partition by list (est_day);

create table block_state (
  est_day int not null, amcc_id text not null, device_id text not null, channel text not null,
  is_register boolean not null, custody_seq bigint not null, line int not null,
  id_kind text not null, other_id text not null, version int not null, runs bytea not null,
  held_values int not null, held_since_ms bigint,
  primary key (est_day, amcc_id, device_id, channel, is_register, custody_seq, line));
create index block_state_held on block_state (held_since_ms) where held_values > 0;
create index block_state_held_amcc on block_state (amcc_id, device_id) where held_values > 0;

create table channel_day (
  est_day int not null, usdp_id text not null, channel text not null,
  version int not null, content_hash bigint not null,
  primary key (est_day, usdp_id, channel)
) partition by list (est_day);
`,
};
