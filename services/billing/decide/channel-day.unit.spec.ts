import { describe, expect, it } from '@jest/globals';
import { codesOf, isComplete } from './channel-day.js';
import type { ValidatedDay } from './channel-day.js';

function validated(states: string, parts: Partial<ValidatedDay> = {}): ValidatedDay {
  return { values: [], states, sources: [], estimates: [], nve: [], ...parts };
}

describe('codes of a channel day', () => {
  it('are none while everything is measured', () => {
    expect(codesOf(validated('V'.repeat(24)))).toBeNull();
    expect(isComplete(null)).toBe(true);
  });

  it('tell an estimate from a zero of an outage or a disconnection', () => {
    const codes = codesOf(
      validated('EEEED', {
        estimates: [
          { from: 0, to: 1, method: 'EST-OUT' },
          { from: 1, to: 2, method: 'EST-DSC' },
          { from: 2, to: 4, method: 'EST-HIS' },
        ],
      }),
    );
    expect(codes).toBe('ZZEED');
    expect(isComplete(codes)).toBe(true);
  });

  it('tell what nobody ever sent from what a person must look at', () => {
    const codes = codesOf(
      validated('MMNNNN-', {
        sources: [
          { from: 1, to: 2 },
          { from: 3, to: 4 },
        ],
        nve: [
          { from: 2, to: 4, reason: 'NO_HISTORY' },
          { from: 4, to: 5, reason: 'GAP_TOO_LONG' },
          { from: 5, to: 6, reason: 'MULTIPLIER' },
        ],
      }),
    );
    expect(codes).toBe('MSMSMS-');
    expect(isComplete(codes)).toBe(false);
  });
});
