import { formatEstDay, formatInstant } from '@mdmr/kernel';
import type { Database } from '@mdmr/postgres';

const ORGANIZATION = 'select org_id, name, roles, door from organization';

/** All organizations, by id. */
export async function listOrganizations(db: Database): Promise<object[]> {
  return (await db.query<object>(`${ORGANIZATION} order by org_id`)).rows;
}

/**
 * One organization, the delegations it gives and has, the head-ends it runs or is read by; or null.
 */
export async function showOrganization(db: Database, id: string): Promise<object | null> {
  const [organization] = (await db.query<object>(`${ORGANIZATION} where org_id = $1`, [id])).rows;
  if (organization === undefined) return null;
  const amccs = await db.query(
    `select amcc_id, org_id as org, ldcs, format, stamps, key, multiplied from head_end
     where org_id = $1 or $1 = any(ldcs) order by amcc_id`,
    [id],
  );
  return { ...organization, delegations: await delegationsOf(db, id), amccs: amccs.rows };
}

interface DelegationRow {
  ldc: string;
  agent: string;
  function: string;
  from_day: number;
  to_day: number | null;
  revoked_at_ms: number | null;
}

async function delegationsOf(db: Database, id: string): Promise<object[]> {
  const { rows } = await db.query<DelegationRow>(
    `select ldc, agent, function, from_day, to_day, revoked_at_ms from delegation
     where ldc = $1 or agent = $1 order by ldc, agent, function, from_day, at_ms`,
    [id],
  );
  return rows.map(({ from_day, to_day, revoked_at_ms, ...names }) => ({
    ...names,
    from: formatEstDay(from_day),
    to: to_day === null ? null : formatEstDay(to_day),
    revoked_at: revoked_at_ms === null ? null : formatInstant(revoked_at_ms),
  }));
}
