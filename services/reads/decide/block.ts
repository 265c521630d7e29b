import type { EstDay, Instant } from '@mdmr/kernel';
import type { DeviceKey } from './directory-view.js';

/**
 * One letter a value: validated (empty flag), raw, adjusted, head-end estimate, no value, absent.
 */
export const ABSENT = '.';
export const NO_VALUE = 'N';

/** A register read in meter units, field 12 applied: units x 10^-scale; scale as received. */
export interface RegisterRead {
  readonly atMs: Instant;
  readonly units: number;
  readonly scale: number;
  readonly flag: string;
}

/**
 * State of values after attribution. REJECTED: held too long or discarded, never considered again.
 */
export type ValueState = 'APPLIED' | 'HELD' | 'REJECTED';

/** Present items [from, to) of a block that share one attribution. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly state: ValueState;
  readonly usdpId: string | null;
  /** Of HELD and REJECTED; of APPLIED UNCHANGED or SUPERSEDED where no new version was made. */
  readonly reason: string | null;
  /** HELD: the instant it was last held. */
  readonly sinceMs: Instant | null;
}

/** Where a block comes from; equal for all blocks of a file. */
export interface FileOrigin {
  readonly custodyId: string;
  readonly custodySeq: number;
  readonly custodyAtMs: Instant;
  readonly sender: string;
  readonly fileId: string;
  readonly fileName: string;
}

/**
 * What one line carries for one channel and EST day of a device. Either intervals
 * (`intervalMinutes` > 0; `values` and `flags` have 1440 / L entries) or registers
 * (`intervalMinutes` 0). An item is an interval or a register, by its index.
 */
export interface Block {
  readonly amccId: string;
  /** Field 8. */
  readonly deviceId: string;
  readonly key: DeviceKey;
  /** Field 6: the other of the two ids, or empty. */
  readonly otherId: string;
  readonly channel: string;
  readonly estDay: EstDay;
  readonly file: FileOrigin;
  readonly line: number;
  readonly purpose: string;
  readonly multiplied: boolean;
  readonly intervalMinutes: number;
  /** Value = units x 10^-scale, meter units with field 12 applied. */
  readonly scale: number;
  readonly values: readonly (number | null)[];
  readonly flags: string;
  readonly masks: readonly { readonly index: number; readonly text: string }[];
  readonly registers: readonly RegisterRead[];
  /** Items carried once more with an equal value in the same line. */
  readonly repeats: readonly number[];
}

/** A block with what became of its items; `version` counts its attributions from 1. */
export interface StoredBlock extends Block {
  readonly runs: readonly Run[];
  readonly version: number;
}

/** Number of item slots of a block. */
export function slotsOf(block: Block): number {
  return block.intervalMinutes === 0 ? block.registers.length : block.flags.length;
}

/** Flag letter of an item. */
export function flagOf(block: Block, index: number): string {
  if (block.intervalMinutes === 0) return block.registers[index]!.flag;
  return block.flags[index]!;
}

/** Custody order: (custody, line). Negative when a came first. */
export function compareCustody(
  a: { readonly file: FileOrigin; readonly line: number },
  b: { readonly file: FileOrigin; readonly line: number },
): number {
  return a.file.custodySeq - b.file.custodySeq || a.line - b.line;
}

/** The meter-day key: all blocks of it compete with each other. */
export function meterDayKey(block: Block): string {
  return `${block.amccId}\n${block.deviceId}\n${block.channel}\n${block.estDay}`;
}
