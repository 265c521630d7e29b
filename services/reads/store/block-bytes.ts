import { PackedReader, PackedWriter } from '@mdmr/kernel';
import type { Block, RegisterRead, Run, ValueState } from '../decide/index.js';

/**
 * What a block row carries besides its key, as bytes of one column: a fifth of the size and of the
 * work of a column each. Numbers are varints (with two bits for sign and absence where those
 * can be), texts have their length in front. In this order:
 *
 *     bits (1 AMCD, 2 multiplied)  other id  purpose  minutes  scale
 *     count, units of each interval or absent
 *     flags: 2 x count and all letters, or 2 x count + 1 and the one letter that they all are
 *     count, registers: instant, units, scale, flag
 *     count, masks: index, digits
 *     count, repeats: index
 *     runs, as in block_state: count, (from, to, state, SDP, reason, held since)
 */
type RowBlock = Pick<
  Block,
  | 'key'
  | 'multiplied'
  | 'otherId'
  | 'purpose'
  | 'intervalMinutes'
  | 'scale'
  | 'values'
  | 'flags'
  | 'registers'
  | 'masks'
  | 'repeats'
>;

const AMCD = 1;
const MULTIPLIED = 2;
const STATES: readonly ValueState[] = ['APPLIED', 'HELD', 'REJECTED'];

const writer = new PackedWriter();

/** The body of a row, in bytes of its own. */
export function blockBytes(block: RowBlock, runs: readonly Run[]): Buffer {
  writer.uint((block.key === 'AMCD' ? AMCD : 0) + (block.multiplied ? MULTIPLIED : 0));
  writer.text(block.otherId);
  writer.text(block.purpose);
  writer.uint(block.intervalMinutes);
  writer.uint(block.scale);
  writer.uint(block.values.length);
  for (let i = 0; i < block.values.length; i++) writer.intOrNull(block.values[i]!);
  writeFlags(block.flags);
  writer.uint(block.registers.length);
  for (const { atMs, units, scale, flag } of block.registers) {
    writer.uint(atMs);
    writer.intOrNull(units);
    writer.uint(scale);
    writer.text(flag);
  }
  writer.uint(block.masks.length);
  for (const { index, text } of block.masks) {
    writer.uint(index);
    writer.text(text);
  }
  writer.uint(block.repeats.length);
  for (const index of block.repeats) writer.uint(index);
  writeRuns(runs);
  return writer.take();
}

/** A block from its body, with the runs it was received with. */
export function parseBlock(bytes: Buffer): RowBlock & { readonly runs: Run[] } {
  const reader = new PackedReader(bytes);
  const bits = reader.uint();
  return {
    key: (bits & AMCD) === 0 ? 'METER' : 'AMCD',
    multiplied: (bits & MULTIPLIED) !== 0,
    otherId: reader.text(),
    purpose: reader.text(),
    intervalMinutes: reader.uint(),
    scale: reader.uint(),
    values: reader.list(() => reader.intOrNull()),
    flags: readFlags(reader),
    registers: reader.list<RegisterRead>(() => ({
      atMs: reader.uint(),
      units: reader.intOrNull()!,
      scale: reader.uint(),
      flag: reader.text(),
    })),
    masks: reader.list(() => ({ index: reader.uint(), text: reader.text() })),
    repeats: reader.list(() => reader.uint()),
    runs: readRuns(reader),
  };
}

function writeFlags(flags: string): void {
  const isUniform = isOneLetter(flags);
  writer.uint(flags.length * 2 + (isUniform ? 1 : 0));
  writer.letters(isUniform ? flags.slice(0, 1) : flags);
}

function isOneLetter(flags: string): boolean {
  const first = flags.charCodeAt(0);
  for (let i = 1; i < flags.length; i++) if (flags.charCodeAt(i) !== first) return false;
  return flags.length > 0;
}

function readFlags(reader: PackedReader): string {
  const head = reader.uint();
  const count = Math.floor(head / 2);
  return head % 2 === 1 ? reader.letters(1).repeat(count) : reader.letters(count);
}

/** Runs by themselves, as block_state has them. */
export function runsBytes(runs: readonly Run[]): Buffer {
  writeRuns(runs);
  return writer.take();
}

export function parseRuns(bytes: Buffer): Run[] {
  return readRuns(new PackedReader(bytes));
}

function writeRuns(runs: readonly Run[]): void {
  writer.uint(runs.length);
  for (const { from, to, state, usdpId, reason, sinceMs } of runs) {
    writer.uint(from);
    writer.uint(to);
    writer.uint(STATES.indexOf(state));
    writer.text(usdpId ?? '');
    writer.text(reason ?? '');
    writer.intOrNull(sinceMs);
  }
}

function readRuns(reader: PackedReader): Run[] {
  return reader.list(() => ({
    from: reader.uint(),
    to: reader.uint(),
    state: STATES[reader.uint()]!,
    usdpId: reader.text() || null,
    reason: reader.text() || null,
    sinceMs: reader.intOrNull(),
  }));
}
