import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accountOf } from './file-state.js';
import type { FileRecord, Progress } from './file-state.js';

const NONE: Progress = {
  taken: false,
  refused: false,
  returned: false,
  segmentsDecided: 0,
  applied: 0,
  unchanged: 0,
  superseded: 0,
  held: 0,
  rejected: 0,
};

function account(record: Partial<FileRecord>, progress: Partial<Progress> = {}) {
  return accountOf({
    verdict: 'RECEIVED',
    unit: 'RECORD',
    brought: 5,
    segments: 0,
    ...record,
    progress: { ...NONE, ...progress },
  });
}

describe('a file of records', () => {
  it('is received, open while records are pending, then decided', () => {
    expect(account({})).toMatchObject({ state: 'RECEIVED', in: 5, pending: 5 });
    expect(account({}, { taken: true })).toMatchObject({ state: 'OPEN', pending: 5 });
    const some = { taken: true, applied: 2, rejected: 1 };
    expect(account({}, some)).toMatchObject({ state: 'OPEN', applied: 2, rejected: 1, pending: 2 });
    const all = { taken: true, applied: 3, rejected: 2 };
    expect(account({}, all)).toMatchObject({ state: 'DECIDED', in: 5, pending: 0 });
  });

  it('without records is decided once its service has it', () => {
    expect(account({ brought: 0 })).toMatchObject({ state: 'RECEIVED', in: 0 });
    expect(account({ brought: 0 }, { taken: true })).toMatchObject({ state: 'DECIDED', in: 0 });
  });

  it('refused or returned counts all as rejected', () => {
    const rejected = { in: 5, rejected: 5, applied: 0, pending: 0 };
    expect(account({ verdict: 'REFUSED' })).toMatchObject({ state: 'REFUSED', ...rejected });
    expect(account({}, { refused: true })).toMatchObject({ state: 'REFUSED', ...rejected });
    expect(account({}, { taken: true, returned: true })).toMatchObject({
      state: 'RETURNED',
      ...rejected,
    });
  });

  it('that repeats another counts nothing', () => {
    expect(account({ verdict: 'REPEATED' })).toMatchObject({
      state: 'REPEATED',
      in: 0,
      pending: 0,
    });
  });
});

describe('a meter file', () => {
  const meter = { unit: 'VALUE', brought: 9, segments: 2 } as const;

  it('is open until its last segment is decided', () => {
    expect(account(meter)).toMatchObject({ state: 'RECEIVED', in: 9, pending: 9 });
    const half = { applied: 4, segmentsDecided: 1 };
    expect(account(meter, half)).toMatchObject({ state: 'OPEN', in: 9, pending: 5 });
    const whole = { applied: 4, unchanged: 1, held: 2, rejected: 3, segmentsDecided: 2 };
    expect(account(meter, whole)).toEqual({
      state: 'DECIDED',
      in: 9,
      applied: 4,
      unchanged: 1,
      superseded: 0,
      held: 2,
      rejected: 3,
      pending: 0,
    });
  });
});

describe('the account of any file', () => {
  it('always adds up', () => {
    const count = fc.nat(9);
    const progress = fc.record({
      taken: fc.boolean(),
      refused: fc.boolean(),
      returned: fc.boolean(),
      segmentsDecided: fc.nat(2),
      applied: count,
      unchanged: count,
      superseded: count,
      held: count,
      rejected: count,
    });
    const record = fc.record({
      verdict: fc.constantFrom('RECEIVED' as const, 'REFUSED' as const, 'REPEATED' as const),
      unit: fc.constantFrom('RECORD' as const, 'VALUE' as const),
      brought: count,
      segments: fc.nat(2),
      progress,
    });
    fc.assert(
      fc.property(record, (file) => {
        const a = accountOf(file);
        expect(a.in).toBe(a.applied + a.held + a.rejected + a.pending);
        expect(a.pending).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
