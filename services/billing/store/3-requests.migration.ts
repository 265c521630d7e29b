import type { Migration } from '@mdmr/postgres';

/**
 * Requests and their items. Each kind of event fills columns of its own, so that rows come out the same
 * in whatever order the topics are read; counters only ever grow. A request is a file in custody first
 * (sha256 to records), then it is accepted (window_end_ms), tried, and at last final.
 */
export const requests: Migration = {
  id: 3,
  name: 'requests',
  sql: `
create table calendar (
  calendar_id text not null, version int not null, bins text[] not null,
  confirmed boolean not null, ranges jsonb not null, price_dates int[] not null,
  at_ms bigint not null, primary key (calendar_id, version));
create table request (
  custody_id text primary key, custody_seq bigint, custody_at_ms bigint, file_id text, sender text,
  ldc text, sha256 text, window_end text, records bigint, window_end_ms bigint,
  accepted bigint not null default 0, answered bigint not null default 0,
  ended bigint not null default 0, sent bigint not null default 0,
  responses int not null default 0, last_response_ms bigint, tried_at_ms bigint,
  final_at_ms bigint);
create index request_untried on request (custody_seq) where tried_at_ms is null;
create index request_open on request (custody_seq) where final_at_ms is null;
create table request_item (
  custody_id text not null, line bigint not null, usdp_id text, start_text text, end_text text,
  start_day int, end_day int, account_ref text, account_given boolean, as_known_on_ms bigint,
  purpose text, status_at_ms bigint, reason text, detail text,
  response_no int, ended_reason text, ended_detail text,
  primary key (custody_id, line));
create index request_item_open on request_item (usdp_id)
  where response_no is null and ended_reason is null;
create index request_item_usdp on request_item (usdp_id);
create table response (
  custody_id text not null, response_no int not null, at_ms bigint not null,
  final boolean not null, primary key (custody_id, response_no));`,
};
