import type { Migration } from '@mdmr/postgres';

/** Timelines of a set in the order in which its effect on attribution is worked, some at a time. */
export const directorySetMigration: Migration = {
  id: 2,
  name: 'directory-set',
  sql: `create index directory_timeline_set
    on directory_timeline (ldc, set_id, known_from_ms, subject, record_type, name);`,
};
