import type { Instant } from '@mdmr/kernel';
import type { Run, ValueState } from './block.js';

/** State of one item; null in arrays of them = the block carries nothing there. */
export interface ItemState {
  readonly state: ValueState;
  readonly usdpId: string | null;
  readonly reason: string | null;
  readonly sinceMs: Instant | null;
}

function isAlike(a: ItemState, b: ItemState): boolean {
  return (
    a === b ||
    (a.state === b.state &&
      a.usdpId === b.usdpId &&
      a.reason === b.reason &&
      a.sinceMs === b.sinceMs)
  );
}

/** Items as runs of equal neighbours; absent items break a run. */
export function toRuns(items: readonly (ItemState | null)[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < items.length;) {
    const first = items[from]!;
    let to = from + 1;
    while (to < items.length && first && items[to] && isAlike(first, items[to]!)) to++;
    if (first) {
      const { state, usdpId, reason, sinceMs } = first;
      runs.push({ from, to, state, usdpId, reason, sinceMs });
    }
    from = to;
  }
  return runs;
}

/** Runs as items again. */
export function toItems(runs: readonly Run[], slots: number): (ItemState | null)[] {
  const items = new Array<ItemState | null>(slots).fill(null);
  for (const run of runs) items.fill(run, run.from, run.to);
  return items;
}

export function sameRuns(a: readonly Run[], b: readonly Run[]): boolean {
  return (
    a.length === b.length &&
    a.every((run, i) => run.from === b[i]!.from && run.to === b[i]!.to && isAlike(run, b[i]!))
  );
}
