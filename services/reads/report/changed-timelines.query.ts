import type { Version } from '@mdmr/directory';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { RECORD_TYPES } from '../decide/index.js';

/** A timeline that a set has replaced, with what stood before. */
export interface ChangedTimeline {
  readonly recordType: string;
  readonly subject: string;
  readonly name: string;
  readonly before: readonly Version[];
  readonly after: readonly Version[];
}

/** Place of a timeline in the order of its set. */
export interface TimelineKey {
  readonly subject: string;
  readonly recordType: string;
  readonly name: string;
}

/**
 * Timelines of an applied set behind `after`, by subject, so that all of a service point come
 * together; only those that reads look at.
 */
export async function changedTimelines(
  tx: Tx,
  set: { readonly ldc: string; readonly setId: string; readonly appliedAtMs: Instant },
  after: TimelineKey | null,
  limit: number,
): Promise<ChangedTimeline[]> {
  const found = await tx.query<ChangedTimeline>(
    `select n.record_type as "recordType", n.subject, n.name, n.versions as after,
       coalesce(o.versions, '[]'::json) as before
     from directory_timeline n left join lateral (
       select versions from directory_timeline d
       where d.record_type = n.record_type and d.subject = n.subject and d.name = n.name
         and d.ldc = n.ldc and d.set_id <> n.set_id and d.known_to_ms = n.known_from_ms
       order by d.known_from_ms desc limit 1) o on true
     where n.ldc = $1 and n.set_id = $2 and n.known_from_ms = $3
       and n.record_type = any($4::text[])
       and (n.subject, n.record_type, n.name) > ($5, $6, $7)
     order by n.subject, n.record_type, n.name limit $8`,
    [
      set.ldc,
      set.setId,
      set.appliedAtMs,
      RECORD_TYPES,
      after?.subject ?? '',
      after?.recordType ?? '',
      after?.name ?? '',
      limit,
    ],
  );
  return found.rows;
}
