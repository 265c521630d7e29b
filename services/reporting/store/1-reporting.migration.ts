import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/** Rows of event reports, collected until the report can be made. */
const pieces = (table: string): string => `
create table ${table} (
  report_id text not null, stream text not null, ldc text not null, part bigint not null,
  run_id text not null, recipients text[] not null, custody_at_ms bigint not null,
  at_ms bigint not null, in_reply_to text[] not null, closes boolean not null,
  figures jsonb not null, row_count int not null, first_line bigint, last_line bigint,
  rows jsonb not null,
  primary key (report_id, stream, ldc, part));
create index ${table}_run on ${table} (report_id, run_id);`;

const runs = `
create table run (
  run_id text primary key, schedule text not null, data_day int not null, as_of_ms bigint not null,
  org text, number int not null, late boolean not null, asked boolean not null,
  reported_at_ms bigint, files bigint);
create index run_schedule on run (schedule, as_of_ms);
create table run_compared (run_id text primary key, at_ms bigint not null);
create table report_file (
  file_id text primary key, report_id text not null, ldc text not null, recipient text not null,
  run_id text not null, name text not null, sha256 text not null, bytes bigint not null,
  row_count bigint, generated_at_ms bigint not null, as_of_ms bigint, in_reply_to text[] not null);
create index report_file_run on report_file (run_id, ldc);
create index report_file_newest on report_file (report_id, recipient, generated_at_ms);`;

/** DC01: what is expected, and one compact row a version of a channel day. */
const collection = `
create table expected_staged (
  ldc text not null, set_id text not null, record_type text not null, subject text not null,
  primary key (ldc, set_id, record_type, subject));
create table expected_span (
  ldc text not null, usdp_id text not null, channel text not null, from_day int not null,
  to_day int, amcc text not null, operator text not null, known_from_ms bigint not null,
  known_to_ms bigint,
  primary key (ldc, usdp_id, channel, from_day, known_from_ms));
create table collected_day (
  est_day int not null, ldc text not null, usdp_id text not null, channel text not null,
  version int not null, at_ms bigint not null, has_values boolean not null, completed_at_ms bigint,
  primary key (est_day, ldc, usdp_id, channel, version)) partition by list (est_day);
create table collected_hour (
  ldc text not null, est_day int not null, hour int not null, primary key (ldc, est_day, hour));`;

/** DC04: values held, what became of values later, and lines rejected whole. */
const held = `
create table held_run (
  block text not null, version int not null, register boolean not null, from_index int not null,
  to_index int not null, at_ms bigint not null, since_ms bigint not null, closed_at_ms bigint,
  ldc text not null, amcc_id text not null, device_id text not null, sender text not null,
  file_id text not null, line bigint not null, file_name text not null, meter_id text not null,
  amcd_id text not null, channel text not null, first_ms bigint not null, last_ms bigint not null,
  reason text not null,
  primary key (block, version, register, from_index));
create index held_run_ldc on held_run (ldc, closed_at_ms);
create table block_version (
  block text not null, version int not null, at_ms bigint not null, primary key (block, version));
create table value_move (
  block text not null, version int not null, register boolean not null, from_index int not null,
  to_index int not null, at_ms bigint not null, ldc text not null, amcc_id text not null,
  sender text not null, file_id text not null, line bigint not null, file_name text not null,
  meter_id text not null, amcd_id text not null, channel text not null, first_ms bigint not null,
  last_ms bigint not null, reason text not null, state text not null, usdp_id text not null,
  from_usdp_id text not null,
  primary key (block, version, register, from_index));
create index value_move_ldc on value_move (ldc, at_ms);
create table line_rejection (
  custody_id text not null, line bigint not null, reason text not null, channel text not null,
  at_ms bigint not null, ldc text not null, sender text not null, file_id text not null,
  file_name text not null, meter_id text not null, value_count bigint not null,
  primary key (custody_id, line, reason, channel));
create index line_rejection_ldc on line_rejection (ldc, at_ms);`;

/** VE02: gaps that need a person, and where they were closed. */
const nve = `
create table validated_day (
  est_day int not null, ldc text not null, usdp_id text not null, channel text not null,
  version int not null, at_ms bigint not null, run_id text,
  primary key (est_day, ldc, usdp_id, channel)) partition by list (est_day);
create table nve_version (
  usdp_id text not null, channel text not null, est_day int not null, version int not null,
  ldc text not null, at_ms bigint not null, run_id text, interval_minutes int not null,
  gaps jsonb not null,
  primary key (usdp_id, channel, est_day, version));
create index nve_version_ldc on nve_version (ldc);`;

const rebilling = `
create table rebill_row (
  run_id text not null, ldc text not null, bq_id text not null, segment_no int not null,
  segment_start_day int not null, segment_end_day int not null, channel text not null,
  usdp_id text not null, facts jsonb not null,
  primary key (run_id, ldc, bq_id, segment_no, segment_start_day, segment_end_day, channel));
create table account_identity (account_ref text primary key, account_id text not null);`;

export const first: Migration = {
  id: 1,
  name: 'reporting',
  sql: [
    directoryTablesSql,
    pieces('event_piece'),
    pieces('event_piece_identity'),
    runs,
    collection,
    held,
    nve,
    rebilling,
  ].join('\n'),
};
