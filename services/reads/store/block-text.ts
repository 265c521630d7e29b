import type { Block, RegisterRead, Run, ValueState } from '../decide/index.js';

/**
 * Parts of a block as short texts of its row: cheaper to write and read than arrays or JSON, and
 * still legible in SQL. Numbers are joined by commas, an empty place is an absent value.
 */
const STATE_LETTERS: Record<ValueState, string> = { APPLIED: 'A', HELD: 'H', REJECTED: 'R' };
const STATES: Record<string, ValueState> = { A: 'APPLIED', H: 'HELD', R: 'REJECTED' };

/** `1900,,2100`. */
export function unitsText(values: readonly (number | null)[]): string {
  return values.join(',');
}

export function parseUnits(text: string): (number | null)[] {
  if (text === '') return [];
  return text.split(',').map((part) => (part === '' ? null : Number(part)));
}

/** `0-24 A 4071829533  ;…`: from, to, state, SDP, reason, held since. */
export function runsText(runs: readonly Run[]): string {
  return runs
    .map((r) => {
      const state = STATE_LETTERS[r.state];
      return `${r.from}-${r.to} ${state} ${r.usdpId ?? ''} ${r.reason ?? ''} ${r.sinceMs ?? ''}`;
    })
    .join(';');
}

export function parseRuns(text: string): Run[] {
  if (text === '') return [];
  return text.split(';').map((part) => {
    const [range = '', state = '', usdpId = '', reason = '', since = ''] = part.split(' ');
    const dash = range.indexOf('-');
    return {
      from: Number(range.slice(0, dash)),
      to: Number(range.slice(dash + 1)),
      state: STATES[state]!,
      usdpId: usdpId || null,
      reason: reason || null,
      sinceMs: since === '' ? null : Number(since),
    };
  });
}

/** `instant units scale flag;…`. */
export function registersText(registers: readonly RegisterRead[]): string {
  return registers.map((r) => `${r.atMs} ${r.units} ${r.scale} ${r.flag}`).join(';');
}

export function parseRegisters(text: string): RegisterRead[] {
  if (text === '') return [];
  return text.split(';').map((part) => {
    const [atMs, units, scale, flag = ''] = part.split(' ');
    return { atMs: Number(atMs), units: Number(units), scale: Number(scale), flag };
  });
}

/** `index digits;…`. */
export function masksText(masks: Block['masks']): string {
  return masks.map((m) => `${m.index} ${m.text}`).join(';');
}

export function parseMasks(text: string): { index: number; text: string }[] {
  if (text === '') return [];
  return text.split(';').map((part) => {
    const [index, digits = ''] = part.split(' ');
    return { index: Number(index), text: digits };
  });
}

export function parseIndexes(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number);
}
