import type { Tx } from './database.js';

/**
 * Takes the advisory locks of shards until the transaction ends, in ascending order so that two
 * transactions never wait for each other in a ring. `space` keeps unlike locks apart.
 */
export async function lockShards(
  tx: Tx,
  space: string,
  shards: readonly number[],
  mode: 'exclusive' | 'shared' = 'exclusive',
): Promise<void> {
  if (shards.length === 0) return;
  const sorted = [...new Set(shards)].sort((a, b) => a - b);
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  for (const shard of sorted) await tx.query(`select ${lock}(hashtext($1), $2)`, [space, shard]);
}

/** As `lockShards`, for names, e.g. LDC ids. */
export async function lockNames(
  tx: Tx,
  space: string,
  names: readonly string[],
  mode: 'exclusive' | 'shared' = 'exclusive',
): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  for (const name of [...new Set(names)].sort()) {
    await tx.query(`select ${lock}(hashtext($1), hashtext($2))`, [space, name]);
  }
}
