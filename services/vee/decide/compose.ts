/** Puts the verdict of a day together: intervals from elements, runs of estimates, findings with outcomes. */
import { addDecimal, DAY_MS, decimalOf, roundDecimalToInteger } from '@mdmr/kernel';
import { type Axis, type AxisDay, exactOf, HEAD_END, MEASURED } from './axis.js';
import { contextOf } from './facts.js';
import { dayFindings } from './findings.js';
import type { Estimate, Nve, NveReason, PlacedRead, RegisterRead, Verdict } from './model.js';
import {
  ESTIMATED,
  type Group,
  MISSING,
  NEEDS_PERSON,
  NOTHING,
  type Results,
  UNDECIDED,
  VALID,
} from './results.js';
import { headEndEstimate } from './ladder/est-hes.js';
import type { Placement } from './stretch.js';
import type { Validation } from './validate.js';

export interface Decided {
  readonly axis: Axis;
  readonly placement: Placement;
  readonly validation: Validation;
  readonly results: Results;
}

/** One interval of a day, decided. */
interface Interval {
  letter: string;
  wh: number;
  /** Estimates it belongs to; of a SHARED one there may be two. */
  readonly origins: (Group | Estimate)[];
  reason: NveReason | null;
}

const HES: Group = {
  method: headEndEstimate.code,
  scaling: 'NONE',
  energyWh: null,
  factor: null,
  registerFrom: null,
  registerTo: null,
  donorDays: [],
};

export function composeDay(decided: Decided, dayAt: number): Verdict {
  const { axis } = decided;
  const day = axis.days[dayAt]!;
  const plain = isPlain(decided, day);
  const intervals = plain ? NO_INTERVALS : intervalsOf(decided, day);
  const values = new Float64Array(day.slots);
  let states = '';
  if (plain) {
    values.set(axis.value.subarray(day.first, day.end));
    states = 'V'.repeat(day.slots);
  }
  intervals.forEach((interval, slot) => {
    values[slot] = interval.wh;
    states += interval.letter;
  });
  const { findings, passed } = dayFindings(decided, dayAt, states);
  return {
    day: day.day,
    minutes: day.minutes,
    values,
    states,
    serviceId: day.service?.id ?? '',
    serviceVersion: day.service?.version ?? 0,
    estimates: estimateRuns(intervals),
    nve: nveRuns(intervals),
    findings,
    passed,
    registers: registersOf(decided, day),
    context: contextOf(axis.facts, day.day),
  };
}

const NO_INTERVALS: readonly Interval[] = [];

/** The usual day: every interval whole, measured and valid. */
function isPlain({ axis, results }: Decided, day: AxisDay): boolean {
  if (!day.simple) return false;
  for (let e = day.first; e < day.end; e++) {
    if (results.state[e] !== VALID || axis.kind[e] !== MEASURED) return false;
  }
  return true;
}

function intervalsOf(decided: Decided, day: AxisDay): Interval[] {
  const { axis } = decided;
  const intervals: Interval[] = [];
  for (let e = day.first; e < day.end;) {
    let end = e + 1;
    while (end < day.end && axis.slot[end] === axis.slot[e]) end++;
    intervals.push(intervalOf(decided, day, e, end));
    e = end;
  }
  return intervals;
}

function intervalOf(decided: Decided, day: AxisDay, from: number, end: number): Interval {
  const { axis, results } = decided;
  const state = new Set<number>();
  for (let e = from; e < end; e++) state.add(results.state[e]!);
  if (state.has(UNDECIDED)) return storedInterval(day, axis.slot[from]!);
  if (state.has(MISSING)) return blank('M', null);
  if (state.has(NEEDS_PERSON)) return blank('N', reasonOf(results, from, end));
  if (state.has(NOTHING)) return blank('-', null);
  const interval: Interval = { letter: 'V', wh: 0, origins: [], reason: null };
  interval.wh = end === from + 1 ? elementWh(decided, from) : sumOf(decided, from, end);
  for (let e = from; e < end; e++) {
    const origin = originOf(axis, results, e);
    if (origin === null) continue;
    interval.letter = 'E';
    if (!interval.origins.includes(origin)) interval.origins.push(origin);
  }
  return interval;
}

function blank(letter: string, reason: NveReason | null): Interval {
  return { letter, wh: Number.NaN, origins: [], reason };
}

