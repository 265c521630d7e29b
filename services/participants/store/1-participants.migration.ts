import { directoryTablesSql } from '@mdmr/directory';
import type { Migration } from '@mdmr/postgres';

/** The model that every service shares, and what only this one needs. */
export const participantsTables: Migration = {
  id: 1,
  name: 'participants',
  sql: `${directoryTablesSql}
create table rate_class_list (
  ldc text primary key, codes jsonb not null, at_ms bigint not null);
create table operator_key (
  key_id text primary key, sha256 text not null, at_ms bigint not null);`,
};
