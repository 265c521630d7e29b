import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Run } from '../decide/index.js';
import { blockBytes, parseBlock, parseRuns, runsBytes } from './block-bytes.js';

const RUNS: Run[] = [
  { from: 0, to: 2, state: 'APPLIED', usdpId: '4071829533', reason: null, sinceMs: null },
  { from: 5, to: 6, state: 'HELD', usdpId: null, reason: 'UNKNOWN_METER', sinceMs: 17 },
  { from: 7, to: 8, state: 'REJECTED', usdpId: null, reason: 'HELD_EXPIRED', sinceMs: null },
];

const unsigned = fc.oneof(fc.nat(300), fc.maxSafeNat());
const signed = fc.oneof(fc.integer({ min: -300, max: 300 }), fc.maxSafeInteger()).map((n) => n + 0);
const flag = fc.constantFrom('V', 'R', 'A', 'E', 'N', '.');
const block = fc.record({
  key: fc.constantFrom('METER' as const, 'AMCD' as const),
  multiplied: fc.boolean(),
  otherId: fc.string(),
  purpose: fc.string({ unit: 'grapheme' }),
  intervalMinutes: fc.nat(1440),
  scale: fc.nat(18),
  values: fc.array(fc.option(signed), { maxLength: 300 }),
  flags: fc.oneof(
    fc.array(flag).map((letters) => letters.join('')),
    flag.map((letter) => letter.repeat(24)),
  ),
  registers: fc.array(fc.record({ atMs: unsigned, units: signed, scale: fc.nat(18), flag })),
  masks: fc.array(fc.record({ index: fc.nat(287), text: fc.stringMatching(/^\d{1,9}$/) })),
  repeats: fc.array(fc.nat(287)),
});

describe('the bytes of a block row', () => {
  it('give back what was put in', () => {
    fc.assert(
      fc.property(block, (given) => {
        const read = parseBlock(blockBytes(given, RUNS));
        expect(read).toEqual({ ...given, runs: RUNS });
      }),
    );
    expect(parseRuns(runsBytes(RUNS))).toEqual(RUNS);
    expect(parseRuns(runsBytes([]))).toEqual([]);
  });
});
