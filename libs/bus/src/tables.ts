import type { Migration } from '@mdmr/postgres';

/** The bus's own tables, in schema `bus` of each service's database. A rebuild leaves them alone. */
export const busMigrations: readonly Migration[] = [
  {
    id: 1,
    name: 'bus',
    sql: `
create table fence (
  processor text not null, topic text not null, partition int not null,
  next_offset bigint not null, progress jsonb,
  primary key (processor, topic, partition));
create table position (
  processor text not null, topic text not null, partition int not null, lane text not null,
  last_seq bigint not null,
  primary key (processor, topic, partition, lane));
create table head (
  lane text not null, topic text not null, partition int not null,
  next_seq bigint not null, published bigint not null,
  primary key (lane, topic, partition));
create table journal (
  lane text not null, topic text not null, partition int not null, seq bigint not null,
  n int not null, at_ms bigint not null, payload bytea not null,
  primary key (lane, topic, partition, seq));
create table quarantine (
  processor text not null, topic text not null, partition int not null, "offset" bigint not null,
  at_ms bigint not null, reason text not null, key bytea, value bytea,
  primary key (processor, topic, partition, "offset"));`,
  },
  {
    id: 2,
    name: 'published-offset',
    // where the last published message of a lane lies; null = not known
    sql: 'alter table head add column published_offset bigint;',
  },
  {
    id: 3,
    name: 'replay',
    // how far a message that was set aside is worked, when it is replayed
    sql: 'alter table quarantine add column progress jsonb;',
  },
];
