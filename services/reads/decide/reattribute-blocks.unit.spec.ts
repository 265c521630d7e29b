import { describe, expect, it } from '@jest/globals';
import type { StoredBlock } from './block.js';
import { countBlock, custodyDeltas } from './custody.js';
import type { DirectoryView } from './directory-view.js';
import { attributed, at, block, directory, file, meter, point } from './fixture.js';
import { expireHeld, reattributeBlocks } from './reattribute-blocks.js';
import { receiveBlocks } from './receive-blocks.js';

const NOW = at('2026-07-10');
const nothing = directory();
const atA = directory({ meters: [meter('M-1')], points: [point('A', [{ meter: 'M-1' }])] });
const atB = directory({
  meters: [meter('M-1')],
  points: [point('A', []), point('B', [{ meter: 'M-1' }])],
});
const uninstalled = directory({ meters: [meter('M-1')], points: [point('A', [])] });

function received(view: DirectoryView, ...blocks: Parameters<typeof block>[0][]): StoredBlock[] {
  let stored: StoredBlock[] = [];
  for (const input of blocks) {
    const more = receiveBlocks(
      stored.map((b) => attributed(view, b)),
      [attributed(view, block(input))],
    ).map((r) => r.stored);
    stored = [...stored, ...more];
  }
  return stored;
}
function reattributed(view: DirectoryView, blocks: readonly StoredBlock[]) {
  const moved = reattributeBlocks(view, NOW, blocks);
  const after = blocks.map((b) => moved.find((m) => m.before === b)?.after ?? b);
  return { moved, after };
}
const twoHours = { values: { 0: 'R1.000', 1: 'R2.000', 5: 'R3.000' } };

describe('outcome of values as they come', () => {
  const outcomes = (...blocks: Parameters<typeof block>[0][]) =>
    received(atA, ...blocks).map((b) => b.runs[0]!.reason);
  const hour = (text: string, n: number) => ({ values: { 0: text }, file: file(n) });
  it('a new value, an equal one, one of lower rank, one of earlier custody, a correction', () => {
    expect(
      outcomes(hour('R1', 5), hour('V1', 6), hour('E2', 7), hour('R3', 4), hour('R4', 6)),
    ).toEqual([null, 'UNCHANGED', 'SUPERSEDED', 'SUPERSEDED', null]);
  });
  it('an estimate gives way to an actual, N changes nothing', () => {
    expect(outcomes(hour('N0', 1), hour('E1', 2), hour('R1', 1))).toEqual([
      'UNCHANGED',
      null,
      null,
    ]);
  });
});

describe('a directory change', () => {
  it('applies what was held; the counts of the file follow', () => {
    const held = received(nothing, twoHours);
    expect(held[0]!.runs).toMatchObject([
      { from: 0, to: 2, state: 'HELD', reason: 'UNKNOWN_METER', sinceMs: file(1).custodyAtMs },
      { from: 5, to: 6, state: 'HELD' },
    ]);
    const { moved } = reattributed(atA, held);
    expect(moved).toHaveLength(1);
    expect(moved[0]!.after.version).toBe(2);
    expect(moved[0]!.moves).toMatchObject([
      { from: 0, to: 2, state: 'APPLIED', usdpId: 'A', fromUsdpId: null, reason: null },
      { from: 5, to: 6, state: 'APPLIED', usdpId: 'A' },
    ]);
    expect(custodyDeltas(moved)).toEqual([
      {
        custodyId: 'C1',
        counts: { values: 0, applied: 3, unchanged: 0, superseded: 0, held: -3, rejected: 0 },
        lines: [
          {
            line: 1,
            wasState: 'HELD',
            wasReason: 'UNKNOWN_METER',
            state: 'APPLIED',
            reason: null,
            values: 3,
          },
        ],
      },
    ]);
  });

  it('moves what was applied, without a change of counts', () => {
    const { moved } = reattributed(atB, received(atA, twoHours));
    expect(moved[0]!.moves).toMatchObject([
      { state: 'MOVED', usdpId: 'B', fromUsdpId: 'A' },
      { state: 'MOVED', usdpId: 'B', fromUsdpId: 'A' },
    ]);
    expect(custodyDeltas(moved)).toEqual([]);
  });

  it('holds again what it no longer knows, counted from now', () => {
    const { moved } = reattributed(uninstalled, received(atA, twoHours));
    expect(moved[0]!.moves[0]).toMatchObject({
      state: 'HELD',
      reason: 'NOT_INSTALLED',
      fromUsdpId: 'A',
    });
    expect(moved[0]!.after.runs[0]).toMatchObject({ state: 'HELD', sinceMs: NOW });
  });

  it('that changes only the reason keeps the instant it was last held', () => {
    const { moved } = reattributed(uninstalled, received(nothing, twoHours));
    expect(moved[0]!.moves[0]).toMatchObject({ state: 'HELD', reason: 'NOT_INSTALLED' });
    expect(moved[0]!.after.runs[0]!.sinceMs).toBe(file(1).custodyAtMs);
  });

  it('that touches nothing gives nothing', () => {
    expect(reattributed(atA, received(atA, twoHours)).moved).toEqual([]);
  });

  it('lets newly applied values compete in custody order with those that stayed', () => {
    const stored = [
      ...received(atA, { values: { 0: 'R1.000' }, file: file(2) }),
      ...received(nothing, { values: { 0: 'R2.000' }, file: file(1) }),
      ...received(nothing, { values: { 0: 'R1.000' }, file: file(3) }),
      ...received(nothing, { values: { 0: 'R5.000' }, file: file(4) }),
    ];
    const { after } = reattributed(atA, stored);
    expect(after.map((b) => b.runs[0]!.reason)).toEqual([null, 'SUPERSEDED', 'UNCHANGED', null]);
  });
});

describe('held values expire', () => {
  it('those held long enough, the others stay; never to come back', () => {
    const held = received(nothing, twoHours)[0]!;
    const since = file(1).custodyAtMs;
    expect(expireHeld(held, since - 1)).toBeNull();
    const expired = expireHeld(held, since)!;
    expect(expired.moves[0]).toMatchObject({ state: 'REJECTED', reason: 'HELD_EXPIRED' });
    expect(countBlock(expired.after)).toMatchObject({ held: 0, rejected: 3, applied: 0 });
    expect(reattributed(atA, [expired.after]).moved).toEqual([]);
  });
  it('discarding leaves applied values alone', () => {
    expect(expireHeld(received(atA, twoHours)[0]!, null)).toBeNull();
    expect(expireHeld(received(nothing, twoHours)[0]!, null)).not.toBeNull();
  });
});

describe('repeats within a line', () => {
  it('share the fate of the first, and are unchanged once applied', () => {
    const [held] = received(nothing, { ...twoHours, repeats: [1, 1] });
    expect(countBlock(held!)).toMatchObject({ values: 5, held: 5 });
    const { moved, after } = reattributed(atA, [held!]);
    expect(countBlock(after[0]!)).toMatchObject({ values: 5, applied: 5, unchanged: 2 });
    expect(custodyDeltas(moved)[0]!.lines[0]!.values).toBe(5);
  });
});
