import { topicNamed } from '@mdmr/events';
import { partitionOf } from '@mdmr/kernel';
import { lockNames, lockShards, type Tx } from '@mdmr/postgres';

/** Service points of a shard are decided by one transaction at a time, whoever decides. */
export const SHARDS = topicNamed('mdmr.vee.channel-days.v1').partitions;

const SPACE = 'vee channel days';

export function shardOf(usdpId: string): number {
  return partitionOf(usdpId, SHARDS);
}

/** Holds the shards of the service points until the transaction ends. */
export async function lockPoints(tx: Tx, usdps: Iterable<string>): Promise<void> {
  await lockShards(tx, SPACE, [...new Set([...usdps].map(shardOf))]);
}

/**
 * Held before it is asked which service points a change of facts touches: of two changes at once, one must see
 * what the other made known, or a day keeps the facts of neither.
 */
export async function lockFacts(tx: Tx, ldc: string): Promise<void> {
  await lockNames(tx, 'vee facts', [ldc]);
}
