import type { Migration } from '@mdmr/postgres';

const COLUMNS = `
  usdp_id text not null, channel text not null, est_day int not null, at_ms bigint not null,
  source_end smallint not null, body bytea not null, version int not null`;

/**
 * The newest version of every channel day, by day; older versions stand in channel_day_history.
 * source_end: minute of the day at which the last interval with a source value ends, 0 = none;
 * body: decide/day-body.ts.
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
