/**
 * What changed since the stored verdicts were made: received values, registers, directory facts. Estimates are
 * made again only where something of their block did; a donor, profile or rule set is none of it.
 */
import { arena } from './arena.js';
import { type Axis, type AxisDay } from './axis.js';
import { contextOf, parseContext } from './facts.js';
import type { DayInput, RegisterRead } from './model.js';

export interface Dirt {
  /** 1 = the element's received value, or a fact that estimates stand on, changed. */
  readonly element: Uint8Array;
  /** 1 = the received value itself changed, or its meter. */
  readonly value: Uint8Array;
  /** Instants of registers that came, went or changed. */
  readonly registers: readonly number[];
}

/** `touched`: by index of the axis day. Days that are not touched are clean. */
export function dirtOf(axis: Axis, touched: (dayAt: number) => boolean): Dirt {
  const element = arena.uint8(axis.n);
  const value = arena.uint8(axis.n);
  const registers: number[] = [];
  axis.days.forEach((day, i) => {
    if (!touched(i)) return;
    const { verdict = null, judged = null, input = null } = day.row ?? {};
    if (verdict === null || verdict.minutes !== day.minutes) {
      mark(value, element, day);
      for (const read of input?.registers ?? []) registers.push(read.at);
      return;
    }
    if (input !== judged) compareInputs(axis, day, judged, input, { value, element, registers });
    compareFacts(axis, day, verdict.context, value, element);
  });
  return { element, value, registers };
}

function mark(value: Uint8Array, element: Uint8Array, day: AxisDay): void {
  value.fill(1, day.first, day.end);
  element.fill(1, day.first, day.end);
}

function compareInputs(
  axis: Axis,
  day: AxisDay,
  old: DayInput | null,
  now: DayInput | null,
  into: { value: Uint8Array; element: Uint8Array; registers: number[] },
): void {
  for (let e = day.first; e < day.end; e++) {
    const slot = axis.slot[e]!;
    const same = receivedText(old, slot, day.minutes) === receivedText(now, slot, day.minutes);
    if (same) continue;
    into.value[e] = 1;
    into.element[e] = 1;
  }
  const before = new Set((old?.registers ?? []).map(registerText));
  const after = new Set((now?.registers ?? []).map(registerText));
  for (const read of old?.registers ?? []) {
    if (!after.has(registerText(read))) into.registers.push(read.at);
  }
  for (const read of now?.registers ?? []) {
    if (!before.has(registerText(read))) into.registers.push(read.at);
  }
}

/** What counts of an interval as received: value, and whether it is the head-end's estimate. */
function receivedText(input: DayInput | null, slot: number, minutes: number): string {
  if (input === null || input.minutes !== minutes) return '';
  const flag = input.flags[slot] === 'E' ? 'E' : '';
  const shared = input.shared.find((s) => s.index === slot);
  if (shared === undefined)
    return Number.isNaN(input.values[slot]!) ? '' : flag + input.values[slot];
  return flag + shared.parts.map((p) => `${p.meterId}=${p.wh ?? ''}`).join();
}

function registerText(read: RegisterRead): string {
  return `${read.at} ${read.meterId} ${read.units} ${read.scale}`;
}

function compareFacts(
  axis: Axis,
  day: AxisDay,
  stored: string,
  value: Uint8Array,
  element: Uint8Array,
): void {
  const current = contextOf(axis.facts, day.day);
  if (current === stored) return;
  const old = parseContext(stored);
  const now = parseContext(current);
  if (old.l !== now.l || JSON.stringify(old.p) !== JSON.stringify(now.p)) mark(value, element, day);
  else if (old.s !== now.s || old.a !== now.a || old.v !== now.v) {
    element.fill(1, day.first, day.end);
  }
}
