import type { StoredBlock } from './block.js';
import { itemsOf } from './receive-blocks.js';
import type { ItemState } from './runs.js';

/** Values of a file by what became of them; unchanged and superseded are parts of applied. */
export interface Counts {
  values: number;
  applied: number;
  unchanged: number;
  superseded: number;
  held: number;
  rejected: number;
}

export function noCounts(): Counts {
  return { values: 0, applied: 0, unchanged: 0, superseded: 0, held: 0, rejected: 0 };
}

/** Adds `times` values of one state. */
export function countItem(counts: Counts, item: ItemState, times = 1): void {
  counts.values += times;
  if (item.state === 'HELD') counts.held += times;
  else if (item.state === 'REJECTED') counts.rejected += times;
  else {
    counts.applied += times;
    if (item.reason === 'UNCHANGED') counts.unchanged += times;
    if (item.reason === 'SUPERSEDED') counts.superseded += times;
  }
}

/** A value that the line carries once more shares the fate of the first, and changes nothing. */
export function countRepeat(counts: Counts, item: ItemState): void {
  countItem(counts, item.state === 'APPLIED' ? { ...item, reason: 'UNCHANGED' } : item);
}

export function countBlock(block: StoredBlock, counts: Counts = noCounts()): Counts {
  for (const run of block.runs) countItem(counts, run, run.to - run.from);
  if (block.repeats.length > 0) {
    const items = itemsOf(block);
    for (const index of block.repeats) countRepeat(counts, items[index]!);
  }
  return counts;
}

/** Values of one line that went from one state to another. */
export interface LineChange {
  readonly line: number;
  readonly wasState: string;
  readonly wasReason: string | null;
  readonly state: string;
  readonly reason: string | null;
  values: number;
}

/** How the counts of a file change, and for which lines. */
export interface CustodyDelta {
  readonly custodyId: string;
  readonly counts: Counts;
  readonly lines: LineChange[];
}

/** Deltas by file of blocks that changed; a file whose counts stay has none. */
export function custodyDeltas(
  changed: readonly { readonly before: StoredBlock; readonly after: StoredBlock }[],
): CustodyDelta[] {
  const deltas = new Map<string, CustodyDelta>();
  for (const { before, after } of changed) {
    const { custodyId } = before.file;
    let delta = deltas.get(custodyId);
    if (!delta) deltas.set(custodyId, (delta = { custodyId, counts: noCounts(), lines: [] }));
    subtract(delta.counts, countBlock(before));
    countBlock(after, delta.counts);
    addLineChanges(delta.lines, before, after);
  }
  return [...deltas.values()].filter((d) => d.lines.length > 0);
}

function subtract(counts: Counts, less: Counts): void {
  for (const name of Object.keys(less) as (keyof Counts)[]) counts[name] -= less[name];
}

function addLineChanges(lines: LineChange[], before: StoredBlock, after: StoredBlock): void {
  const was = itemsOf(before);
  const now = itemsOf(after);
  const times = new Array<number>(was.length).fill(1);
  for (const index of before.repeats) times[index]!++;
  was.forEach((item, i) => {
    const next = now[i];
    if (item && next) addLineChange(lines, before.line, item, next, times[i]!);
  });
}

function addLineChange(
  lines: LineChange[],
  line: number,
  was: ItemState,
  next: ItemState,
  values: number,
): void {
  const wasReason = was.state === 'APPLIED' ? null : was.reason;
  const reason = next.state === 'APPLIED' ? null : next.reason;
  if (was.state === next.state && wasReason === reason) return;
  const alike = lines.find(
    (l) =>
      l.line === line &&
      l.wasState === was.state &&
      l.wasReason === wasReason &&
      l.state === next.state &&
      l.reason === reason,
  );
  if (alike) alike.values += values;
  else {
    lines.push({ line, wasState: was.state, wasReason, state: next.state, reason, values });
  }
}
