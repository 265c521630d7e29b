import type { Participants } from '@mdmr/directory';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { EarlierFile, ParticipantsView } from '../decide/judge-file.js';

/**
 * The next place in the custody order, and the instant of custody: never before that of the last.
 */
export async function nextCustody(tx: Tx, now: Instant): Promise<{ seq: number; at: Instant }> {
  const { rows } = await tx.query<{ custody_seq: number; received_at_ms: number }>(
    'select custody_seq, received_at_ms from custody_file order by custody_seq desc limit 1',
  );
  const last = rows[0];
  if (last === undefined) return { seq: 1, at: now };
  return { seq: last.custody_seq + 1, at: Math.max(now, last.received_at_ms) };
}

export async function isInCustody(db: Pick<Tx, 'query'>, custodyId: string): Promise<boolean> {
  const found = await db.query('select from custody_file where custody_id = $1', [custodyId]);
  return found.rowCount > 0;
}

/**
 * The CSV file that holds a file_id of the sender: neither refused nor returned. Null = it is free.
 */
export async function fileHolding(
  tx: Tx,
  org: string,
  fileId: string,
): Promise<EarlierFile | null> {
  const { rows } = await tx.query<{
    custody_id: string;
    sha256: string;
    received_at_ms: number;
    decided: boolean;
  }>(
    `select custody_id, sha256, received_at_ms, coalesce(taken, 0) > 0 as decided
     from custody_file left join custody_progress using (custody_id)
     where org = $1 and file_id = $2 and verdict = 'RECEIVED' and unit = 'RECORD'
       and coalesce(refused, 0) = 0 and coalesce(returned, 0) = 0
     order by custody_seq desc limit 1`,
    [org, fileId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { custody_id: custodyId, sha256, received_at_ms: receivedAt, decided } = row;
  return { custodyId, sha256, receivedAt, decided };
}

/** file_ids of the hub's answers to a file that were sent so far. */
export async function answersSent(tx: Tx, custodyId: string): Promise<string[]> {
  const { rows } = await tx.query<{ file_id: string }>(
    `select file_id from outbound_file where in_reply_to @> array[$1] and delivered > 0
     order by composed_at_ms, file_id`,
    [custodyId],
  );
  return rows.map((row) => row.file_id);
}

/** Organizations that have exchange folders. */
export async function registeredOrgs(db: Pick<Tx, 'query'>): Promise<string[]> {
  const { rows } = await db.query<{ org_id: string }>(
    'select org_id from organization order by org_id',
  );
  return rows.map((row) => row.org_id);
}

/** The gateway's view of the shared participants model. */
export function participantsView(people: Participants): ParticipantsView {
  return {
    isRegistered: (org) => people.org(org) !== undefined,
    hasRole: (org, role) => people.hasRole(org, role),
    mayAct: (ldc, agent, fn, at) => people.mayAct(ldc, agent, fn, at),
    mayRead: (org, format, at) =>
      people
        .amccsOfOrg(org)
        .some(
          (headEnd) =>
            headEnd.format === format &&
            headEnd.ldcs.some((ldc) => people.mayAct(ldc, org, 'READS', at)),
        ),
  };
}
