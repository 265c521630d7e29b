import { CmepFlag, type CmepLine } from '@mdmr/formats';
import {
  DAY_MS,
  MINUTES_PER_DAY,
  MINUTE_MS,
  dayFromCivil,
  dayOfIntervalEnd,
  isId,
  startOfDay,
  type Decimal,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import { ABSENT, NO_VALUE, type RegisterRead } from './block.js';
import { clockChangeOn, type DayStamp } from './local-clock.js';
import { rankOf } from './merge.js';
import { LIMIT_DIGITS, alignDecimals, rescale, timesConstant, type Scaled } from './scaled.js';

/** What a line carries for one day, before it is known whose it is. */
export interface DayValues {
  readonly estDay: EstDay;
  readonly scale: number;
  readonly values: (number | null)[];
  readonly flags: string;
  readonly masks: { readonly index: number; readonly text: string }[];
  readonly registers: RegisterRead[];
  readonly repeats: number[];
}

/** A line as copied out of the parser: all that deciding on it needs. */
export interface ReadLine {
  readonly line: number;
  /** What the line counts when it is rejected whole. */
  readonly values: number;
  /** Field 3. */
  readonly senderName: string;
  readonly deviceId: string;
  readonly otherId: string;
  readonly purpose: string;
  /** Channel, or the units as read where they are unknown. */
  readonly channel: string;
  readonly intervalMinutes: number;
  /** The first form reason that holds, none if the line is sound. */
  readonly reason: string | null;
  readonly isOverlapping: boolean;
  readonly lastEndMs: Instant;
  readonly days: readonly DayValues[];
  readonly firstEndMs: Instant | null;
  /** End stamps on clock-change dates, as carried, with their days. */
  readonly changeStamps: readonly DayStamp[];
}

const FLAG_LETTERS: string[] = [];
FLAG_LETTERS[CmepFlag.VALIDATED] = 'V';
FLAG_LETTERS[CmepFlag.RAW] = 'R';
FLAG_LETTERS[CmepFlag.ADJUSTED] = 'A';
FLAG_LETTERS[CmepFlag.ESTIMATED] = 'E';
FLAG_LETTERS[CmepFlag.NO_VALUE] = NO_VALUE;

/**
 * A stamp before 2000 is no time of an interval meter; every day has its own partition of the
 * store.
 */
const FIRST_STAMP: Instant = startOfDay(dayFromCivil(2000, 1, 1));

/** Copies a parsed line and sorts its values by day. The parser's object may be used again then. */
export function readLine(parsed: CmepLine): ReadLine {
  const head = {
    line: parsed.line,
    values: parsed.values,
    senderName: parsed.sender,
    deviceId: parsed.device,
    otherId: parsed.receiverCustomer,
    purpose: parsed.purpose,
    channel: parsed.channel ?? parsed.units,
    intervalMinutes: parsed.intervalMinutes,
  };
  const rejected = (reason: string): ReadLine => ({
    ...head,
    reason,
    isOverlapping: false,
    firstEndMs: null,
    lastEndMs: 0,
    days: [],
    changeStamps: [],
  });
  if (parsed.reason !== null) return rejected(parsed.reason);
  if (parsed.span().first <= FIRST_STAMP) return rejected('BAD_TIMESTAMP');
  const isGridKnown = parsed.register || MINUTES_PER_DAY % parsed.intervalMinutes === 0;
  if (!isId(head.deviceId) || !isGridKnown) return rejected('BAD_VALUE');
  if (head.otherId !== '' && !isId(head.otherId)) return rejected('BAD_VALUE');
  const taken = parsed.register ? takeRegisters(parsed) : takeIntervals(parsed);
  if (!taken) return rejected('BAD_VALUE');
  return {
    ...head,
    reason: null,
    firstEndMs: parsed.ends[0]!,
    lastEndMs: parsed.span().last,
    ...taken,
    changeStamps: changeStampsOf(parsed, taken.days),
  };
}

function changeStampsOf(parsed: CmepLine, days: readonly DayValues[]): DayStamp[] {
  if (!days.some((d) => clockChangeOn(d.estDay) !== null)) return [];
  const all = Array.from(parsed.ends.subarray(0, parsed.count), (endMs) => ({
    day: dayOfIntervalEnd(endMs),
    endMs,
  }));
  return all.filter((s) => clockChangeOn(s.day) !== null);
}

interface Taken {
  readonly days: DayValues[];
  readonly isOverlapping: boolean;
}

/** All values of the line times field 12, at one scale; null if one is beyond all measure. */
function alignedValues(parsed: CmepLine): Scaled | null {
  const { count, amounts, scales, constantUnits, constantScale } = parsed;
  let scale = 0;
  for (let i = 0; i < count; i++) scale = Math.max(scale, scales[i]!);
  if (constantUnits === 1 && constantScale === 0 && scale <= 6) {
    const units = new Array<number>(count);
    const limit = 10 ** (LIMIT_DIGITS + scale);
    let fits = true;
    for (let i = 0; i < count && fits; i++) {
      units[i] = rescale(amounts[i]!, scales[i]!, scale);
      fits = Math.abs(units[i]!) <= limit;
    }
    if (fits) return { units, scale };
  }
  const numbers: Decimal[] = [];
  const constant = parsed.constant();
  for (let i = 0; i < count; i++) numbers.push(timesConstant(parsed.decimal(i), constant));
  return alignDecimals(numbers);
}

/** Vendor digits are rare; looking costs less than cutting an empty text. */
function hasMask(parsed: CmepLine, i: number): boolean {
  return parsed.maskEnds[i]! > parsed.maskStarts[i]!;
}

interface OpenDay {
  readonly estDay: EstDay;
  readonly startMs: Instant;
  readonly values: (number | null)[];
  readonly flags: string[];
  readonly masks: { index: number; text: string }[];
  readonly repeats: number[];
}

function takeIntervals(parsed: CmepLine): Taken | null {
  const aligned = alignedValues(parsed);
  if (!aligned) return null;
  const plain = plainDay(parsed, aligned);
  if (plain) return { days: [plain], isOverlapping: false };
  const { intervalMinutes, ends, count } = parsed;
  const stepMs = intervalMinutes * MINUTE_MS;
  const open = new Map<EstDay, OpenDay>();
  let day: OpenDay | undefined;
  let isOverlapping = false;
  for (let i = 0; i < count; i++) {
    const endMs = ends[i]!;
    if (!day || endMs <= day.startMs || endMs > day.startMs + DAY_MS) {
      const estDay = dayOfIntervalEnd(endMs);
      day = open.get(estDay) ?? newDay(estDay, MINUTES_PER_DAY / intervalMinutes);
      open.set(estDay, day);
    }
    const index = (endMs - day.startMs) / stepMs - 1;
    const flag = FLAG_LETTERS[parsed.flags[i]!]!;
    const value = flag === NO_VALUE ? null : aligned.units[i]!;
    if (!putValue(day, index, flag, value)) isOverlapping = true;
    if (hasMask(parsed, i)) day.masks.push({ index, text: parsed.mask(i) });
  }
  const days = [...open.values()].map((d) => ({
    estDay: d.estDay,
    scale: aligned.scale,
    values: d.values,
    flags: d.flags.join(''),
    masks: d.masks,
    registers: [],
    repeats: d.repeats,
  }));
  return { days, isOverlapping };
}

/** The usual case: each interval of one day in its order, none without a value. */
function plainDay(parsed: CmepLine, aligned: Scaled): DayValues | null {
  const { intervalMinutes, ends, count, flags } = parsed;
  const stepMs = intervalMinutes * MINUTE_MS;
  if (count * stepMs !== DAY_MS) return null;
  const estDay = dayOfIntervalEnd(ends[0]!);
  const startMs = startOfDay(estDay);
  const first = flags[0]!;
  let isUniform = true;
  for (let i = 0; i < count; i++) {
    if (ends[i] !== startMs + (i + 1) * stepMs || hasMask(parsed, i)) return null;
    if (flags[i] === CmepFlag.NO_VALUE) return null;
    if (flags[i] !== first) isUniform = false;
  }
  const letters = isUniform ? FLAG_LETTERS[first]!.repeat(count) : lettersOf(flags, count);
  const { units: values, scale } = aligned;
  return { estDay, scale, values, flags: letters, masks: [], registers: [], repeats: [] };
}

function lettersOf(flags: Uint8Array, count: number): string {
  let letters = '';
  for (let i = 0; i < count; i++) letters += FLAG_LETTERS[flags[i]!]!;
  return letters;
}

function newDay(estDay: EstDay, slots: number): OpenDay {
  return {
    estDay,
    startMs: startOfDay(estDay),
    values: new Array<number | null>(slots).fill(null),
    flags: new Array<string>(slots).fill(ABSENT),
    masks: [],
    repeats: [],
  };
}

/** False if the interval has another value already. Of equal ones the better flag stays. */
function putValue(day: OpenDay, index: number, flag: string, value: number | null): boolean {
  const before = day.flags[index]!;
  if (before === ABSENT) {
    day.flags[index] = flag;
    day.values[index] = value;
    return true;
  }
  day.repeats.push(index);
  const held = day.values[index]!;
  if (value !== null && held !== null && value !== held) return false;
  if (rankOf(flag) > rankOf(before)) {
    day.flags[index] = flag;
    day.values[index] = value;
  }
  return true;
}

interface OpenRegisters {
  readonly registers: RegisterRead[];
  readonly masks: { index: number; text: string }[];
  readonly repeats: number[];
}

/** Register reads keep their decimals as received: they tell the register's resolution. */
function takeRegisters(parsed: CmepLine): Taken | null {
  const constant = parsed.constant();
  const open = new Map<EstDay, OpenRegisters>();
  let isOverlapping = false;
  for (let i = 0; i < parsed.count; i++) {
    const atMs = parsed.ends[i]!;
    const flag = FLAG_LETTERS[parsed.flags[i]!]!;
    const aligned =
      plainNumber(parsed, i) ?? alignDecimals([timesConstant(parsed.decimal(i), constant)]);
    if (!aligned) return null;
    const day = dayOfIntervalEnd(atMs);
    let taken = open.get(day);
    if (!taken) open.set(day, (taken = { registers: [], masks: [], repeats: [] }));
    const read = { atMs, units: aligned.units[0]!, scale: aligned.scale, flag };
    if (!putRegister(taken, read)) isOverlapping = true;
    if (hasMask(parsed, i)) {
      const index = taken.registers.findIndex((r) => r.atMs === atMs);
      taken.masks.push({ index, text: parsed.mask(i) });
    }
  }
  const days = [...open].map(([estDay, taken]) => ({
    ...taken,
    estDay,
    scale: 0,
    values: [],
    flags: '',
  }));
  return { days, isOverlapping };
}

/** The usual case without bigint: a number of few digits, field 12 being 1. */
function plainNumber(parsed: CmepLine, i: number): Scaled | null {
  if (parsed.constantUnits !== 1 || parsed.constantScale !== 0) return null;
  const units = parsed.amounts[i]!;
  const scale = parsed.scales[i]!;
  const isPlain = scale <= 6 && Math.abs(units) <= 10 ** (LIMIT_DIGITS + scale);
  return isPlain ? { units: [units], scale } : null;
}

function putRegister(taken: OpenRegisters, read: RegisterRead): boolean {
  const index = taken.registers.findIndex((r) => r.atMs === read.atMs);
  if (index < 0) {
    taken.registers.push(read);
    return true;
  }
  taken.repeats.push(index);
  const held = taken.registers[index]!;
  const bothGiven = held.flag !== NO_VALUE && read.flag !== NO_VALUE;
  if (bothGiven && !isSameNumber(held, read)) return false;
  if (rankOf(read.flag) > rankOf(held.flag)) taken.registers[index] = read;
  return true;
}

function isSameNumber(a: RegisterRead, b: RegisterRead): boolean {
  const scale = Math.max(a.scale, b.scale);
  const at = (r: RegisterRead): bigint => BigInt(r.units) * 10n ** BigInt(scale - r.scale);
  return at(a) === at(b);
}