function reasonOf(results: Results, from: number, end: number): NveReason {
  for (let e = from; e < end; e++) {
    const reason = results.reasons.get(e);
    if (reason !== undefined) return reason;
  }
  return 'NO_HISTORY';
}

function originOf(axis: Axis, results: Results, e: number): Group | null {
  if (results.state[e] === ESTIMATED) return results.groups.get(e) ?? null;
  return results.state[e] === VALID && axis.kind[e] === HEAD_END ? HES : null;
}

/** Whole Wh of an element that is its interval; a lone residual or first part may have decimals. */
function elementWh(decided: Decided, e: number): number {
  const { axis, results } = decided;
  if (results.state[e] === ESTIMATED) return results.wh[e]!;
  return axis.exact.has(e) ? Number(roundDecimalToInteger(exactOf(axis, e))) : axis.value[e]!;
}

function sumOf(decided: Decided, from: number, end: number): number {
  const { axis, results } = decided;
  let sum = decimalOf(0);
  for (let e = from; e < end; e++) {
    const part = results.state[e] === ESTIMATED ? decimalOf(results.wh[e]!) : exactOf(axis, e);
    sum = addDecimal(sum, part);
  }
  return Number(roundDecimalToInteger(sum));
}

/** What the stored verdict says; without one nothing was decided yet: missing where expected. */
function storedInterval(day: AxisDay, slot: number): Interval {
  const verdict = day.row?.verdict;
  if (!verdict || verdict.minutes !== day.minutes) return blank(day.expects ? 'M' : '-', null);
  const within = (run: { from: number; to: number }) => run.from <= slot && slot < run.to;
  return {
    letter: verdict.states[slot]!,
    wh: verdict.values[slot]!,
    origins: verdict.estimates.filter(within),
    reason: verdict.nve.find(within)?.reason ?? null,
  };
}

function estimateRuns(intervals: readonly Interval[]): Estimate[] {
  const runs: Estimate[] = [];
  const open = new Map<Group | Estimate, number>();
  const close = (origin: Group | Estimate, from: number, to: number) => {
    const { method, scaling, energyWh, factor, registerFrom, registerTo, donorDays } = origin;
    const common = { method, scaling, energyWh, factor, registerFrom, registerTo, donorDays };
    runs.push({ from, to, ...common });
  };
  intervals.forEach((interval, slot) => {
    for (const [origin, from] of open) {
      if (interval.origins.includes(origin)) continue;
      close(origin, from, slot);
      open.delete(origin);
    }
    for (const origin of interval.origins) if (!open.has(origin)) open.set(origin, slot);
  });
  for (const [origin, from] of open) close(origin, from, intervals.length);
  return runs.sort((a, b) => a.from - b.from || a.to - b.to);
}

function nveRuns(intervals: readonly Interval[]): Nve[] {
  const runs: { from: number; to: number; reason: NveReason }[] = [];
  intervals.forEach((interval, slot) => {
    if (interval.letter !== 'N') return;
    const reason = interval.reason ?? 'NO_HISTORY';
    const last = runs.at(-1);
    if (last?.to === slot && last.reason === reason) last.to = slot + 1;
    else runs.push({ from: slot, to: slot + 1, reason });
  });
  return runs;
}

/**
 * Every read received with the day, with what it bounds, and the install and removal reads of the day. A read
 * of a meter that the directory has nowhere here bounds nothing; it is kept all the same.
 */
function registersOf(decided: Decided, day: AxisDay): Verdict['registers'] {
  const { reads } = decided.placement;
  const to = day.startsAt + DAY_MS;
  const fixed = reads.filter((r) => r.kind !== 'READ' && r.at >= day.startsAt && r.at <= to);
  const received = day.row?.input?.registers ?? [];
  if (received.length === 0) return fixed;
  return [...fixed, ...received.map((read) => placedOf(reads, read))];
}

function placedOf(reads: readonly PlacedRead[], read: RegisterRead): PlacedRead {
  let found: PlacedRead | undefined;
  for (const r of reads) {
    if (r.kind !== 'READ' || r.at !== read.at || r.meterId !== read.meterId) continue;
    if (found === undefined || found.bounds === null) found = r;
  }
  return found ?? { ...read, bounds: null, kind: 'READ', wh: '0', resolutionWh: '0' };
}
