/**
 * The usual day, judged without an axis: whole, measured by one meter, between two registers, and no rule has
 * anything to say but that a day of its block is missing. It gives the very event that `judge` comes to, at a fraction of the cost; of any
 * other day it says nothing (null), and `judge` is asked.
 */
import { DAY_MS, type EstDay, HOUR_MS, type Instant, startOfDay } from '@mdmr/kernel';
import { registerStep } from './block.js';
import { type Attributed, causeOf, type Validated } from './channel-day-event.js';
import { type ChannelFacts, contextOf, type DayFacts, lengthOn, type Piece } from './facts.js';
import { ON_ESTIMATE, slotsOf } from './model.js';
import { toleranceWh } from './rules/r-023-sum-check.js';
import { limitKwOf } from './rules/r-031-physical-limit.js';
import type { BlockRule, BlockView, DayRule, DayView, Rule } from './rules/rule.js';
import type { Service, ServiceBook } from './service-book.js';
import { type Bound, energyText } from './stretch.js';
import { runsOn } from './validate.js';

type Register = (Attributed | Validated)['registers'][number];

/** What days of a channel have in common until a fact changes. */
export interface Ground {
  readonly facts: DayFacts;
  readonly service: Service;
  readonly piece: Piece;
  readonly minutes: number;
  /** Interval length by the directory. */
  readonly length: number | null;
  readonly context: string;
  readonly states: string;
  /** `values` and `expected` are written again for each day. */
  readonly view: DayView;
  readonly dayRules: readonly DayRule[];
  readonly blockRules: readonly BlockRule[];
  readonly rules: readonly Rule[];
  readonly decimals: number;
  readonly m: number;
  readonly limitKw: number | null;
  readonly resolutionWh: string;
}

const grounds = new WeakMap<ChannelFacts, Ground>();

export interface PlainTask {
  readonly facts: ChannelFacts;
  readonly book: ServiceBook;
  readonly event: Attributed;
  /** The day's newest version; null = none. */
  readonly stored: Validated | null;
  /** The nearest day before of which anything is known: its last register may begin the block. */
  readonly before: KnownDay | null;
  readonly now: Instant;
}

/** A day as reads published it, or as stored. */
export type KnownDay = Pick<Attributed | Validated, 'est_day' | 'registers'>;

export function plainDay(task: PlainTask): Validated | null {
  const check = checkPlain(task);
  return check && eventOf(task, check);
}

/** What the rules said of a plain day. */
export interface PlainCheck {
  readonly ground: Ground;
  /** Of rules that could not run. */
  readonly findings: Validated['findings'];
}

/** The rules alone; null if the day is not plain. */
export function checkPlain(task: PlainTask): PlainCheck | null {
  const { facts, event, stored } = task;
  if (!isWhole(event) || (stored !== null && !isUntouched(stored))) return null;
  const ends = endsOf(event, task.before);
  if (ends === null) return null;
  const ground = groundOf(facts, task.book, event, ends.from);
  if (ground === null || ends.meterId !== ground.piece.meterId) return null;
  const sumWh = takeValues(event.values, ground.view.values);
  if (sumWh === null) return null;
  for (const rule of ground.dayRules) if (rule.run(ground.view, SCRATCH) !== null) return null;
  const block = blockView(ground, ends, sumWh);
  if (block === null) return null;
  let findings: Validated['findings'] = NONE;
  for (const rule of ground.blockRules) {
    const remark = rule.run(block);
    if (remark === null) continue;
    if (remark.severity !== 'NOT_RUN') return null;
    findings = [...findings, notRun(ground, rule, remark.reason ?? '')];
  }
  if (findings.length > 1) findings.sort((a, b) => (a.rule < b.rule ? -1 : 1));
  return { ground, findings };
}

const NONE: Validated['findings'] = [];

/** Would be plain if it were known which register comes before its own. */
export function wantsBefore(event: Attributed): boolean {
  return event.registers.length === 1 && isWhole(event);
}

/** Marks of failed intervals: a day that gets any is not plain, so that nobody looks at them. */
const SCRATCH = new Uint8Array(1440);

/** Every interval has a measured value, as far as flags tell, and there are one or two registers. */
function isWhole({ flags, values, shared, registers, interval_minutes }: Attributed): boolean {
  if (shared.length > 0 || registers.length < 1 || registers.length > 2) return false;
  const slots = slotsOf(interval_minutes);
  return values.length === slots && (flags === allRaw(slots) || areMeasured(flags, slots));
}

/** Flags of a day of raw values, the usual ones, by its number of intervals. */
const ALL_RAW: string[] = [];

