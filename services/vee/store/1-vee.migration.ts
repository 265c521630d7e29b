import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/**
 * channel_day: one row a channel day, by day. `body` is the newest ChannelDayValidated (day-body.ts): what was
 * received and what was decided of it. The columns beside it are what is asked without opening the body:
 * shard (partition of the service point), open (an interval is MISS), has_register, context_key (hash of the
 * directory facts the verdict stands on).
 */
export const veeTables: Migration = {
  id: 1,
  name: 'vee',
  sql: `
${directoryTablesSql}
create table channel_day (
  usdp_id text not null, channel text not null, est_day int not null,
  version int not null, reads_version int not null, shard int not null,
  open boolean not null, has_register boolean not null, context_key bigint not null,
  body bytea not null,
  primary key (usdp_id, channel, est_day)
) partition by list (est_day);
create index channel_day_open on channel_day (shard, usdp_id) where open;
create table vee_service (
  service_id text not null, version int not null, from_day int not null, rules text not null,
  ladder text not null, strict boolean not null, profile text, settings jsonb not null,
  primary key (service_id, version));
create table estimation_run_due (
  run_id text primary key, data_day int not null, as_of_ms bigint not null, org text);
create table estimation_run_done (
  run_id text primary key, data_day int not null, as_of_ms bigint not null, org text,
  estimated_channel_days bigint not null, completed_at_ms bigint not null);
create table facts_epoch (topic text primary key, changes bigint not null);`,
};
