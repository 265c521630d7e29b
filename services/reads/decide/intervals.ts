import {
  MINUTES_PER_DAY,
  MINUTE_MS,
  addDecimal,
  decimalOf,
  decimalToString,
  intervalEnd,
  trimDecimal,
  type Decimal,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import { ABSENT, NO_VALUE } from './block.js';
import { allWattHours, exactWh, multiplierFor, roundWh, wattHours } from './energy.js';
import type { Candidate, MeterDayLedger, Standing, Track } from './merge.js';
import type { AttributedBlock, SourceRun } from './channel-day.js';
import { isWholeDay, partsOf, type PartNeed, type Span } from './spans.js';

/** One meter's part of a shared interval; `wh` is exact, null = not sent. */
export interface SharedPart {
  readonly meterId: string;
  readonly fromMs: Instant;
  readonly toMs: Instant;
  readonly wh: string | null;
  readonly fileId: string | null;
  readonly line: number | null;
}

/** An interval with an installation boundary inside: the parts of both meters. */
export interface SharedInterval {
  readonly index: number;
  readonly parts: readonly SharedPart[];
}

export interface IntervalPlan {
  readonly spans: readonly Span[];
  readonly day: EstDay;
  readonly minutes: number;
  /** Minutes of the day at which accepted values flagged N start. */
  readonly noValue: ReadonlySet<number>;
}

export interface ComposedIntervals {
  readonly values: (number | null)[];
  readonly flags: string;
  readonly sources: SourceRun[];
  readonly shared: SharedInterval[];
  /** When the last interval with a meter became present; null while one is missing. */
  readonly completedAtMs: Instant | null;
}

/** Mutable while a day is put together. */
interface Draft {
  readonly values: (number | null)[];
  readonly flags: string[];
  readonly origins: { index: number; winner: Candidate }[];
  readonly shared: SharedInterval[];
  completedAtMs: Instant;
  isComplete: boolean;
}

/** Values of all intervals of a day from what stands for its meters. */
export function composeIntervals(plan: IntervalPlan, ledger: MeterDayLedger): ComposedIntervals {
  const count = MINUTES_PER_DAY / plan.minutes;
  const draft: Draft = {
    values: new Array<number | null>(count).fill(null),
    flags: new Array<string>(count).fill(ABSENT),
    origins: [],
    shared: [],
    completedAtMs: 0,
    isComplete: true,
  };
  if (isWholeDay(plan.spans, plan.day)) takeWholeDay(draft, plan, ledger);
  else for (let i = 0; i < count; i++) takeParts(draft, plan, ledger, i);
  markNoValue(draft, plan);
  return {
    values: draft.values,
    flags: draft.flags.join(''),
    sources: sourceRuns(draft.origins),
    shared: draft.shared,
    completedAtMs: draft.isComplete ? draft.completedAtMs : null,
  };
}

/** A whole day of one block: its values times the multiplier. */
export function composePlain(plain: AttributedBlock, span: Span): ComposedIntervals {
  const { block } = plain;
  const multiplier = multiplierFor(block, plain.attributions[0]!.meter!.version);
  const values = allWattHours(block.values, block.scale, multiplier);
  const { custodyId, fileId, custodyAtMs } = block.file;
  const { meterId } = span;
  const to = values.length;
  return {
    values,
    flags: block.flags,
    sources: [{ from: 0, to, custodyId, fileId, line: block.line, meterId }],
    shared: [],
    completedAtMs: custodyAtMs,
  };
}

/** One meter, one length, the whole day. */
function takeWholeDay(draft: Draft, plan: IntervalPlan, ledger: MeterDayLedger): void {
  const span = plan.spans[0]!;
  const track = ledger.track(span.ldc, span.meterId, plan.minutes);
  for (let i = 0; i < draft.values.length; i++) {
    const standing = track?.get(i);
    if (!standing) {
      draft.isComplete = false;
      continue;
    }
    const { winner } = standing;
    draft.values[i] = wattHours(multiplierOf(winner))(winner.units, winner.scale);
    draft.flags[i] = winner.flag;
    draft.origins.push({ index: i, winner });
    draft.completedAtMs = Math.max(draft.completedAtMs, standing.presentSinceMs);
  }
}

function multiplierOf(winner: Candidate): Decimal {
  return multiplierFor(winner.block, winner.meter.version);
}

/** An interval of several meters, or of values shorter than it: added exactly, rounded once. */
function takeParts(draft: Draft, plan: IntervalPlan, ledger: MeterDayLedger, index: number): void {
  const endMs = intervalEnd(plan.day, index, plan.minutes);
  const parts = partsOf(plan.spans, plan.day, endMs - plan.minutes * MINUTE_MS, endMs);
  if (parts.length === 0) return;
  let total: Decimal | null = decimalOf(0);
  const standings: Standing[] = [];
  const sharedParts: SharedPart[] = [];
  for (const part of parts) {
    const taken = takePart(part, ledger);
    standings.push(...taken.standings);
    total = total && taken.exact ? addDecimal(total, taken.exact) : null;
    sharedParts.push(sharedPart(part, taken));
  }
  if (parts.length > 1) draft.shared.push({ index, parts: sharedParts });
  for (const { winner } of standings) draft.origins.push({ index, winner });
  if (!total) {
    draft.isComplete = false;
    return;
  }
  draft.values[index] = roundWh(total);
  draft.flags[index] = jointFlag(standings);
  for (const standing of standings) {
    draft.completedAtMs = Math.max(draft.completedAtMs, standing.presentSinceMs);
  }
}

interface TakenPart {
  readonly exact: Decimal | null;
  readonly standings: readonly Standing[];
}

function takePart(part: PartNeed, ledger: MeterDayLedger): TakenPart {
  const standings: Standing[] = [];
  let exact: Decimal | null = decimalOf(0);
  for (const need of part.needs) {
    const track: Track | undefined = ledger.track(part.ldc, part.meterId, need.minutes);
    const standing = track?.get(need.index);
    if (!standing) {
      exact = null;
      continue;
    }
    standings.push(standing);
    const { winner } = standing;
    const wh = exactWh(winner.units, winner.scale, multiplierOf(winner));
    exact = exact && addDecimal(exact, wh);
  }
  return { exact, standings };
}

function sharedPart(part: PartNeed, taken: TakenPart): SharedPart {
  const origin = taken.standings[0]?.winner.block;
  return {
    meterId: part.meterId,
    fromMs: part.fromMs,
    toMs: part.toMs,
    wh: taken.exact ? decimalToString(trimDecimal(taken.exact)) : null,
    fileId: origin?.file.fileId ?? null,
    line: origin?.line ?? null,
  };
}

/** Of values put together: an estimate makes the sum one; else the least certain of the flags. */
function jointFlag(standings: readonly Standing[]): string {
  const flags = standings.map((s) => s.winner.flag);
  for (const flag of ['E', 'R', 'A']) if (flags.includes(flag)) return flag;
  return flags[0] ?? ABSENT;
}

function markNoValue(draft: Draft, plan: IntervalPlan): void {
  for (const minute of plan.noValue) {
    const index = Math.floor(minute / plan.minutes);
    if (draft.flags[index] === ABSENT) draft.flags[index] = NO_VALUE;
  }
}

type OpenRun = { -readonly [K in keyof SourceRun]: SourceRun[K] };

/** Neighbouring intervals of one line and meter become one run; runs by their start. */
function sourceRuns(origins: readonly { index: number; winner: Candidate }[]): SourceRun[] {
  const runs: OpenRun[] = [];
  const open = new Map<string, OpenRun>();
  let last: OpenRun | undefined;
  let lastWinner: Candidate | undefined;
  for (const { index, winner } of origins) {
    const { block, meter } = winner;
    const isSame = lastWinner?.block === block && lastWinner.meter.meterId === meter.meterId;
    const key = isSame ? '' : `${block.file.custodySeq}\n${block.line}\n${meter.meterId}`;
    if (!isSame) last = open.get(key);
    if (!last || last.to < index) {
      const { custodyId, fileId } = block.file;
      last = {
        from: index,
        to: index,
        custodyId,
        fileId,
        line: block.line,
        meterId: meter.meterId,
      };
      runs.push(last);
    }
    if (!isSame) open.set(key, last);
    last.to = index + 1;
    lastWinner = winner;
  }
  return runs.sort((a, b) => a.from - b.from || (a.fileId < b.fileId ? -1 : 1));
}