function allRaw(slots: number): string {
  return (ALL_RAW[slots] ??= 'R'.repeat(slots));
}

function areMeasured(flags: string, slots: number): boolean {
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i];
    if (flag !== 'R' && flag !== 'V' && flag !== 'A') return false;
  }
  return flags.length === slots;
}

/** Nothing of the stored verdict is an estimate, or was said of one. */
function isUntouched(stored: Validated): boolean {
  if (stored.estimates.length > 0 || stored.nve.length > 0) return false;
  return !stored.findings.some((f) => f.reason === ON_ESTIMATE);
}

/** The block that the day ends: (from, end of the day]. */
interface Ends {
  readonly from: Instant;
  readonly left: Register;
  readonly right: Register;
  readonly meterId: string;
  /** Days of the block of which nothing is known. */
  readonly unknownDays: number;
}

/** Null: registers that do not stand at the day's end, and at its begin or at the end of the day before it. */
function endsOf({ est_day, registers }: Attributed, before: KnownDay | null): Ends | null {
  const begin = startOfDay(est_day);
  const end = begin + DAY_MS;
  const right = registers[0]!.at_ms === end ? registers[0]! : registers[1];
  if (right?.at_ms !== end || right.kind !== 'READ') return null;
  const meterId = right.meter_id;
  if (registers.length === 2) {
    const left = registers[registers[0] === right ? 1 : 0]!;
    const fits = left.at_ms === begin && left.meter_id === meterId && left.kind === 'READ';
    return fits && !contradicts(before, left)
      ? { from: begin, left, right, meterId, unknownDays: 0 }
      : null;
  }
  if (before === null) return null;
  const from = startOfDay(before.est_day + 1);
  let left: Register | null = null;
  for (const register of before.registers) {
    if (register.kind !== 'READ') continue;
    if (register.at_ms > from) return null;
    if (register.at_ms === from && register.meter_id === meterId) left = register;
  }
  const unknownDays = est_day - before.est_day - 1;
  return left === null ? null : { from, left, right, meterId, unknownDays };
}

/** A midnight register is listed with both of its days: the earlier one's counts for both. */
function contradicts(before: KnownDay | null, read: Register): boolean {
  const twin = before?.registers.find(
    (r) => r.at_ms === read.at_ms && r.meter_id === read.meter_id && r.kind === 'READ',
  );
  if (twin === undefined) return false;
  return twin.units !== read.units || twin.scale !== read.scale || twin.flag !== read.flag;
}

/** Null: not one meter from `from` to the day's end, no service, or decimals that the directory does not name. */
function groundOf(
  channel: ChannelFacts,
  book: ServiceBook,
  { est_day: day, interval_minutes: minutes }: Attributed,
  from: Instant,
): Ground | null {
  const facts = channel.on(day);
  const service = book.on(facts.serviceId, day);
  const piece = onePiece(channel, from, startOfDay(day) + DAY_MS);
  if (service === null || piece === null || piece.decimals === null) return null;
  const length = lengthOn(channel, day);
  const held = grounds.get(channel);
  const same =
    held !== undefined &&
    held.facts === facts &&
    held.service === service &&
    held.piece === piece &&
    held.minutes === minutes &&
    held.length === length;
  if (same) return held;
  const made = newGround(channel, day, { facts, service, piece, minutes, length });
  grounds.set(channel, made);
  return made;
}

/** The one piece that covers [from, to) and more on either side, so that nothing begins or ends with it. */
function onePiece(channel: ChannelFacts, from: Instant, to: Instant): Piece | null {
  let found: Piece | null = null;
  for (const piece of channel.pieces) {
    if (piece.from >= to || piece.to <= from) continue;
    if (found !== null || piece.from >= from || piece.to <= to) return null;
    found = piece;
  }
  return found;
}

function newGround(
  channel: ChannelFacts,
  day: EstDay,
  same: Pick<Ground, 'facts' | 'service' | 'piece' | 'minutes' | 'length'>,
): Ground {
  const { facts, service, piece, minutes } = same;
  const rules = service.rules.filter((rule) => runsOn(rule, channel.channel));
  const decimals = piece.decimals!;
  const { values, expected } = boardOf(slotsOf(minutes));
  return {
    ...same,
    context: contextOf(channel, day),
    states: 'V'.repeat(slotsOf(minutes)),
    view: { channel: channel.channel, minutes, values, expected, facts, at: service.at },
    dayRules: rules.filter((rule) => rule.kind === 'day'),
    blockRules: rules.filter((rule) => rule.kind === 'block'),
    rules,
    decimals,
    m: Number(piece.multiplier.units) / 10 ** piece.multiplier.scale,
    limitKw: limitKwOf(channel.channel, facts, service.at),
    resolutionWh: energyText(piece, 1, decimals),
  };
}

