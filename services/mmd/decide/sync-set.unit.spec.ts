import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { judgePart } from './judge-part.js';
import type { ArrivingPart, PartDecision } from './judge-part.js';
import { nextMove, nextMoveDue } from './next-move.js';
import { missingParts } from './sync-set.js';
import type { LdcSets, OpenSet } from './sync-set.js';
import { at } from './spec-world.js';

const NOON = at('2026-07-02T12:00');
const LIMITS = { windowSeconds: 7200, maxOpenSets: 64 };
const PARK_DAYS = 5;

function part(n: number, more: Partial<ArrivingPart> = {}): ArrivingPart {
  return {
    set_id: 'S-2',
    mode: 'ISYNC',
    sequence: 2,
    part: n,
    custody_id: `c${n}`,
    custody_seq: n,
    custody_at_ms: NOON,
    sender: 'MAPLE',
    file_id: `S-2.${n}`,
    file_name: 'x.csv',
    sha256: 'ab',
    records: 1,
    ...more,
  };
}

/** A set of the first `parts` parts, opened at `opened`, its last part in custody order `seq`. */
function set(id: string, sequence: number, more: Partial<OpenSet> & { n?: number } = {}): OpenSet {
  const { n = 6, ...rest } = more;
  const opened = rest.opened_at_ms ?? NOON;
  const parts = Array.from({ length: n }, (_, i) =>
    part(i + 1, { set_id: id, sequence, custody_at_ms: opened, custody_seq: sequence * 10 + i }),
  );
  return {
    set_id: id,
    mode: 'ISYNC',
    sequence,
    sender: 'MAPLE',
    state: 'OPEN',
    parts,
    opened_at_ms: opened,
    window_end_ms: opened + 2 * HOUR_MS,
    parked_at_ms: null,
    told_parked: false,
    ...rest,
  };
}

function parked(id: string, sequence: number, since: Instant): OpenSet {
  return set(id, sequence, { mode: 'PSYNC', state: 'PARKED', parked_at_ms: since });
}

/** `APPLY S-2`, `END S-3 INCOMPLETE`, `WAIT S-3 behind S-2`; null = nothing is due. */
function move(sets: LdcSets, now: Instant = NOON): string | null {
  const next = nextMove(sets, now, PARK_DAYS);
  if (next === null) return null;
  if (next.do === 'END') return `END ${next.set.set_id} ${next.as}`;
  if (next.do === 'APPLY') return `APPLY ${next.set.set_id}`;
  return `WAIT ${next.set.set_id}${next.behind ? ` behind ${next.behind.set_id}` : ''}`;
}

function expecting(expected: number, ...open: OpenSet[]): LdcSets {
  return { expected, open };
}

describe('a part', () => {
  const reason = (d: PartDecision): string => (d.accepted ? 'accepted' : `${d.reason} ${d.detail}`);
  const judge = (p: ArrivingPart, open: OpenSet[], ended = false): string =>
    reason(judgePart(p, { open, ended }, LIMITS));

  it('opens its set, whose window starts with its custody', () => {
    expect(judgePart(part(3), { open: [], ended: false }, LIMITS)).toEqual({
      accepted: true,
      window_end_ms: NOON + 2 * HOUR_MS,
    });
  });

  it('joins an open set without moving its window', () => {
    const open = [set('S-2', 2, { n: 2 })];
    const later = part(4, { custody_at_ms: NOON + HOUR_MS });
    expect(judgePart(later, { open, ended: false }, LIMITS)).toEqual({
      accepted: true,
      window_end_ms: NOON + 2 * HOUR_MS,
    });
  });

  it('must agree with the first part', () => {
    const open = [set('S-2', 2, { n: 2 })];
    expect(judge(part(4, { mode: 'PSYNC' }), open)).toBe('SET_HEADER_MISMATCH mode');
    expect(judge(part(4, { sequence: 3 }), open)).toBe('SET_HEADER_MISMATCH sequence');
    expect(judge(part(4, { sender: 'AGENT' }), open)).toBe('SET_HEADER_MISMATCH sender');
    expect(judge(part(2, { sender: 'AGENT' }), open)).toBe('SET_HEADER_MISMATCH sender');
  });

  it('comes once', () => {
    expect(judge(part(2), [set('S-2', 2, { n: 2 })])).toBe('DUPLICATE_PART 2');
  });

  it('cannot join a set that has ended, said or not', () => {
    expect(judge(part(4), [], true)).toBe('SET_HEADER_MISMATCH set has ended');
    const late = part(4, { custody_at_ms: NOON + 2 * HOUR_MS });
    expect(judge(late, [set('S-2', 2, { n: 2 })])).toBe('SET_HEADER_MISMATCH set has ended');
    const justIn = part(4, { custody_at_ms: NOON + 2 * HOUR_MS - 1 });
    expect(judge(justIn, [set('S-2', 2, { n: 2 })])).toBe('accepted');
  });

  it('cannot open a set beyond the limit', () => {
    const open = Array.from({ length: 64 }, (_, i) => set(`O-${i}`, 9, { n: 1 }));
    expect(judge(part(1), open)).toBe('FILE_TOO_LARGE MDMR_MAX_OPEN_SETS');
  });
});

