import type { Block, RegisterRead, Run, ValueState } from '../decide/index.js';
import { ByteReader, ByteWriter } from './bytes.js';

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

const writer = new ByteWriter();

/** The body of a row, in bytes of its own. */
export function blockBytes(block: RowBlock, runs: readonly Run[]): Buffer {
  writer.start();
  writer.unsigned((block.key === 'AMCD' ? AMCD : 0) + (block.multiplied ? MULTIPLIED : 0));
  writer.text(block.otherId);
  writer.text(block.purpose);
  writer.unsigned(block.intervalMinutes);
  writer.unsigned(block.scale);
  writer.unsigned(block.values.length);
  for (let i = 0; i < block.values.length; i++) writer.optional(block.values[i]!);
  writeFlags(block.flags);
  writer.unsigned(block.registers.length);
  for (const { atMs, units, scale, flag } of block.registers) {
    writer.unsigned(atMs);
    writer.optional(units);
    writer.unsigned(scale);
    writer.text(flag);
  }
  writer.unsigned(block.masks.length);
  for (const { index, text } of block.masks) {
    writer.unsigned(index);
    writer.text(text);
  }
  writer.unsigned(block.repeats.length);
  for (const index of block.repeats) writer.unsigned(index);
  writeRuns(runs);
  return writer.finish();
}

/** A block from its body, with the runs it was received with. */
export function parseBlock(bytes: Buffer): RowBlock & { readonly runs: Run[] } {
  const reader = new ByteReader(bytes);
  const bits = reader.unsigned();
  return {
    key: (bits & AMCD) === 0 ? 'METER' : 'AMCD',
    multiplied: (bits & MULTIPLIED) !== 0,
    otherId: reader.text(),
    purpose: reader.text(),
    intervalMinutes: reader.unsigned(),
    scale: reader.unsigned(),
    values: reader.list(() => reader.optional()),
    flags: readFlags(reader),
    registers: reader.list<RegisterRead>(() => ({
      atMs: reader.unsigned(),
      units: reader.optional()!,
      scale: reader.unsigned(),
      flag: reader.text(),
    })),
    masks: reader.list(() => ({ index: reader.unsigned(), text: reader.text() })),
    repeats: reader.list(() => reader.unsigned()),
    runs: readRuns(reader),
  };
}

function writeFlags(flags: string): void {
  const isUniform = isOneLetter(flags);
  writer.unsigned(flags.length * 2 + (isUniform ? 1 : 0));
  writer.letters(isUniform ? flags.slice(0, 1) : flags);
}

function isOneLetter(flags: string): boolean {
  const first = flags.charCodeAt(0);
  for (let i = 1; i < flags.length; i++) if (flags.charCodeAt(i) !== first) return false;
  return flags.length > 0;
}

function readFlags(reader: ByteReader): string {
  const head = reader.unsigned();
  const count = Math.floor(head / 2);
  return head % 2 === 1 ? reader.letters(1).repeat(count) : reader.letters(count);
}

/** Runs by themselves, as block_state has them. */
export function runsBytes(runs: readonly Run[]): Buffer {
  writer.start();
  writeRuns(runs);
  return writer.finish();
}

export function parseRuns(bytes: Buffer): Run[] {
  return readRuns(new ByteReader(bytes));
}

function writeRuns(runs: readonly Run[]): void {
  writer.unsigned(runs.length);
  for (const { from, to, state, usdpId, reason, sinceMs } of runs) {
    writer.unsigned(from);
    writer.unsigned(to);
    writer.unsigned(STATES.indexOf(state));
    writer.text(usdpId ?? '');
    writer.text(reason ?? '');
    writer.optional(sinceMs);
  }
}

function readRuns(reader: ByteReader): Run[] {
  return reader.list(() => ({
    from: reader.unsigned(),
    to: reader.unsigned(),
    state: STATES[reader.unsigned()]!,
    usdpId: reader.text() || null,
    reason: reader.text() || null,
    sinceMs: reader.optional(),
  }));
}
