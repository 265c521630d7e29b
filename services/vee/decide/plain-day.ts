/**
 * The usual day, judged without an axis: whole, measured by one meter, closed by its own two registers, and no
 * rule has anything to say. It gives the very event that `judge` comes to, at a fraction of the cost; of any
 * other day it says nothing (null), and `judge` is asked.
 */
import { DAY_MS, type EstDay, HOUR_MS, type Instant, startOfDay } from '@mdmr/kernel';
import { registerStep } from './block.js';
import { type Attributed, causeOf, type Validated } from './channel-day-event.js';
import { type ChannelFacts, contextOf, type DayFacts, lengthOn, type Piece } from './facts.js';
import { ON_ESTIMATE, slotsOf } from './model.js';
import { toleranceWh } from './rules/r-023-sum-check.js';
import { limitKwOf } from './rules/r-031-physical-limit.js';
import type { BlockRule, BlockView, DayRule, DayView } from './rules/rule.js';
import type { Service, ServiceBook } from './service-book.js';
import { type Bound, energyText } from './stretch.js';
import { runsOn } from './validate.js';

type Register = Attributed['registers'][number];

/** What days of a channel have in common until a fact changes. */
interface Ground {
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
  readonly passed: readonly number[];
  readonly decimals: number;
  readonly m: number;
  readonly limitKw: number | null;
  readonly resolutionWh: string;
}

const grounds = new WeakMap<ChannelFacts, Ground>();

/** `stored`: the day's newest version, null = none. */
export function plainDay(
  facts: ChannelFacts,
  book: ServiceBook,
  event: Attributed,
  stored: Validated | null,
  now: Instant,
): Validated | null {
  if (!isWhole(event) || (stored !== null && !isUntouched(stored))) return null;
  const ground = groundOf(facts, book, event.est_day, event.interval_minutes);
  if (ground === null) return null;
  const sumWh = takeValues(event.values, ground.view.values);
  const from = startOfDay(event.est_day);
  const [left, right] = boundsOf(event.registers, ground.piece.meterId, from);
  if (left === null || right === null) return null;
  const { view, dayRules, blockRules } = ground;
  for (const rule of dayRules) if (rule.run(view, SCRATCH) !== null) return null;
  const block = blockView(ground, left, right, sumWh);
  if (block === null) return null;
  for (const rule of blockRules) if (rule.run(block) !== null) return null;
  return eventOf(facts, ground, event, (stored?.version ?? 0) + 1, now);
}

/** Marks of failed intervals: a day that gets any is not plain, so that nobody looks at them. */
const SCRATCH = new Uint8Array(1440);

/** Every interval has a measured value, and there are two registers. */
function isWhole(event: Attributed): boolean {
  const { flags, values, shared, registers } = event;
  if (shared.length > 0 || registers.length !== 2) return false;
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i];
    if (flag !== 'R' && flag !== 'V' && flag !== 'A') return false;
    if (values[i] === null) return false;
  }
  return flags.length === slotsOf(event.interval_minutes) && flags.length === values.length;
}

/** Nothing of the stored verdict is an estimate, or was said of one. */
function isUntouched(stored: Validated): boolean {
  if (stored.estimates.length > 0 || stored.nve.length > 0) return false;
  return !stored.findings.some((f) => f.reason === ON_ESTIMATE);
}

/** Null: no meter, or not one for the whole day, no service, or decimals that the directory does not name. */
function groundOf(
  channel: ChannelFacts,
  book: ServiceBook,
  day: EstDay,
  minutes: number,
): Ground | null {
  const facts = channel.on(day);
  const service = book.on(facts.serviceId, day);
  const piece = pieceOfDay(channel, startOfDay(day));
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

/** The one piece that covers the day and more on either side, so that nothing begins or ends with it. */
function pieceOfDay(channel: ChannelFacts, from: Instant): Piece | null {
  let found: Piece | null = null;
  for (const piece of channel.pieces) {
    if (piece.from >= from + DAY_MS || piece.to <= from) continue;
    if (found !== null || piece.from >= from || piece.to <= from + DAY_MS) return null;
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
    passed: rules.map((rule) => rule.no),
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

/** Copies the values and adds them up. */
function takeValues(from: readonly (number | null)[], to: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < to.length; i++) {
    const value = from[i]!;
    to[i] = value;
    sum += value;
  }
  return sum;
}

/** The registers at the day's begin and end, exactly. */
function boundsOf(
  registers: readonly Register[],
  meterId: string,
  from: Instant,
): [Register | null, Register | null] {
  let left: Register | null = null;
  let right: Register | null = null;
  for (const register of registers) {
    if (register.meter_id !== meterId || register.kind !== 'READ') continue;
    if (register.at_ms === from) left = register;
    if (register.at_ms === from + DAY_MS) right = register;
  }
  return [left, right];
}

/** Null: numbers too large to be told from doubles. */
function blockView(
  ground: Ground,
  start: Register,
  end: Register,
  sumWh: number,
): BlockView | null {
  const { piece, service, m, limitKw, decimals, view } = ground;
  const n = view.values.length;
  const left = boundAt(0, start);
  const right = boundAt(n, end);
  const hours = DAY_MS / HOUR_MS;
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
    missing: 0,
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

function eventOf(
  { ldc }: ChannelFacts,
  ground: Ground,
  event: Attributed,
  version: number,
  now: Instant,
): Validated {
  const { service, piece, resolutionWh } = ground;
  return {
    at_ms: now,
    ldc,
    usdp_id: event.usdp_id,
    channel: event.channel,
    est_day: event.est_day,
    version,
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
    passed: ground.passed as number[],
    context: ground.context,
    sources: event.sources,
    estimates: [],
    nve: [],
    findings: [],
  };
}
