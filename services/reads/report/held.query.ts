import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { StoredBlock } from '../decide/index.js';
import { BLOCK_COLUMNS, blocksOf, type BlockRow } from './blocks.query.js';

const KEY = 'est_day, amcc_id, device_id, channel, is_register, custody_seq, line';

/** Held values now; repeats within a line are not counted apart. */
export async function countHeld(tx: Tx): Promise<number> {
  const found = await tx.query<{ held: number }>(
    'select coalesce(sum(held_values), 0)::int8 as held from block_state where held_values > 0',
  );
  return found.rows[0]!.held;
}

/** Since when the longest held values are held; null without any. */
export async function oldestHeld(tx: Tx): Promise<Instant | null> {
  const found = await tx.query<{ since: number | null }>(
    'select min(held_since_ms) as since from block_state where held_values > 0',
  );
  return found.rows[0]!.since;
}

/** Blocks with values held since `untilMs` or longer. */
export async function blocksHeldUntil(
  tx: Tx,
  untilMs: Instant,
  limit: number,
): Promise<StoredBlock[]> {
  return heldBlocks(tx, 's.held_since_ms <= $1', 's.held_since_ms', [untilMs, limit]);
}

/** Which held values an operator means: of a head-end, a meter of it, days before one. */
export interface HeldFilter {
  readonly amccId: string;
  readonly meterId: string | null;
  readonly beforeDay: number | null;
}

/** A meter's values are held under its own id, or under an AMCD id that it has or had. */
export async function blocksHeldFor(
  tx: Tx,
  filter: HeldFilter,
  limit: number,
): Promise<StoredBlock[]> {
  const { amccId, meterId, beforeDay } = filter;
  const condition = `s.amcc_id = $1 and ($2::int4 is null or s.est_day < $2)
    and ($3::text is null or (s.id_kind = 'METER' and s.device_id = $3)
      or (s.id_kind = 'AMCD' and (s.other_id = $3 or exists (
        select from directory_device d where d.amcc_id = s.amcc_id and d.id_kind = 'AMCD'
          and d.device_id = s.device_id and d.meter_id = $3))))`;
  return heldBlocks(tx, condition, KEY, [amccId, beforeDay, meterId, limit]);
}

async function heldBlocks(
  tx: Tx,
  condition: string,
  order: string,
  params: unknown[],
): Promise<StoredBlock[]> {
  const found = await tx.query<BlockRow>(
    `select ${BLOCK_COLUMNS}
     from block_state s join read_block b using (${KEY})
     where s.held_values > 0 and ${condition} order by ${order} limit $${params.length}`,
    params,
  );
  return blocksOf(tx, found.rows);
}
