import type { EstDay } from '@mdmr/kernel';
import type { Tx } from './database.js';

/**
 * Makes sure that `table` (partition by list (est_day)) has a partition for each day. New ones are
 * made in a transaction of their own and attached: attaching takes a lock that does not wait for
 * writers, and a rolled-back batch leaves only an empty partition behind.
 */
export async function ensureDayPartitions(
  tx: Tx,
  table: string,
  days: Iterable<EstDay>,
): Promise<void> {
  const { database } = tx;
  const known = database.knownPartitions;
  const missing = [...new Set(days)].filter((day) => !known.has(partitionName(table, day)));
  if (missing.length === 0) return;
  missing.sort((a, b) => a - b);
  await database.txAside(async (own) => {
    await own.query('select pg_advisory_xact_lock(hashtext($1))', [`partitions of ${table}`]);
    for (const day of missing) await attachPartition(own, table, day);
  });
  for (const day of missing) known.add(partitionName(table, day));
}

function partitionName(table: string, day: EstDay): string {
  return `${table}_d${day}`;
}

async function attachPartition(tx: Tx, table: string, day: EstDay): Promise<void> {
  const name = partitionName(table, day);
  const found = await tx.query('select to_regclass($1) is not null as there', [name]);
  if ((found.rows[0] as { there: boolean }).there) return;
  await tx.query(`create table "${name}" (like "${table}" including all)`);
  await tx.query(`alter table "${table}" attach partition "${name}" for values in (${day})`);
}
