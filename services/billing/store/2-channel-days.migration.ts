import type { Migration } from '@mdmr/postgres';

const COLUMNS = `
  usdp_id text not null, channel text not null, est_day int not null, version int not null,
  at_ms bigint not null, minutes smallint not null, "values" bytea not null, codes text,
  has_source boolean not null, last_source smallint not null, service text not null,
  registers text not null, lineage text not null`;

/**
 * The newest version of every channel day, by day; older versions stand in channel_day_history.
 * "values": Wh as int32 or float64; codes: one letter an interval, null = all measured;
 * last_source: index of the last interval with a source value, -1 = none.
 * first_complete: the first version that could be billed; *_version: the last of each cause.
 */
export const channelDays: Migration = {
  id: 2,
  name: 'channel-days',
  sql: `
create table channel_day (${COLUMNS},
  first_complete int, read_version int not null, edit_version int not null,
  directory_version int not null,
  primary key (usdp_id, channel, est_day)) partition by list (est_day);
create index channel_day_changed on channel_day (at_ms) where version > first_complete;
create table channel_day_history (${COLUMNS},
  primary key (usdp_id, channel, est_day, version)) partition by list (est_day);
create table sum_accepted (
  usdp_id text not null, start_day int not null, end_day int not null, at_ms bigint not null,
  primary key (usdp_id, start_day, end_day, at_ms));`,
};
