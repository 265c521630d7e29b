import { bulkInsert, type Database, type Tx } from '@mdmr/postgres';
import type { JsonValue } from './types.js';

/** Where a processor stands in one partition of a topic. */
export interface Fence {
  readonly nextOffset: number;
  readonly progress: JsonValue | null;
}

/** Another instance works this partition: what this one was about to commit must not be. */
export class FenceLost extends Error {}

/** The fence row of a partition, made if there is none. */
export async function loadFence(
  database: Database,
  processor: string,
  topic: string,
  partition: number,
): Promise<Fence> {
  await database.query(`insert into fence values ($1, $2, $3, 0, null) on conflict do nothing`, [
    processor,
    topic,
    partition,
  ]);
  const result = await database.query<{ next_offset: number; progress: JsonValue | null }>(
    'select next_offset, progress from fence where processor = $1 and topic = $2 and partition = $3',
    [processor, topic, partition],
  );
  const row = result.rows[0]!;
  return { nextOffset: row.next_offset, progress: row.progress };
}

/**
 * Moves the fence if it still stands where this instance left it.
 * @throws FenceLost when it does not
 */
export async function moveFence(
  tx: Tx,
  processor: string,
  topic: string,
  partition: number,
  from: Fence,
  to: Fence,
): Promise<void> {
  const result = await tx.query(
    `update fence set next_offset = $5, progress = $6
     where processor = $1 and topic = $2 and partition = $3 and next_offset = $4
       and progress is not distinct from $7::jsonb`,
    [
      processor,
      topic,
      partition,
      from.nextOffset,
      to.nextOffset,
      to.progress === null ? null : JSON.stringify(to.progress),
      from.progress === null ? null : JSON.stringify(from.progress),
    ],
  );
  if (result.rowCount !== 1) {
    throw new FenceLost(`${processor} ${topic}/${partition} moved away from ${from.nextOffset}`);
  }
}

/** Last number seen of each lane in a partition. */
export async function loadPositions(
  database: Database,
  processor: string,
  topic: string,
  partition: number,
): Promise<Map<string, number>> {
  const result = await database.query<{ lane: string; last_seq: number }>(
    'select lane, last_seq from position where processor = $1 and topic = $2 and partition = $3',
    [processor, topic, partition],
  );
  return new Map(result.rows.map((row) => [row.lane, row.last_seq]));
}

export async function storePositions(
  tx: Tx,
  processor: string,
  topic: string,
  partition: number,
  positions: ReadonlyMap<string, number>,
): Promise<void> {
  await bulkInsert(tx, {
    table: 'position',
    columns: [
      { name: 'processor', type: 'text' },
      { name: 'topic', type: 'text' },
      { name: 'partition', type: 'int4' },
      { name: 'lane', type: 'text' },
      { name: 'last_seq', type: 'int8' },
    ],
    rows: [...positions].map(([lane, seq]) => [processor, topic, partition, lane, seq]),
    onConflict:
      'on conflict (processor, topic, partition, lane) do update set last_seq = excluded.last_seq',
  });
}
