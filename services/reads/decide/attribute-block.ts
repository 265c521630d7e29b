import { MINUTE_MS, intervalEnd, startOfDay, type Instant } from '@mdmr/kernel';
import {
  attributeValue,
  candidateMeters,
  type Attribution,
  type Claim,
  type Extent,
} from './attribute-value.js';
import { ABSENT, type Block, flagOf, slotsOf } from './block.js';
import type { DirectoryView, MeterTimeline } from './directory-view.js';

/** Where an item of a block lies in time. */
export function extentOf(block: Block, index: number): Extent {
  if (block.intervalMinutes === 0) {
    const { atMs } = block.registers[index]!;
    return { startMs: atMs, endMs: atMs, intervalMinutes: 0 };
  }
  const endMs = intervalEnd(block.estDay, index, block.intervalMinutes);
  const startMs = endMs - block.intervalMinutes * MINUTE_MS;
  return { startMs, endMs, intervalMinutes: block.intervalMinutes };
}

/** End stamp of an item. */
export function stampOf(block: Block, index: number): Instant {
  return extentOf(block, index).endMs;
}

/**
 * Attribution of every item of a block, null where it carries none. Usually nothing of the device
 * changes within the day: then one look-up serves all intervals.
 */
export function attributeBlock(view: DirectoryView, block: Block): (Attribution | null)[] {
  const claim = claimOfBlock(block);
  const slots = slotsOf(block);
  const result = new Array<Attribution | null>(slots).fill(null);
  const meters = candidateMeters(view, claim);
  const isSteady = block.intervalMinutes > 0 && !changesWithin(view, meters, block);
  if (isSteady) return attributeSteady(view, claim, meters, block, result);
  for (let i = 0; i < slots; i++) {
    if (flagOf(block, i) === ABSENT) continue;
    result[i] = attributeValue(view, claim, extentOf(block, i), meters);
  }
  return result;
}

function attributeSteady(
  view: DirectoryView,
  claim: Claim,
  meters: readonly MeterTimeline[],
  block: Block,
  result: (Attribution | null)[],
): (Attribution | null)[] {
  const { flags } = block;
  const first = firstPresent(block);
  if (first < 0) return result;
  const steady = attributeValue(view, claim, extentOf(block, first), meters);
  if (!flags.includes(ABSENT)) return result.fill(steady);
  for (let i = first; i < flags.length; i++) if (flags[i] !== ABSENT) result[i] = steady;
  return result;
}

/** True if all items have this one attribution. */
export function areAll(attributions: readonly (Attribution | null)[], one: Attribution): boolean {
  for (let i = 0; i < attributions.length; i++) if (attributions[i] !== one) return false;
  return true;
}

/** Index of the first interval that a block carries, -1 without any. */
export function firstPresent(block: Block): number {
  const { flags } = block;
  for (let i = 0; i < flags.length; i++) if (flags[i] !== ABSENT) return i;
  return -1;
}

/** The names a block gives. */
export function claimOfBlock(block: Block): Claim {
  return {
    amccId: block.amccId,
    deviceId: block.deviceId,
    key: block.key,
    otherId: block.otherId,
    channel: block.channel,
    sender: block.file.sender,
  };
}

/** Whether an MTR or INS boundary of a meter the block may be of lies strictly inside its day. */
function changesWithin(
  view: DirectoryView,
  meters: readonly MeterTimeline[],
  block: Block,
): boolean {
  const from = startOfDay(block.estDay);
  const to = startOfDay(block.estDay + 1);
  for (const meter of meters) {
    for (const { fromMs } of meter.versions) if (fromMs > from && fromMs < to) return true;
    for (const { fromMs, toMs } of view.installationsOfMeter(meter.ldc, meter.meterId)) {
      if (fromMs > from && fromMs < to) return true;
      if (toMs !== null && toMs > from && toMs < to) return true;
    }
  }
  return false;
}

/** Meter and LDC of the block's meter day: of its first item that has one. */
export function meterOf(
  attributions: readonly (Attribution | null)[],
): { ldc: string; meterId: string } | null {
  for (const attribution of attributions) {
    if (attribution?.meter) return attribution.meter;
  }
  return null;
}
