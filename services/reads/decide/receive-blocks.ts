import { areAll, attributeBlock, meterOf } from './attribute-block.js';
import type { Attribution } from './attribute-value.js';
import type { Block, Run, StoredBlock } from './block.js';
import { NO_VALUE, compareCustody, flagOf, slotsOf } from './block.js';
import type { DirectoryView } from './directory-view.js';
import { MeterDayLedger, appliedItems, type Outcome } from './merge.js';
import { toItems, toRuns, type ItemState } from './runs.js';

/** A block that has just come, with what became of its items. */
export interface ReceivedBlock {
  readonly block: Block;
  readonly stored: StoredBlock;
  readonly attributions: readonly (Attribution | null)[];
  /** Meter and LDC of the meter day, as far as the directory tells. */
  readonly meter: { readonly ldc: string; readonly meterId: string } | null;
}

/**
 * Attribution of the items of a stored block by today's directory; rejected items stay rejected.
 */
export function attributeStored(view: DirectoryView, block: StoredBlock): (Attribution | null)[] {
  const attributions = attributeBlock(view, block);
  for (const run of block.runs) {
    if (run.state === 'REJECTED') attributions.fill(null, run.from, run.to);
  }
  return attributions;
}

/** A block that has come, with what the directory makes of its items. */
export interface ArrivedBlock {
  readonly block: Block;
  readonly attributions: readonly (Attribution | null)[];
}

/**
 * Decides what became of blocks of ONE meter day that have come, in custody order, beside those
 * that are stored. A value that is held competes with nothing.
 */
export function receiveBlocks(
  existing: readonly ArrivedBlock[],
  arrived: readonly ArrivedBlock[],
): ReceivedBlock[] {
  let ledger: MeterDayLedger | null = null;
  const others = [...existing, ...arrived].map((a) => a.block);
  const inOrder =
    arrived.length === 1 ? arrived : [...arrived].sort((a, b) => compareCustody(a.block, b.block));
  return inOrder.map(({ block, attributions }) => {
    const competes = hasRival(block, others);
    if (competes) ledger ??= ledgerOf(existing);
    const runs = receivedRuns(block, attributions, competes ? ledger : null);
    const meter = meterOf(attributions);
    return { block, stored: { ...block, runs, version: 1 }, attributions, meter };
  });
}

/** Values of unlike lengths, and registers and intervals, never compete. */
export function hasRival(block: Block, others: readonly Block[]): boolean {
  for (const other of others) {
    if (other !== block && other.intervalMinutes === block.intervalMinutes) return true;
  }
  return false;
}

/** What a value does to its meter day that competes with nothing. */
export function aloneOutcome(block: Block, index: number): Outcome {
  return flagOf(block, index) === NO_VALUE ? 'UNCHANGED' : 'NEW';
}

function ledgerOf(existing: readonly ArrivedBlock[]): MeterDayLedger {
  const ledger = new MeterDayLedger();
  for (const { block, attributions } of [...existing].sort((a, b) =>
    compareCustody(a.block, b.block),
  )) {
    for (const { index, meter } of appliedItems(block, attributions)) {
      ledger.add(block, index, meter);
    }
  }
  return ledger;
}

function receivedRuns(
  block: Block,
  attributions: readonly (Attribution | null)[],
  ledger: MeterDayLedger | null,
): Run[] {
  const slots = slotsOf(block);
  const whole = ledger ? null : wholeRun(block, attributions);
  if (whole) return [whole];
  const items = new Array<ItemState | null>(slots).fill(null);
  const sinceMs = block.file.custodyAtMs;
  let last: ItemState | null = null;
  for (let i = 0; i < slots; i++) {
    const attribution = attributions[i];
    if (!attribution) continue;
    const { usdpId, meter } = attribution;
    let reason: string | null = attribution.reason;
    if (usdpId && meter) {
      const outcome = ledger ? ledger.add(block, i, meter) : aloneOutcome(block, i);
      reason = outcome === 'NEW' ? null : outcome;
    }
    if (!last || last.usdpId !== usdpId || last.reason !== reason) {
      last = usdpId
        ? { state: 'APPLIED', usdpId, reason, sinceMs: null }
        : { state: 'HELD', usdpId: null, reason, sinceMs };
    }
    items[i] = last;
  }
  return toRuns(items);
}

/** The usual case: values of one attribution, none missing, with nothing to compete with. */
function wholeRun(block: Block, attributions: readonly (Attribution | null)[]): Run | null {
  const first = attributions[0];
  if (!first?.usdpId || !first.meter || hasNoValue(block)) return null;
  if (!areAll(attributions, first)) return null;
  const { usdpId } = first;
  const to = attributions.length;
  return { from: 0, to, state: 'APPLIED', usdpId, reason: null, sinceMs: null };
}

export function hasNoValue(block: Block): boolean {
  if (block.intervalMinutes !== 0) return block.flags.includes(NO_VALUE);
  return block.registers.some((r) => r.flag === NO_VALUE);
}

/** Service points that the items of a block belong to now, by its runs. */
export function pointsOf(block: StoredBlock): Set<string> {
  const points = new Set<string>();
  for (const run of block.runs) if (run.usdpId) points.add(run.usdpId);
  return points;
}

/** Items of a stored block as they stand. */
export function itemsOf(block: StoredBlock): (ItemState | null)[] {
  return toItems(block.runs, slotsOf(block));
}
