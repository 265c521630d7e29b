import type { Tx } from '@mdmr/postgres';

type Query = Pick<Tx, 'query'>;

/** A file of the hub that is to be put into an outbox. */
export interface DueFile {
  readonly recipient: string;
  readonly ldc: string;
  readonly file_id: string;
  readonly kind: string;
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly in_reply_to: string[];
  readonly again: boolean;
}

/** A part of a set that ended unapplied, to be put back. */
export interface DuePart {
  readonly custody_id: string;
  readonly org: string;
  readonly ldc: string;
  readonly set_id: string;
  readonly name: string;
  readonly sha256: string;
}

/** Files to deliver, first made first. */
export async function dueFiles(db: Query, limit: number): Promise<DueFile[]> {
  const { rows } = await db.query<DueFile>(
    `select recipient, ldc, file_id, kind, name, sha256, bytes, in_reply_to,
       delivered > 0 as again
     from outbound_file where asked > delivered and recipient is not null
     order by composed_at_ms, file_id limit $1`,
    [limit],
  );
  return rows;
}

/** Parts to return, those of a set and sender together. */
export async function dueParts(db: Query): Promise<DuePart[]> {
  const { rows } = await db.query<DuePart>(
    `select custody_id, org, ldc, set_id, name, sha256 from returned_part
     where not returned and org is not null
     order by ldc, set_id, org, custody_id`,
  );
  return rows;
}

export async function countDue(db: Query): Promise<{ files: number; parts: number }> {
  const { rows } = await db.query<{ files: number; parts: number }>(
    `select
       (select count(*) from outbound_file
         where asked > delivered and recipient is not null)::int8 as files,
       (select count(*) from returned_part
         where not returned and org is not null)::int8 as parts`,
  );
  return rows[0]!;
}
