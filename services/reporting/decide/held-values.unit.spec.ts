import { describe, expect, it } from '@jest/globals';
import { formatInstant, parseEstDay, parseInstant } from '@mdmr/kernel';
import {
  blockOf,
  heldOfReceived,
  movesOf,
  type Reattributed,
  type Received,
} from './held-values.js';

const at = parseInstant('2026-07-03T11:00:20-05:00')!;
const block = {
  at_ms: at,
  amcc_id: 'NA1',
  device_id: 'M-7777',
  channel: 'KWH',
  est_day: parseEstDay('2026-07-03')!,
  custody_id: 'c1',
  custody_seq: 1,
  line: 2,
  file_id: 'x4648c5e2cb598eea',
  ldc: 'MAPLE',
  meter_id: null,
  custody_at_ms: at,
  sender: 'NORTHAMI',
  file_name: 'NA1_late.cmep',
  other_id: '',
  key: 'METER',
  interval_minutes: 60,
};
const received = {
  ...block,
  purpose: 'OK',
  registers: [],
  attribution: [
    { from: 0, to: 2, state: 'HELD', usdp_id: null, reason: 'UNKNOWN_METER', since_ms: null },
    { from: 2, to: 3, state: 'APPLIED', usdp_id: '1', reason: null, since_ms: null },
  ],
  register_attribution: [],
} as unknown as Received;

describe('held values', () => {
  it('are the held stretches of a block, stamped at interval ends', () => {
    const [held, ...rest] = heldOfReceived(received);
    expect(rest).toEqual([]);
    expect(held).toMatchObject({ register: false, from: 0, to: 2, reason: 'UNKNOWN_METER' });
    expect(formatInstant(held!.firstMs)).toBe('2026-07-03T01:00:00-05:00');
    expect(formatInstant(held!.lastMs)).toBe('2026-07-03T02:00:00-05:00');
    expect(held!.sinceMs).toBe(at);
  });

  it('of registers are stamped at their instants', () => {
    const registers = {
      ...received,
      interval_minutes: 0,
      attribution: [],
      registers: [{ at_ms: at + 1 }, { at_ms: at + 2 }],
      register_attribution: [{ ...received.attribution[0]!, since_ms: 7 }],
    } as unknown as Received;
    expect(heldOfReceived(registers)).toEqual([
      {
        register: true,
        from: 0,
        to: 2,
        firstMs: at + 1,
        lastMs: at + 2,
        reason: 'UNKNOWN_METER',
        sinceMs: 7,
      },
    ]);
  });

  it('name the meter and its module, whichever of them field 8 is', () => {
    const named = (more: object) => {
      const b = blockOf({ ...block, ...more }, 1);
      return [b.meterId, b.amcdId];
    };
    expect(named({})).toEqual(['M-7777', '']);
    expect(named({ other_id: 'D-1' })).toEqual(['M-7777', 'D-1']);
    expect(named({ key: 'AMCD', device_id: 'D-1', other_id: 'M-1' })).toEqual(['M-1', 'D-1']);
    expect(named({ key: 'AMCD', device_id: 'D-1', meter_id: 'M-2' })).toEqual(['M-2', 'D-1']);
  });

  it('that move are told once, those held again as held', () => {
    const move = { register: false, usdp_id: 'B', from_usdp_id: 'A', reason: null };
    const moved = {
      ...block,
      version: 2,
      registers_at_ms: [],
      attribution: [],
      register_attribution: [],
      moves: [
        { ...move, from: 0, to: 4, state: 'MOVED' },
        { ...move, from: 4, to: 5, state: 'HELD' },
      ],
    } as unknown as Reattributed;
    expect(movesOf(moved)).toMatchObject([
      { from: 0, to: 4, state: 'MOVED', usdpId: 'B', fromUsdpId: 'A' },
    ]);
  });
});
