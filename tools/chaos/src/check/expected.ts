/** What must be, computed from the files as sent and nothing else. */
import { cmepLines, type CmepLine, type CmepValue } from './cmep.js';
import type { Directory } from './directory.js';
import { times, toWh } from './energy.js';

const MINUTES_PER_DAY = 1440;

/** A meter file as dropped, in the order in which the hub took the files into custody. */
export interface SentReads {
  readonly name: string;
  readonly text: string;
}

/** Values of a file and what must have become of them. */
export interface ExpectedCounts {
  readonly name: string;
  readonly in: number;
  readonly applied: number;
  readonly held: number;
  readonly rejected: number;
}

/** One channel of one service point for one EST day. */
export interface ExpectedDay {
  readonly usdp: string;
  readonly channel: string;
  readonly day: number;
  readonly minutes: number;
  /** Wh by interval; null = nothing stands. */
  readonly values: (bigint | null)[];
  /** Flag of what stands, by interval; null = nothing stands. */
  readonly flags: (string | null)[];
}

export interface Expected {
  readonly files: readonly ExpectedCounts[];
  /** By `usdp channel day`. */
  readonly days: ReadonlyMap<string, ExpectedDay>;
  /** Interval values that stand. */
  readonly values: number;
}

export function dayKey(usdp: string, channel: string, day: number): string {
  return `${usdp} ${channel} ${day}`;
}

/** @param files in custody order: at equal rank the newest value counts */
export function expectedOf(files: readonly SentReads[], directory: Directory): Expected {
  const days = new Map<string, ExpectedDay>();
  const counts = files.map(({ name, text }) => {
    const count = { name, in: 0, applied: 0, held: 0, rejected: 0 };
    for (const line of cmepLines(text)) {
      const fate = fateOf(line, directory);
      count.in += line.count;
      count[fate] += line.count;
      if (fate === 'applied') applyLine(line, directory, days);
    }
    return count;
  });
  let values = 0;
  for (const day of days.values()) values += day.values.filter((one) => one !== null).length;
  return { files: counts, days, values };
}

/** All values of a generated line share their fate: one meter, one channel, one length. */
function fateOf(line: CmepLine, directory: Directory): 'applied' | 'held' | 'rejected' {
  if (line.rejected !== null) return 'rejected';
  const meter = directory.meters.get(line.meter);
  if (meter === undefined || !directory.pointOfMeter.has(line.meter)) return 'held';
  if (!meter.channels.has(line.channel)) return 'held';
  const fits = line.isRegister || line.intervalMinutes === meter.intervalMinutes;
  return fits ? 'applied' : 'held';
}

function applyLine(line: CmepLine, directory: Directory, days: Map<string, ExpectedDay>): void {
  if (line.isRegister) return;
  const usdp = directory.pointOfMeter.get(line.meter)!;
  const { multiplier } = directory.meters.get(line.meter)!;
  for (const value of line.values) {
    const day = openDay(days, usdp, line.channel, value.end.day, line.intervalMinutes);
    const index = value.end.minute / line.intervalMinutes - 1;
    compete(day, index, value, (amount) => toWh(times(amount, multiplier)));
  }
}

function openDay(
  days: Map<string, ExpectedDay>,
  usdp: string,
  channel: string,
  day: number,
  minutes: number,
): ExpectedDay {
  const key = dayKey(usdp, channel, day);
  let open = days.get(key);
  if (open === undefined) {
    const none = Array.from({ length: MINUTES_PER_DAY / minutes }, () => null);
    open = { usdp, channel, day, minutes, values: none, flags: [...none] };
    days.set(key, open);
  }
  return open;
}

/** Empty, R and A before E; at equal rank the newer; N says that there is no value. */
function compete(
  day: ExpectedDay,
  index: number,
  value: CmepValue,
  whOf: (amount: NonNullable<CmepValue['amount']>) => bigint,
): void {
  if (value.amount === null) return;
  const standing = day.flags[index]!;
  if (standing !== null && rankOf(value.flag) < rankOf(standing)) return;
  day.values[index] = whOf(value.amount);
  day.flags[index] = value.flag;
}

function rankOf(flag: string): number {
  return flag === 'E' ? 1 : 2;
}
