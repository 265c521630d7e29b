import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/**
 * Custody, what became of it, and what goes out. Tables of different topics are kept apart, or hold
 * sums and marks only, so that the order in which topics are read never shows.
 */
export const custodyTables: Migration = {
  id: 1,
  name: 'custody',
  sql: `${directoryTablesSql}
create table custody_file (
  custody_id text primary key,
  custody_seq bigint not null unique,
  verdict text not null,            -- RECEIVED, REFUSED, REPEATED
  org text not null,
  door text not null,
  file_id text not null,
  name text not null,
  kind text not null,
  unit text not null,               -- RECORD, VALUE
  sha256 text not null,
  bytes bigint not null,
  received_at_ms bigint not null,
  brought bigint not null,          -- records or values; of a refused file its lines
  segments int not null,            -- of a meter file
  reason text,                      -- of a refused file
  line bigint,
  of_custody_id text);              -- of a repeat
create index custody_file_id on custody_file (org, file_id);
create index custody_file_name on custody_file (org, name);

create table custody_progress (
  custody_id text primary key,
  taken int not null,               -- marks: how often said, 0 = not
  refused int not null,
  returned int not null,
  segments_decided int not null,
  applied bigint not null,
  unchanged bigint not null,
  superseded bigint not null,
  held bigint not null,
  rejected bigint not null);

create table custody_line (
  custody_id text not null,
  line bigint not null,
  state text not null,              -- HELD, REJECTED
  reason text not null,
  value_count bigint not null,
  primary key (custody_id, line, state, reason));

create table sync_part (
  custody_id text primary key,
  ldc text not null,
  set_id text not null,
  part int not null);
create table sync_line (
  ldc text not null,
  set_id text not null,
  part int not null,
  line bigint not null,
  reason text not null,
  primary key (ldc, set_id, part, line));

create table request_line (
  custody_id text not null,
  line bigint not null,
  ended text,                       -- APPLIED, REJECTED; null = pending
  reason text,                      -- why it ended
  waiting_at_ms bigint,
  waiting_reason text,
  primary key (custody_id, line));

create table outbound_file (
  file_id text primary key,
  recipient text,                   -- null until its composition is read
  ldc text,
  kind text,
  name text,
  sha256 text,
  bytes bigint,
  in_reply_to text[],
  composed_at_ms bigint,
  asked int not null,               -- deliveries due so far
  delivered int not null,
  delivered_at_ms bigint);
create index outbound_file_due on outbound_file (composed_at_ms, file_id)
  where asked > delivered and recipient is not null;
create index outbound_file_reply on outbound_file using gin (in_reply_to);
create index outbound_file_name on outbound_file (recipient, name);

create table returned_part (
  custody_id text primary key,
  org text,                         -- null until the end of its set is read
  ldc text,
  set_id text,
  name text,
  sha256 text,
  returned boolean not null);
create index returned_part_due on returned_part (ldc, set_id, org)
  where not returned and org is not null;`,
};
