/** Gaps: contiguous intervals to estimate, cut where account or status change (meter and multiplier cut the stretch). */
import { arena } from './arena.js';
import { MINUTE_MS } from '@mdmr/kernel';
import { type Axis, isWhole, MEASURED } from './axis.js';
import type { History } from './history.js';
import type { GapSlot, GapView, KnownSlot } from './ladder/method.js';
import type { Thresholds } from './thresholds.js';

/** Elements [from, to). */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Gaps among the marked elements of [a, b). */
export function gapsOf(axis: Axis, a: number, b: number, todo: Uint8Array): Gap[] {
  const gaps: Gap[] = [];
  for (let from = a; from < b;) {
    if (todo[from] === 0) {
      from++;
      continue;
    }
    let to = from + 1;
    while (to < b && todo[to] === 1 && !isCut(axis, to)) to++;
    gaps.push({ from, to });
    from = to;
  }
  return gaps;
}

/** True if another account or status, meter or multiplier begins at the element. */
export function isCut(axis: Axis, e: number): boolean {
  if (axis.piece[e] !== axis.piece[e - 1]) return true;
  const a = axis.days[axis.dayAt[e - 1]!]!.facts;
  const b = axis.days[axis.dayAt[e]!]!.facts;
  return a !== b && (a.status !== b.status || a.accountRef !== b.accountRef);
}

/**
 * First day of the run of intervals without a valid value in which each element lies; 0 for valid ones. A
 * run goes over registers, but not over what cuts a gap.
 */
export function runStarts(axis: Axis, ok: Uint8Array): Int32Array {
  const starts = arena.int32(axis.n);
  for (let e = 0; e < axis.n; e++) {
    if (ok[e] === 1 || axis.expected[e] === 0) continue;
    const goesOn = e > 0 && starts[e - 1] !== 0 && !isCut(axis, e);
    starts[e] = goesOn ? starts[e - 1]! : axis.days[axis.dayAt[e]!]!.day;
  }
  return starts;
}

export interface GapSetting {
  readonly axis: Axis;
  /** 1 = the element's value stands: valid, and not in a block that failed as a whole. */
  readonly stands: Uint8Array;
  readonly history: History;
  readonly at: Thresholds;
  readonly energyWh: number | null;
}

/** The gap as its methods see it. */
export function viewOf(gap: Gap, setting: GapSetting): GapView {
  const { axis } = setting;
  const slots: GapSlot[] = [];
  let partial = false;
  let length = 0;
  for (let e = gap.from; e < gap.to; e++) {
    const slot = slotOf(axis, e);
    slots.push(slot);
    partial ||= slot.shareMs !== slot.ofMs;
    length += slot.shareMs / MINUTE_MS;
  }
  const facts = axis.days[axis.dayAt[gap.from]!]!.facts;
  return {
    slots,
    firstDay: slots[0]!.day,
    channel: axis.facts.channel,
    status: facts.status,
    account: facts.accountRef,
    before: measured(setting, gap.from - 1, facts.accountRef),
    after: measured(setting, gap.to, facts.accountRef),
    lengthMinutes: length,
    partial,
    outage: false,
    energyWh: setting.energyWh,
    known: (minutes) => knownBeside(gap, setting, minutes),
    history: setting.history,
    at: setting.at,
  };
}

function slotOf(axis: Axis, e: number): GapSlot {
  const day = axis.days[axis.dayAt[e]!]!;
  return {
    day: day.day,
    fromMinute: axis.slot[e]! * day.minutes,
    minutes: day.minutes,
    shareMs: axis.end[e]! - axis.start[e]!,
    ofMs: day.minutes * MINUTE_MS,
  };
}

/** Wh of a whole measured interval of the account that stands, else null. */
function measured(setting: GapSetting, e: number, account: string): number | null {
  const { axis, stands } = setting;
  if (e < 0 || e >= axis.n || stands[e] === 0) return null;
  if (axis.kind[e] !== MEASURED || !isWhole(axis, e)) return null;
  const { facts } = axis.days[axis.dayAt[e]!]!;
  return facts.accountRef === account ? axis.value[e]! : null;
}

function knownBeside(gap: Gap, setting: GapSetting, minutes: number): KnownSlot[] {
  const { axis } = setting;
  const account = axis.days[axis.dayAt[gap.from]!]!.facts.accountRef;
  const earliest = axis.start[gap.from]! - minutes * MINUTE_MS;
  const latest = axis.end[gap.to - 1]! + minutes * MINUTE_MS;
  const known: KnownSlot[] = [];
  const add = (e: number) => {
    const wh = measured(setting, e, account);
    if (wh === null) return;
    const { day, fromMinute, minutes: length } = slotOf(axis, e);
    known.push({ day, fromMinute, minutes: length, wh });
  };
  for (let e = gap.from - 1; e >= 0 && axis.start[e]! >= earliest; e--) add(e);
  for (let e = gap.to; e < axis.n && axis.end[e]! <= latest; e++) add(e);
  return known;
}
