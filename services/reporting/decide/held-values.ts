import type { EventValue } from '@mdmr/events';
import { intervalEnd } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

export type Received = EventValue<'reads.MeterDayReceived'>;
export type Reattributed = EventValue<'reads.MeterDayReattributed'>;
type Attribution = Received['attribution'][number];

/** The values of one line for one channel and EST day, as far as DC04 needs them. */
export interface Block {
  readonly id: string;
  readonly version: number;
  readonly atMs: Instant;
  readonly ldc: string;
  readonly amccId: string;
  readonly deviceId: string;
  readonly sender: string;
  readonly fileId: string;
  readonly line: number;
  readonly fileName: string;
  readonly meterId: string;
  readonly amcdId: string;
  readonly channel: string;
}

/** Values [from, to) of a block that share what became of them. */
export interface Stretch {
  readonly register: boolean;
  readonly from: number;
  readonly to: number;
  /** End stamps of the first and the last interval, or instants of the registers. */
  readonly firstMs: Instant;
  readonly lastMs: Instant;
  readonly reason: string;
}
export interface HeldStretch extends Stretch {
  readonly sinceMs: Instant;
}
export interface MovedStretch extends Stretch {
  readonly state: string;
  readonly usdpId: string;
  readonly fromUsdpId: string;
}

type BlockEvent = Pick<
  Reattributed,
  | 'at_ms'
  | 'amcc_id'
  | 'device_id'
  | 'channel'
  | 'est_day'
  | 'custody_id'
  | 'line'
  | 'file_id'
  | 'ldc'
  | 'meter_id'
  | 'file_name'
  | 'other_id'
  | 'sender'
  | 'key'
>;

/**
 * The block of an event. Field 8 names the meter or, with `--key AMCD`, its communication module;
 * field 6 is the other of the two.
 */
export function blockOf(v: BlockEvent, version: number): Block {
  const byMeter = v.key === 'METER';
  return {
    id: [v.amcc_id, v.device_id, v.channel, v.est_day, v.custody_id, v.line].join('|'),
    version,
    atMs: v.at_ms,
    ldc: v.ldc ?? '',
    amccId: v.amcc_id,
    deviceId: v.device_id,
    sender: v.sender,
    fileId: v.file_id,
    line: v.line,
    fileName: v.file_name,
    meterId: v.meter_id ?? (byMeter ? v.device_id : v.other_id),
    amcdId: byMeter ? v.other_id : v.device_id,
    channel: v.channel,
  };
}

/** What of a block is held. */
export function heldOfReceived(v: Received): HeldStretch[] {
  // Of most blocks nothing is; they are asked by the thousand.
  if (!v.attribution.some(isHeld) && !v.register_attribution.some(isHeld)) return [];
  const registers = v.registers.map((register) => register.at_ms);
  return heldStretches(v, registers);
}
export function heldOfReattributed(v: Reattributed): HeldStretch[] {
  return heldStretches(v, v.registers_at_ms);
}

/** What became of values of a block; those held now are told as long as they are. */
export function movesOf(v: Reattributed): MovedStretch[] {
  return v.moves
    .filter((move) => move.state !== 'HELD')
    .map((move) => ({
      ...stretch(v, v.registers_at_ms, move.register, move.from, move.to),
      reason: move.reason ?? '',
      state: move.state,
      usdpId: move.usdp_id ?? '',
      fromUsdpId: move.from_usdp_id ?? '',
    }));
}

function isHeld({ state }: Attribution): boolean {
  return state === 'HELD';
}

type Grid = Pick<Received, 'est_day' | 'interval_minutes'>;

function heldStretches(
  v: Grid & Pick<Received, 'at_ms' | 'attribution' | 'register_attribution'>,
  registers: readonly Instant[],
): HeldStretch[] {
  const held = (list: readonly Attribution[], register: boolean): HeldStretch[] =>
    list.filter(isHeld).map((a) => ({
      ...stretch(v, registers, register, a.from, a.to),
      reason: a.reason ?? '',
      sinceMs: a.since_ms ?? v.at_ms,
    }));
  return [...held(v.attribution, false), ...held(v.register_attribution, true)];
}

function stretch(
  grid: Grid,
  registers: readonly Instant[],
  register: boolean,
  from: number,
  to: number,
): Omit<Stretch, 'reason'> {
  const at = (index: number): Instant =>
    register ? registers[index]! : intervalEnd(grid.est_day, index, grid.interval_minutes);
  return { register, from, to, firstMs: at(from), lastMs: at(to - 1) };
}
