import type { Migration } from '@mdmr/postgres';

/**
 * Deliveries with the versions behind them, what BR03 has told since, and the runs it was told in.
 * bins_wh: Wh in the order of BINS, null = the framing has no such bin.
 * versions: one line a version, kind, key and version parted by tabs.
 */
export const deliveries: Migration = {
  id: 4,
  name: 'deliveries',
  sql: `
create table delivery (
  bq_id text not null, delivery_no int not null, revision int not null, usdp_id text not null,
  start_day int not null, end_day int not null, custody_id text not null, line bigint not null,
  response_no int not null, request_file_id text not null, recipient text not null,
  ldc text not null, purpose text not null, content_hash text not null, versions text not null,
  hash text not null, at_ms bigint not null, primary key (bq_id, delivery_no));
create index delivery_usdp on delivery (usdp_id);
create index delivery_response on delivery (custody_id, response_no, line);
create table delivery_segment (
  bq_id text not null, delivery_no int not null, segment_no int not null, channel text not null,
  start_day int not null, end_day int not null, account_ref text, framing text not null,
  calendar_id text not null, calendar_version int not null, total_wh bigint not null,
  bins_wh bigint[] not null, intervals bigint not null, measured bigint not null,
  estimated bigint not null, edited bigint not null, hours_wh bigint[] not null,
  primary key (bq_id, delivery_no, segment_no, channel));
create table told (
  bq_id text not null, start_day int not null, end_day int not null, channel text not null,
  delivery_no int not null, segment_no int not null, hash text not null, run_id text not null,
  at_ms bigint not null, primary key (bq_id, start_day, end_day, channel));
create table estimation_run (
  run_id text primary key, data_day int not null, as_of_ms bigint not null, org text,
  at_ms bigint not null);
create table rebilling_run (
  run_id text primary key, as_of_ms bigint not null, org text, at_ms bigint not null);`,
};