describe('the sets of an LDC', () => {
  it('apply the complete set that is next', () => {
    expect(move(expecting(2))).toBe(null);
    expect(move(expecting(2, set('S-2', 2, { n: 5 })))).toBe(null);
    expect(move(expecting(2, set('S-2', 2)))).toBe('APPLY S-2');
  });

  it('apply the one completed first of two with one sequence, the other is out of sequence', () => {
    const late = set('B', 2, {
      parts: [1, 2, 3, 4, 5, 6].map((n) => part(n, { custody_seq: 99 })),
    });
    expect(move(expecting(2, late, set('A', 2)))).toBe('APPLY A');
    expect(move(expecting(3, late))).toBe('END B OUT_OF_SEQUENCE');
  });

  it('end a used sequence at its sixth part, not before', () => {
    expect(move(expecting(3, set('S', 2, { n: 5 })))).toBe(null);
    expect(move(expecting(3, set('S', 2)))).toBe('END S OUT_OF_SEQUENCE');
  });

  it('end a set that lacks parts when its window ends', () => {
    const open = expecting(2, set('S', 2, { n: 5 }));
    expect(nextMoveDue(open, NOON, PARK_DAYS)).toBe(NOON + 2 * HOUR_MS);
    expect(move(open, NOON + 2 * HOUR_MS - 1)).toBe(null);
    expect(move(open, NOON + 2 * HOUR_MS)).toBe('END S INCOMPLETE');
    expect(missingParts(open.open[0]!.parts)).toEqual([6]);
  });

  it('let a set wait for its predecessor until its own window ends', () => {
    const waiting = set('S-3', 3);
    expect(move(expecting(2, waiting))).toBe('WAIT S-3');
    const told = expecting(2, { ...waiting, state: 'WAITING' });
    expect(move(told)).toBe(null);
    expect(nextMoveDue(told, NOON, PARK_DAYS)).toBe(NOON + 2 * HOUR_MS);
    expect(move(told, NOON + 2 * HOUR_MS)).toBe('END S-3 OUT_OF_SEQUENCE');
    expect(move({ ...told, expected: 3 })).toBe('APPLY S-3');
  });

  it('let it wait longer for predecessors seen by then', () => {
    const end = NOON + 2 * HOUR_MS;
    const waiting = set('S-3', 3, { state: 'WAITING' });
    const seen = set('S-2', 2, { n: 3, opened_at_ms: NOON + HOUR_MS });
    const sets = expecting(2, waiting, seen);
    expect(move(sets, end + 30 * MINUTE_MS)).toBe(null);
    expect(nextMoveDue(sets, end + 30 * MINUTE_MS, PARK_DAYS)).toBe(NOON + 3 * HOUR_MS);
    expect(move(sets, NOON + 3 * HOUR_MS)).toBe('END S-2 INCOMPLETE');
    expect(move(expecting(2, waiting), NOON + 3 * HOUR_MS)).toBe('END S-3 OUT_OF_SEQUENCE');
    const unseen = set('S-2b', 2, { n: 3, opened_at_ms: end + 1 });
    expect(move(expecting(2, waiting, unseen), end + 1)).toBe('END S-3 OUT_OF_SEQUENCE');
  });

  it('let a whole chain wait', () => {
    const chain = [
      set('S-4', 4, { state: 'WAITING' }),
      set('S-3', 3, { state: 'WAITING' }),
      set('S-2', 2, { n: 1, opened_at_ms: NOON + HOUR_MS }),
    ];
    expect(move(expecting(2, ...chain), NOON + 2 * HOUR_MS + 1)).toBe(null);
  });

  it('let all later sets wait behind a parked one without end, and say so once', () => {
    const p = parked('P-2', 2, NOON);
    const later = set('S-3', 3, { state: 'WAITING' });
    const skipped = set('S-5', 5);
    expect(move(expecting(2, p, later, skipped))).toBe('WAIT S-3 behind P-2');
    const told = { ...later, told_parked: true };
    expect(move(expecting(2, p, told, skipped))).toBe('WAIT S-5 behind P-2');
    const all = expecting(2, p, told, { ...skipped, told_parked: true });
    expect(move(all, NOON + 3 * DAY_MS)).toBe(null);
    expect(nextMoveDue(all, NOON + 3 * DAY_MS, PARK_DAYS)).toBe(NOON + 5 * DAY_MS);
    const same = set('S-2', 2);
    expect(move(expecting(2, p, same))).toBe('WAIT S-2 behind P-2');
  });

  it('discard a parked set after its days, and then go on', () => {
    const p = parked('P-2', 2, NOON);
    const later = set('S-3', 3, { state: 'WAITING', told_parked: true });
    expect(move(expecting(2, p, later), NOON + 5 * DAY_MS)).toBe('END P-2 DISCARDED');
    expect(move(expecting(3, later), NOON + 5 * DAY_MS)).toBe('APPLY S-3');
    const skipped = set('S-5', 5, { state: 'WAITING', told_parked: true });
    expect(move(expecting(3, skipped), NOON + 5 * DAY_MS)).toBe('END S-5 OUT_OF_SEQUENCE');
  });

  it('still end incomplete sets behind a parked one', () => {
    const sets = expecting(2, parked('P-2', 2, NOON), set('S-3', 3, { n: 1 }));
    expect(move(sets, NOON + 2 * HOUR_MS)).toBe('END S-3 INCOMPLETE');
  });
});