interface Board {
  readonly values: Float64Array;
  readonly expected: Uint8Array;
}

/** One for each number of intervals: days are judged one after the other. */
const boards = new Map<number, Board>();

function boardOf(slots: number): Board {
  let board = boards.get(slots);
  if (board === undefined) {
    // Of a whole day it makes no difference which intervals are expected.
    board = { values: new Float64Array(slots), expected: new Uint8Array(slots).fill(1) };
    boards.set(slots, board);
  }
  return board;
}

/** Copies the values and adds them up; null if one is missing. */
function takeValues(from: readonly (number | null)[], to: Float64Array): number | null {
  let sum = 0;
  for (let i = 0; i < to.length; i++) {
    const value = from[i]!;
    if (value === null) return null;
    to[i] = value;
    sum += value;
  }
  return sum;
}

/** Null: numbers too large to be told from doubles. */
function blockView(ground: Ground, ends: Ends, sumWh: number): BlockView | null {
  const { piece, service, m, limitKw, decimals, view } = ground;
  const missing = ends.unknownDays * view.values.length;
  const n = view.values.length + missing;
  const left = boundAt(0, ends.left);
  const right = boundAt(n, ends.right);
  const hours = ((1 + ends.unknownDays) * DAY_MS) / HOUR_MS;
  const at = service.at;
  const step = registerStep(left, right, piece, { m, near: at['r-021.near']!, limitKw, hours });
  const registerWh = energyOf(step.steps, step.scale, piece);
  if (registerWh === null) return null;
  const r = 10 ** -decimals;
  return {
    stretch: { piece: 0, a: 0, b: n, left, right, cutLeft: false, cutRight: false },
    left,
    right,
    m,
    r,
    dials: piece.dials,
    rawDelta: step.rawDelta,
    delta: step.delta,
    n,
    missing,
    sumWh,
    registerWh,
    toleranceWh: toleranceWh(m, r, n, sumWh, at['r-023.share']!),
    limitKw,
    hours,
    at,
  };
}

function boundAt(at: number, { at_ms, units, scale }: Register): Bound {
  return { at, instant: at_ms, units, scale, kind: 'READ', offsetMs: 0 };
}

/** m x steps x 10^-scale x 1000, as the exact decimal would be read; null where a double could not hold it. */
function energyOf(steps: number, scale: number, { multiplier }: Piece): number | null {
  const units = steps * Number(multiplier.units) * 1000;
  return Number.isSafeInteger(units) ? units / 10 ** (scale + multiplier.scale) : null;
}

function notRun(ground: Ground, rule: Rule, reason: string): Validated['findings'][number] {
  const intervals = ground.view.values.length;
  return {
    rule: rule.id,
    severity: 'NOT_RUN',
    value: '',
    limit: '',
    intervals,
    from: 0,
    to: intervals,
    meter_id: ground.piece.meterId,
    reason,
    outcome: '',
  };
}

function eventOf(
  { facts, event, stored, now }: PlainTask,
  { ground, findings }: PlainCheck,
): Validated {
  const { service, piece, resolutionWh } = ground;
  return {
    at_ms: now,
    ldc: facts.ldc,
    usdp_id: event.usdp_id,
    channel: event.channel,
    est_day: event.est_day,
    version: (stored?.version ?? 0) + 1,
    reads_version: event.version,
    cause: causeOf(event),
    run_id: null,
    custody_at_ms: event.custody_at_ms,
    interval_minutes: event.interval_minutes,
    values: event.values,
    states: ground.states,
    service_id: service.id,
    service_version: service.version,
    flags: event.flags,
    source_values: [],
    shared: [],
    registers: event.registers.map((r) => ({
      at_ms: r.at_ms,
      bounds_at_ms: r.at_ms,
      meter_id: r.meter_id,
      units: r.units,
      scale: r.scale,
      kind: 'READ',
      flag: r.flag,
      wh: energyText(piece, r.units, r.scale),
      resolution_wh: resolutionWh,
    })),
    passed: passedOf(ground, findings),
    context: ground.context,
    sources: event.sources,
    estimates: [],
    nve: [],
    findings,
  };
}

function passedOf({ rules }: Ground, findings: Validated['findings']): number[] {
  return rules.filter((rule) => !findings.some((f) => f.rule === rule.id)).map((r) => r.no);
}
