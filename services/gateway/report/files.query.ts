import { formatInstant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { accountOf } from '../decide/file-state.js';
import type { FileRecord, FileState } from '../decide/file-state.js';

type Query = Pick<Tx, 'query'>;

/** A file in custody as `files list` tells it. */
export interface FileAnswer {
  readonly id: string;
  readonly org: string;
  readonly file_id: string;
  readonly name: string;
  readonly kind: string;
  readonly unit: string;
  readonly state: FileState;
  readonly received_at: string;
  readonly sha256: string;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
  /** Of a file refused whole. */
  readonly reason: string | null;
}

export interface LineAnswer {
  readonly line: number;
  readonly state: string;
  readonly reason: string;
  readonly values: number;
}

/** A file the hub made in answer to a file. */
export interface SentAnswer {
  readonly file_id: string;
  readonly recipient: string;
  readonly kind: string;
  readonly name: string;
  readonly delivered_at: string | null;
}

interface Row extends Omit<FileRecord, 'progress'> {
  readonly custody_id: string;
  readonly org: string;
  readonly file_id: string;
  readonly name: string;
  readonly kind: string;
  readonly received_at_ms: number;
  readonly sha256: string;
  readonly reason: string | null;
  readonly taken: number;
  readonly refused: number;
  readonly returned: number;
  readonly segments_decided: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
}

const SUMS = ['taken', 'refused', 'returned', 'segments_decided', 'applied', 'unchanged']
  .concat(['superseded', 'held', 'rejected'])
  .map((name) => `coalesce(p.${name}, 0) as ${name}`)
  .join(', ');
const FILES = `select f.custody_id, f.org, f.file_id, f.name, f.kind, f.unit, f.received_at_ms,
  f.sha256, f.verdict, f.brought, f.segments, f.reason, ${SUMS}
  from custody_file f left join custody_progress p using (custody_id)`;

/** Files in custody order, of one organization or all, in one state or any. */
export async function listFiles(
  db: Query,
  filter: { org?: string; state?: string },
): Promise<FileAnswer[]> {
  const { rows } = await db.query<Row>(
    `${FILES} where $1::text is null or f.org = $1 order by f.custody_seq`,
    [filter.org ?? null],
  );
  const answers = rows.map(answerOf);
  return filter.state === undefined ? answers : answers.filter((a) => a.state === filter.state);
}

/**
 * Finds a file by custody id, `<ORG>/<file_id>` (the one that holds the file_id, else the newest)
 * or `<ORG>/<name>` (the newest). Null: there is none.
 */
export async function findFile(db: Query, ref: string): Promise<FileAnswer | null> {
  const [org, rest] = splitRef(ref);
  const { rows } = await db.query<Row>(
    `${FILES} where f.custody_id = $1 or (f.org = $2 and (f.file_id = $3 or f.name = $3))
     order by f.custody_id = $1 desc, f.file_id = $3 desc,
       (f.file_id = $3 and f.verdict = 'RECEIVED' and coalesce(p.refused + p.returned, 0) = 0) desc,
       f.custody_seq desc
     limit 1`,
    [ref, org, rest],
  );
  return rows[0] === undefined ? null : answerOf(rows[0]);
}

/** Lines of a file that are not wholly applied, by line. */
export async function linesOf(db: Query, custodyId: string): Promise<LineAnswer[]> {
  const { rows } = await db.query<LineAnswer>(
    `select line, state, reason, value_count as values from custody_line
       where custody_id = $1 and value_count > 0
     union all
     select l.line, 'REJECTED', l.reason, 1 from sync_part p
       join sync_line l using (ldc, set_id, part) where p.custody_id = $1
     union all
     select line, coalesce(ended, 'PENDING'),
       coalesce(case when ended is null then waiting_reason else reason end, ''), 1
       from request_line where custody_id = $1 and ended is distinct from 'APPLIED'
     order by line, state, reason`,
    [custodyId],
  );
  return rows;
}

/** What the hub has made in answer to a file, in the order in which it was made. */
export async function answersTo(db: Query, custodyId: string): Promise<SentAnswer[]> {
  const { rows } = await db.query<SentAnswer & { delivered_at_ms: number | null }>(
    `select file_id, recipient, kind, name, delivered_at_ms from outbound_file
     where in_reply_to @> array[$1] order by composed_at_ms, file_id`,
    [custodyId],
  );
  return rows.map(({ delivered_at_ms, ...file }) => ({
    ...file,
    delivered_at: delivered_at_ms === null ? null : formatInstant(delivered_at_ms),
  }));
}

/** A file of the hub by file_id or name, with or without `<recipient>/` or `MDMR/` before it. */
export async function findOutbound(
  db: Query,
  ref: string,
): Promise<{ file_id: string; recipient: string; name: string } | null> {
  const [org, rest] = splitRef(ref);
  const { rows } = await db.query<{ file_id: string; recipient: string; name: string }>(
    `select file_id, recipient, name from outbound_file
     where recipient is not null and (file_id = $1 or name = $1
       or ((recipient = $2 or $2 = 'MDMR') and (file_id = $3 or name = $3)))
     order by composed_at_ms desc, file_id limit 1`,
    [ref, org, rest],
  );
  return rows[0] ?? null;
}

function splitRef(ref: string): [string, string] {
  const slash = ref.indexOf('/');
  return slash < 0 ? ['', ref] : [ref.slice(0, slash), ref.slice(slash + 1)];
}

function answerOf(row: Row): FileAnswer {
  const account = accountOf({
    verdict: row.verdict,
    unit: row.unit,
    brought: row.brought,
    segments: row.segments,
    progress: {
      ...row,
      taken: row.taken > 0,
      refused: row.refused > 0,
      returned: row.returned > 0,
      segmentsDecided: row.segments_decided,
    },
  });
  const { custody_id, org, file_id, name, kind, unit, received_at_ms, sha256, reason } = row;
  const received_at = formatInstant(received_at_ms);
  return {
    id: custody_id,
    org,
    file_id,
    name,
    kind,
    unit,
    received_at,
    sha256,
    ...account,
    reason,
  };
}
