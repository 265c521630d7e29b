import type { Migration } from '@mdmr/postgres';

const COLUMNS = `
  usdp_id text not null, channel text not null, est_day int not null, at_ms bigint not null,
  source_end smallint not null, body bytea not null, version int not null`;

/**
 * A day in front of its body, in bytes: a row a day would cost the driver more than all the adding up.
 * The last number is the length of the body.
 */
const DAY_BYTES = `int4send(d.est_day) || int4send(d.version) || int8send(d.at_ms)
  || int2send(d.source_end) || int4send(d.read_version) || int4send(d.edit_version)
  || int4send(d.directory_version) || int4send(length(d.body)) || d.body`;

/**
 * The days of SDPs (ids, first days, days after the last, and the list of all days, by which Postgres skips
 * partitions), one row an SDP and channel.
 */
export const DAYS_OF_SDPS = `
  select d.usdp_id, d.channel, string_agg(${DAY_BYTES}, ''::bytea) as days
  from unnest($1::text[], $2::int[], $3::int[]) as u(usdp_id, start_day, end_day)
  join channel_day d on d.usdp_id = u.usdp_id
  where d.est_day = any($4::int[]) and d.est_day >= u.start_day and d.est_day < u.end_day
  group by d.usdp_id, d.channel`;

/**
 * The newest version of every channel day, by day; older versions stand in channel_day_history.
 * source_end: minute of the day at which the last interval with a source value ends, 0 = none;
 * body: decide/day-body.ts.
 * first_complete: the first version that could be billed; *_version: the last of each cause.
 * channel_days_of: DAYS_OF_SDPS for a few SDPs. To plan a month of partitions takes longer than to read them,
 * so its plan is made once a connection.
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
  primary key (usdp_id, start_day, end_day, at_ms));
create function channel_days_of(text[], int[], int[], int[])
  returns table (usdp_id text, channel text, days bytea)
  language plpgsql stable set plan_cache_mode = force_generic_plan as $function$
#variable_conflict use_column
begin return query ${DAYS_OF_SDPS}; end $function$;`,
};
