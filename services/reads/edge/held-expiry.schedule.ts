import type { Ctx, OutEvent, Timer } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { DAY_MS, type Instant } from '@mdmr/kernel';
import { expireHeld, type MovedBlock, type StoredBlock } from '../decide/index.js';
import { DirectoryMemory } from '../report/directory-cache.js';
import { blocksHeldUntil, oldestHeld } from '../report/held.query.js';
import { lockForReattribution, movedEvents } from './reattribution.js';
import { Workbench } from './workbench.js';

/** Blocks of one transaction. */
export const EXPIRY_BLOCKS = 2_000;

/** Values held for too long become rejected; the raw file stays. */
export function heldExpirySchedule(heldExpireDays: number): Timer {
  const heldForMs = heldExpireDays * DAY_MS;
  return {
    name: 'held-expiry',
    phase: 'window',
    nextDue: async (tx) => {
      const since = await oldestHeld(tx);
      return since === null ? null : since + heldForMs;
    },
    fire: async (ctx) => {
      await lockForReattribution(ctx.tx, []);
      const untilMs = ctx.now - heldForMs;
      const blocks = await blocksHeldUntil(ctx.tx, untilMs, EXPIRY_BLOCKS);
      return rejectHeld(ctx, blocks, untilMs);
    },
  };
}

/** Rejects the held values of blocks, all or those held since `untilMs` or longer. */
export async function rejectHeld(
  ctx: Ctx,
  blocks: readonly StoredBlock[],
  untilMs: Instant | null,
): Promise<OutEvent[]> {
  const participants = await loadParticipants(ctx.tx);
  const bench = await Workbench.open(ctx.tx, ctx.now, participants, new DirectoryMemory());
  await bench.ensureDevices(blocks);
  const moved: MovedBlock[] = [];
  for (const block of blocks) {
    const expired = expireHeld(block, untilMs);
    if (expired) moved.push(expired);
  }
  return movedEvents(bench, moved);
}
