import { attributeBlock, meterOf } from './attribute-block.js';
import type { Attribution } from './attribute-value.js';
import type { Block, Run, StoredBlock } from './block.js';
import { NO_VALUE, compareCustody, flagOf, slotsOf } from './block.js';
import type { DirectoryView } from './directory-view.js';
import { MeterDayLedger, appliedItems } from './merge.js';
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
  const isAlone = existing.length === 0 && arrived.length === 1;
  const ledger = isAlone ? null : ledgerOf(existing);
  const inOrder = [...arrived].sort((a, b) => compareCustody(a.block, b.block));
  return inOrder.map(({ block, attributions }) => {
    const runs = receivedRuns(block, attributions, ledger);
    const meter = meterOf(attributions);
    return { block, stored: { ...block, runs, version: 1 }, attributions, meter };
  });
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
      const outcome = ledger
        ? ledger.add(block, i, meter)
        : flagOf(block, i) === NO_VALUE
          ? 'UNCHANGED'
          : 'NEW';
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

/** The usual case: a whole day of one attribution, with nothing to compete with. */
function wholeRun(block: Block, attributions: readonly (Attribution | null)[]): Run | null {
  const { flags, intervalMinutes } = block;
  const first = attributions[0];
  if (intervalMinutes === 0 || !first?.usdpId || !first.meter || flags.includes(NO_VALUE))
    return null;
  for (const attribution of attributions) if (attribution !== first) return null;
  const { usdpId } = first;
  return { from: 0, to: flags.length, state: 'APPLIED', usdpId, reason: null, sinceMs: null };
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
