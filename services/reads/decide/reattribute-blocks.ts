import type { Instant } from '@mdmr/kernel';
import { areAll, meterOf } from './attribute-block.js';
import { HELD_EXPIRED, type Attribution } from './attribute-value.js';
import { compareCustody, type StoredBlock } from './block.js';
import type { DirectoryView } from './directory-view.js';
import { MeterDayLedger } from './merge.js';
import { aloneOutcome, attributeStored, hasNoValue, hasRival, itemsOf } from './receive-blocks.js';
import { sameRuns, toRuns, type ItemState } from './runs.js';

/** What a reader of DC04 is told about items [from, to). */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly state: 'HELD' | 'REJECTED' | 'APPLIED' | 'MOVED';
  readonly usdpId: string | null;
  readonly fromUsdpId: string | null;
  readonly reason: string | null;
}

/** A block whose items now stand otherwise than before. */
export interface MovedBlock {
  readonly before: StoredBlock;
  readonly after: StoredBlock;
  readonly moves: readonly Move[];
  readonly meter: { readonly ldc: string; readonly meterId: string } | null;
}

/**
 * Attribution of all blocks of ONE meter day by a changed directory; gives those that changed. A
 * value that becomes applied competes with those that were and stay applied, and with its like in
 * custody order.
 * @param attributed what `attributeStored` makes of a block, where it is at hand
 */
export function reattributeBlocks(
  view: DirectoryView,
  now: Instant,
  blocks: readonly StoredBlock[],
  attributed = (block: StoredBlock): (Attribution | null)[] => attributeStored(view, block),
): MovedBlock[] {
  const works = [...blocks].sort(compareCustody).map((block) => ({
    block,
    items: itemsOf(block),
    attributions: attributed(block),
    competes: hasRival(block, blocks),
  }));
  const ledger = new MeterDayLedger();
  for (const work of works) {
    if (work.competes) forEachApplied(work, ledger, (was) => was.state === 'APPLIED');
  }
  const moved: MovedBlock[] = [];
  for (const work of works) {
    const next = work.competes ? restateAll(work, ledger, now) : restateAlone(work, now);
    const result = movedBlock(work.block, work.items, next);
    if (result) moved.push({ ...result, meter: meterOf(work.attributions) });
  }
  return moved;
}

interface Work {
  readonly block: StoredBlock;
  readonly items: readonly (ItemState | null)[];
  readonly attributions: readonly (Attribution | null)[];
}

function restateAll(
  { block, items, attributions }: Work,
  ledger: MeterDayLedger | null,
  now: Instant,
): (ItemState | null)[] {
  return items.map((was, i) =>
    was && was.state !== 'REJECTED' ? restate(block, i, was, attributions[i]!, ledger, now) : was,
  );
}

/** Items that stood alike and have one attribution stand alike again, if nothing competes. */
function restateAlone(work: Work, now: Instant): (ItemState | null)[] {
  const { block, items, attributions } = work;
  const [was] = items;
  const [attribution] = attributions;
  const isUniform =
    was && attribution && !hasNoValue(block) && areAll(attributions, attribution) && areSame(items);
  if (!isUniform || was.state === 'REJECTED') return restateAll(work, null, now);
  const next = restate(block, 0, was, attribution, null, now);
  return new Array<ItemState>(items.length).fill(next);
}

function areSame(items: readonly (ItemState | null)[]): boolean {
  for (let i = 1; i < items.length; i++) if (items[i] !== items[0]) return false;
  return true;
}

function forEachApplied(
  work: Work,
  ledger: MeterDayLedger,
  counts: (was: ItemState) => boolean,
): void {
  work.items.forEach((was, i) => {
    const attribution = work.attributions[i];
    if (!was || !attribution?.usdpId || !attribution.meter || !counts(was)) return;
    ledger.add(work.block, i, attribution.meter);
  });
}

function restate(
  block: StoredBlock,
  index: number,
  was: ItemState,
  attribution: Attribution,
  ledger: MeterDayLedger | null,
  now: Instant,
): ItemState {
  const { usdpId, meter, reason } = attribution;
  if (!usdpId || !meter) {
    if (was.state === 'HELD' && was.reason === reason) return was;
    const sinceMs = was.state === 'HELD' ? was.sinceMs : now;
    return { state: 'HELD', usdpId: null, reason, sinceMs };
  }
  if (was.state === 'APPLIED') {
    return was.usdpId === usdpId ? was : { ...stripped(was), usdpId };
  }
  const outcome = ledger ? ledger.add(block, index, meter) : aloneOutcome(block, index);
  return { state: 'APPLIED', usdpId, reason: outcome === 'NEW' ? null : outcome, sinceMs: null };
}

function stripped(item: ItemState): ItemState {
  const { state, usdpId, reason, sinceMs } = item;
  return { state, usdpId, reason, sinceMs };
}

/**
 * Held items become rejected: all of a block, or those that were last held at or before
 * `heldUntilMs`. Null if it has none.
 */
export function expireHeld(block: StoredBlock, heldUntilMs: Instant | null): MovedBlock | null {
  const items = itemsOf(block);
  const expired: ItemState = {
    state: 'REJECTED',
    usdpId: null,
    reason: HELD_EXPIRED,
    sinceMs: null,
  };
  const next = items.map((was) => {
    if (was?.state !== 'HELD') return was;
    return heldUntilMs === null || was.sinceMs! <= heldUntilMs ? expired : was;
  });
  const result = movedBlock(block, items, next);
  return result && { ...result, meter: null };
}

function movedBlock(
  before: StoredBlock,
  was: readonly (ItemState | null)[],
  next: readonly (ItemState | null)[],
): Omit<MovedBlock, 'meter'> | null {
  const runs = toRuns(next);
  if (sameRuns(before.runs, runs)) return null;
  return {
    before,
    after: { ...before, runs, version: before.version + 1 },
    moves: movesOf(was, next),
  };
}

function movesOf(was: readonly (ItemState | null)[], next: readonly (ItemState | null)[]): Move[] {
  const moves: Move[] = [];
  next.forEach((item, i) => {
    const move = moveOf(was[i] ?? null, item, i);
    const open = moves.at(-1);
    if (!move) return;
    if (open?.to === i && isAlike(open, move)) moves[moves.length - 1] = { ...open, to: i + 1 };
    else moves.push(move);
  });
  return moves;
}

function isAlike(a: Move, b: Move): boolean {
  return (
    a.state === b.state &&
    a.usdpId === b.usdpId &&
    a.fromUsdpId === b.fromUsdpId &&
    a.reason === b.reason
  );
}

/** The DC04 row of one item, none if it stands where it stood. */
function moveOf(was: ItemState | null, next: ItemState | null, index: number): Move | null {
  if (!was || !next) return null;
  if (was.state === next.state && was.usdpId === next.usdpId) {
    if (next.state !== 'HELD' || was.reason === next.reason) return null;
  }
  const at = { from: index, to: index + 1 };
  const fromUsdpId = was.usdpId;
  if (next.state === 'APPLIED') {
    const state = was.state === 'APPLIED' ? 'MOVED' : 'APPLIED';
    return { ...at, state, usdpId: next.usdpId, fromUsdpId, reason: null };
  }
  return { ...at, state: next.state, usdpId: null, fromUsdpId, reason: next.reason };
}
