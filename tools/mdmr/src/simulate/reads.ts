/** The CMEP file of one utility and day. */
import { HOUR_MS, MINUTE_MS, startOfDay, type EstDay } from '@mdmr/kernel';
import { formatCmepLine, type CmepTriple } from '@mdmr/formats';
import { dayLoad, milliText, registerText } from './load.js';
import type { Point, Population } from './population.js';
import { Random } from './random.js';

const MAX_TRIPLES = 48;

export interface ReadsOptions {
  population: Population;
  day: EstDay;
  /** of 1000 meter days, how many lack some intervals */
  missingPermille: number;
  /** registers at the start of the day, in thousandths, by meter and channel; moved to its end */
  registers: Map<string, number>;
}

/** Registers at installation, by `meter/channel`. */
export function startRegisters(population: Population): Map<string, number> {
  const registers = new Map<string, number>();
  for (const point of population.points) {
    for (const channel of point.channels) {
      registers.set(`${point.meter_id}/${channel}`, point.start_milli[channel]!);
    }
  }
  return registers;
}

/** Lines of the file, without ends: per channel the intervals, then the register at midnight. */
export function* readLines(options: ReadsOptions): Generator<string> {
  for (const point of options.population.points) {
    for (const channel of point.channels) yield* channelLines(options, point, channel);
  }
}

function* channelLines(options: ReadsOptions, point: Point, channel: string): Generator<string> {
  const { population, day, registers } = options;
  const values = dayLoad(point, channel, day, population.seed);
  const lost = lostIntervals(options, point, values.length);
  const midnight = startOfDay(day + 1);
  const common = {
    sender: population.amcc,
    device: point.meter_id,
    receiverCustomer: point.amcd_id,
    recordedAt: midnight + 2 * HOUR_MS,
  };
  const triples = intervalTriples(point, day, values, lost);
  for (let at = 0; at < triples.length; at += MAX_TRIPLES) {
    const part = triples.slice(at, at + MAX_TRIPLES);
    const intervalMinutes = point.interval_minutes;
    yield formatCmepLine({ ...common, units: channel, intervalMinutes, triples: part });
  }
  const key = `${point.meter_id}/${channel}`;
  const register = registers.get(key)! + values.reduce((sum, value) => sum + value, 0);
  registers.set(key, register);
  const read = { end: midnight, flag: 'R', value: registerText(register, point) };
  yield formatCmepLine({ ...common, units: `${channel}REG`, intervalMinutes: 0, triples: [read] });
}

/** A run of intervals that never reached the head-end; the register counts them all the same. */
function lostIntervals(
  { population, day, missingPermille }: ReadsOptions,
  point: Point,
  count: number,
): { from: number; to: number } | null {
  const random = new Random(population.seed, `lost/${point.meter_id}/${day}`);
  if (!random.chance(missingPermille)) return null;
  const from = random.between(0, count - 1);
  return { from, to: Math.min(count, from + random.between(1, Math.ceil(count / 4))) };
}

function intervalTriples(
  point: Point,
  day: EstDay,
  values: number[],
  lost: { from: number; to: number } | null,
): CmepTriple[] {
  const length = point.interval_minutes * MINUTE_MS;
  const start = startOfDay(day);
  const triples = values.map((value, i) => {
    return { end: start + (i + 1) * length, flag: 'R', value: milliText(value) };
  });
  return lost === null ? triples : triples.filter((_, i) => i < lost.from || i >= lost.to);
}
