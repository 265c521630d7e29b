/** Moves with the sets of an LDC: one in a transaction, under the LDC's lock. */
import { randomUUID } from 'node:crypto';
import type { Ctx, OutEvent } from '@mdmr/bus';
import type { Instant } from '@mdmr/kernel';
import { lockNames } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';
import type { WiringTools } from '@mdmr/service';
import { applySet } from '../decide/apply-set.js';
import { guardDetail, isSuspicious } from '../decide/guard.js';
import { nextMove } from '../decide/next-move.js';
import type { Move } from '../decide/next-move.js';
import type { LdcSets, OpenSet } from '../decide/sync-set.js';
import { loadLdcSets } from '../report/sync-set.query.js';
import { readSet } from './read-set.js';
import { outcomeEvents, stateEvent } from './set-events.js';

type Tools = Pick<WiringTools, 'files' | 'config' | 'log'>;

/** Nobody else moves with the sets of the LDC until the transaction ends. */
export function lockSets(tx: Tx, ldcs: readonly string[]): Promise<void> {
  return lockNames(tx, 'mmd.sets', ldcs);
}

/**
 * Makes the next move of an LDC that is due when windows have ended up to `windows`; none due = no
 * events.
 */
export async function makeNextMove(
  tools: Tools,
  ctx: Ctx,
  ldc: string,
  windows: Instant,
): Promise<OutEvent[]> {
  await lockSets(ctx.tx, [ldc]);
  const sets = (await loadLdcSets(ctx.tx, [ldc])).get(ldc)!;
  const move = nextMove(sets, windows, tools.config.psyncParkDays);
  return move === null ? [] : makeMove(tools, ctx, ldc, sets, move);
}

async function makeMove(
  tools: Tools,
  ctx: Ctx,
  ldc: string,
  sets: LdcSets,
  move: Move,
): Promise<OutEvent[]> {
  const { set } = move;
  if (move.do === 'APPLY') return apply(tools, ctx, ldc, set, false);
  if (move.do === 'END') return [end(ctx, ldc, sets, set, move.as)];
  const behind = move.behind;
  const change =
    behind === null
      ? { state: 'WAITING' as const }
      : { state: 'WAITING' as const, reason: 'WAITING_FOR_PARKED' as const, detail: behind.set_id };
  return [stateEvent({ ldc, set, now: ctx.now }, { ...change, expected: sets.expected })];
}

function end(
  ctx: Ctx,
  ldc: string,
  sets: LdcSets,
  set: OpenSet,
  as: 'INCOMPLETE' | 'OUT_OF_SEQUENCE' | 'DISCARDED',
): OutEvent {
  // A discarded set has used its sequence, any other end has not.
  const expected = as === 'DISCARDED' ? set.sequence + 1 : sets.expected;
  return stateEvent({ ldc, set, now: ctx.now }, { state: as, reason: as, expected });
}

/** Applies a set; a suspicious PSYNC is parked, unless an operator has released it. */
async function apply(
  tools: Tools,
  ctx: Ctx,
  ldc: string,
  set: OpenSet,
  released: boolean,
): Promise<OutEvent[]> {
  const decision = { ldc, set, now: ctx.now };
  const { toApply, held } = await readSet(tools, ctx.tx, ldc, set, ctx.now);
  const outcome = applySet(toApply);
  const { guard } = outcome;
  const counts = { affected: guard?.affected ?? 0, active: guard?.active ?? 0 };
  const share = String(tools.config.psyncGuardShare);
  if (guard !== null && !released && isSuspicious(guard, share)) {
    const parked = { state: 'PARKED', reason: 'PSYNC_GUARD', detail: guardDetail(guard) } as const;
    return [stateEvent(decision, { ...parked, expected: set.sequence, ...counts })];
  }
  tools.log('info', 'a synchronization set is applied', {
    applied: outcome.applied.length,
    rejected: outcome.contentRejected.length + outcome.relationRejected.length,
    timelines: outcome.changes.length,
  });
  return [
    ...outcomeEvents(decision, outcome, held.accountRefs, () => randomUUID()),
    stateEvent(decision, { state: 'APPLIED', expected: set.sequence + 1, ...counts }),
  ];
}

/** The parked set of that name, locked; null if there is none. */
async function lockParked(
  ctx: Ctx,
  ldc: string,
  setId: string,
): Promise<{ sets: LdcSets; set: OpenSet } | null> {
  await lockSets(ctx.tx, [ldc]);
  const sets = (await loadLdcSets(ctx.tx, [ldc])).get(ldc)!;
  const set = sets.open.find((s) => s.set_id === setId && s.state === 'PARKED');
  return set === undefined ? null : { sets, set };
}

/** An operator lets a parked set in; null = it is not parked. */
export async function releaseParked(
  tools: Tools,
  ctx: Ctx,
  ldc: string,
  setId: string,
): Promise<OutEvent[] | null> {
  const found = await lockParked(ctx, ldc, setId);
  return found === null ? null : apply(tools, ctx, ldc, found.set, true);
}

/** An operator discards a parked set; null = it is not parked. */
export async function discardParked(
  ctx: Ctx,
  ldc: string,
  setId: string,
): Promise<OutEvent[] | null> {
  const found = await lockParked(ctx, ldc, setId);
  return found === null ? null : [end(ctx, ldc, found.sets, found.set, 'DISCARDED')];
}
