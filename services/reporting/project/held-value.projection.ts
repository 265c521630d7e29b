import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';
import {
  blockOf,
  heldOfReattributed,
  heldOfReceived,
  movesOf,
  type Block,
  type HeldStretch,
  type MovedStretch,
  type Stretch,
} from '../decide/held-values.js';

/**
 * Values held under their meters, and what became of values later. Nothing is kept of a block whose
 * values were all applied when they came. A later version of a block may arrive before an earlier
 * one: versions decide, not the order of arrival.
 */
export const heldValueProjection: Projection = {
  name: 'held-value',
  topics: ['mdmr.reads.meter-days.v1'],
  async apply(tx, events) {
    const held: [Block, HeldStretch][] = [];
    const moves: [Block, MovedStretch][] = [];
    const later: Block[] = [];
    for (const event of events) collect(event, held, moves, later);
    await storeHeld(tx, held);
    await storeMoves(tx, moves);
    await storeVersions(tx, later);
    await closeHeld(tx, [...held.map(([block]) => block), ...later]);
  },
};

/** A block as received is version 1; the directory makes the later ones. */
function collect(
  event: InEvent,
  held: [Block, HeldStretch][],
  moves: [Block, MovedStretch][],
  later: Block[],
): void {
  if (event.type === 'reads.MeterDayReceived') {
    const stretches = heldOfReceived(event.value);
    if (stretches.length === 0) return;
    const block = blockOf(event.value, 1);
    for (const stretch of stretches) held.push([block, stretch]);
  }
  if (event.type === 'reads.MeterDayReattributed') {
    const block = blockOf(event.value, event.value.version);
    later.push(block);
    for (const stretch of heldOfReattributed(event.value)) held.push([block, stretch]);
    for (const move of movesOf(event.value)) moves.push([block, move]);
  }
}

const COLUMNS = [
  { name: 'block', type: 'text' },
  { name: 'version', type: 'int4' },
  { name: 'register', type: 'bool' },
  { name: 'from_index', type: 'int4' },
  { name: 'to_index', type: 'int4' },
  { name: 'at_ms', type: 'int8' },
  { name: 'ldc', type: 'text' },
  { name: 'amcc_id', type: 'text' },
  { name: 'sender', type: 'text' },
  { name: 'file_id', type: 'text' },
  { name: 'line', type: 'int8' },
  { name: 'file_name', type: 'text' },
  { name: 'meter_id', type: 'text' },
  { name: 'amcd_id', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'first_ms', type: 'int8' },
  { name: 'last_ms', type: 'int8' },
  { name: 'reason', type: 'text' },
] as const;

function cells(block: Block, stretch: Stretch): unknown[] {
  return [
    block.id,
    block.version,
    stretch.register,
    stretch.from,
    stretch.to,
    block.atMs,
    block.ldc,
    block.amccId,
    block.sender,
    block.fileId,
    block.line,
    block.fileName,
    block.meterId,
    block.amcdId,
    block.channel,
    stretch.firstMs,
    stretch.lastMs,
    stretch.reason,
  ];
}

async function storeHeld(tx: Tx, held: readonly [Block, HeldStretch][]): Promise<void> {
  await bulkInsert(tx, {
    table: 'held_run',
    columns: [...COLUMNS, { name: 'device_id', type: 'text' }, { name: 'since_ms', type: 'int8' }],
    rows: held.map(([block, s]) => [...cells(block, s), block.deviceId, s.sinceMs]),
  });
}

async function storeMoves(tx: Tx, moves: readonly [Block, MovedStretch][]): Promise<void> {
  await bulkInsert(tx, {
    table: 'value_move',
    columns: [
      ...COLUMNS,
      { name: 'state', type: 'text' },
      { name: 'usdp_id', type: 'text' },
      { name: 'from_usdp_id', type: 'text' },
    ],
    rows: moves.map(([block, m]) => [...cells(block, m), m.state, m.usdpId, m.fromUsdpId]),
  });
}

async function storeVersions(tx: Tx, blocks: readonly Block[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'block_version',
    columns: [
      { name: 'block', type: 'text' },
      { name: 'version', type: 'int4' },
      { name: 'at_ms', type: 'int8' },
    ],
    rows: blocks.map((block) => [block.id, block.version, block.atMs]),
  });
}

/** What a version held is no longer so from the next version on. */
async function closeHeld(tx: Tx, blocks: readonly Block[]): Promise<void> {
  if (blocks.length === 0) return;
  await tx.query(
    `update held_run h set closed_at_ms = n.at_ms
     from (
       select distinct on (o.block, o.version) o.block, o.version, v.at_ms
       from held_run o join block_version v on v.block = o.block and v.version > o.version
       where o.block = any($1::text[])
       order by o.block, o.version, v.version
     ) n
     where h.block = n.block and h.version = n.version and h.closed_at_ms is distinct from n.at_ms`,
    [[...new Set(blocks.map((block) => block.id))]],
  );
}
