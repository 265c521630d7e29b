/**
 * Tables of the read model. A service puts this text into one of its own migrations, so that a
 * rebuild makes them in the rebuilt schema too.
 *
 * A timeline is looked for by its subject, whatever else is known of it, so the key begins there;
 * `directory_timeline_set` gives those of an LDC, and those of one set in the order in which its
 * effects are worked. Versions and staged chunks are read whole or not at all: `json` and `text`
 * keep them as they come, and what is staged for a minute is not worth compressing.
 */
export const directoryTablesSql = `
create table organization (
  org_id text primary key, name text not null, roles text[] not null, door text not null,
  at_ms bigint not null);
create table delegation (
  ldc text not null, agent text not null, function text not null,
  from_day int not null, to_day int, at_ms bigint not null, revoked_at_ms bigint,
  primary key (ldc, agent, function, from_day, at_ms));
create table head_end (
  amcc_id text primary key, org_id text not null, ldcs text[] not null, format text not null,
  stamps text not null, key text not null, multiplied boolean not null, at_ms bigint not null);
create table ldc_setting (
  ldc text not null, name text not null, from_day int not null, value text not null,
  at_ms bigint not null, primary key (ldc, name, from_day));
create table directory_staged (
  ldc text not null, set_id text not null, chunk int not null, timelines text not null,
  primary key (ldc, set_id, chunk));
alter table directory_staged alter column timelines set storage external;
create table directory_timeline (
  record_type text not null, ldc text not null, subject text not null, name text not null,
  set_id text not null, known_from_ms bigint not null, known_to_ms bigint, versions json not null,
  primary key (subject, record_type, name, ldc, set_id));
create index directory_timeline_set on directory_timeline (ldc, set_id, subject, record_type, name);
create table directory_meter_sdp (
  ldc text not null, meter_id text not null, usdp_id text not null,
  primary key (ldc, meter_id, usdp_id));
create table directory_device (
  amcc_id text not null, id_kind text not null, device_id text not null,
  ldc text not null, meter_id text not null,
  primary key (amcc_id, id_kind, device_id, ldc, meter_id));`;
