import { describe, expect, it } from '@jest/globals';
import * as text from './block-text.js';

describe('the texts of a block row', () => {
  it('give back what was put in', () => {
    const values = [1900, null, -5, null];
    expect(text.parseUnits(text.unitsText(values))).toEqual(values);
    expect(text.parseUnits(text.unitsText([]))).toEqual([]);
    const runs = [
      { from: 0, to: 2, state: 'APPLIED', usdpId: '4071829533', reason: null, sinceMs: null },
      { from: 5, to: 6, state: 'HELD', usdpId: null, reason: 'UNKNOWN_METER', sinceMs: 17 },
      { from: 7, to: 8, state: 'REJECTED', usdpId: null, reason: 'HELD_EXPIRED', sinceMs: null },
    ] as const;
    expect(text.parseRuns(text.runsText(runs))).toEqual(runs);
    const registers = [{ atMs: 5, units: -10050, scale: 2, flag: 'R' }];
    expect(text.parseRegisters(text.registersText(registers))).toEqual(registers);
    const masks = [{ index: 3, text: '0400' }];
    expect(text.parseMasks(text.masksText(masks))).toEqual(masks);
    for (const parse of [text.parseRuns, text.parseRegisters, text.parseMasks, text.parseIndexes]) {
      expect(parse('')).toEqual([]);
    }
    expect(text.parseIndexes('1,1,4')).toEqual([1, 1, 4]);
  });
});
