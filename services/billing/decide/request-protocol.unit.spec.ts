import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '@mdmr/kernel';
import { responseDue } from './request-protocol.js';
import type { RequestState } from './request-protocol.js';

const NOW = 1_000 * MINUTE_MS;
const END = 1_500 * MINUTE_MS;

function due(state: Partial<RequestState>, now = NOW): string {
  const fresh: RequestState = {
    windowEndMs: END,
    isTried: true,
    waiting: 1,
    unsent: 0,
    responses: 0,
    lastResponseMs: null,
    isFinal: false,
  };
  const found = responseDue({ ...fresh, ...state }, now, 15);
  if (found === null) return 'never';
  const { atMs, isFinal, responseNo } = found;
  return `${responseNo} at ${atMs / MINUTE_MS}${isFinal ? ' final' : ''}`;
}

describe('response files', () => {
  it('do not come before every item was tried once', () => {
    expect(due({ isTried: false, waiting: 0, unsent: 5 })).toBe('never');
  });

  it('come once and final when all settled on the first try, also when none was answered', () => {
    expect(due({ waiting: 0, unsent: 3 })).toBe('1 at 1000 final');
    expect(due({ waiting: 0, unsent: 0 })).toBe('1 at 1000 final');
  });

  it('start with what is ready; none while nothing is', () => {
    expect(due({ unsent: 396, waiting: 4 })).toBe('1 at 1000');
    expect(due({ unsent: 0, waiting: 4 })).toBe('1 at 1500 final');
  });

  it('come at most every 15 minutes after the first', () => {
    const sent = { responses: 1, lastResponseMs: 995 * MINUTE_MS };
    expect(due({ ...sent, unsent: 1, waiting: 3 })).toBe('2 at 1010');
    expect(due({ ...sent, unsent: 0, waiting: 3 })).toBe('2 at 1500 final');
  });

  it('end as soon as nothing waits, at the end of the window at the latest', () => {
    const sent = { responses: 1, lastResponseMs: 995 * MINUTE_MS };
    expect(due({ ...sent, unsent: 1, waiting: 0 })).toBe('2 at 1000 final');
    expect(due({ ...sent, unsent: 0, waiting: 0 })).toBe('2 at 1000 final');
    const late = { responses: 3, lastResponseMs: 1_490 * MINUTE_MS };
    expect(due({ ...late, unsent: 2, waiting: 1 })).toBe('4 at 1500 final');
    expect(due({ ...late, isFinal: true, waiting: 0 })).toBe('never');
  });
});
