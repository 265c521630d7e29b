/** The reads of a bench: what is sent, and what must become of it. All follows from the simulation. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatEstDay, type EstDay } from '@mdmr/kernel';
import { AMI, FIRST_DAY, LDC, LEFT_OUT_OF, type Point, type SyncedHub } from './synced-hub.js';

/** One channel of so many of an earlier day is corrected: 2 %. */
const CORRECTED_OF = LEFT_OUT_OF;
const DEVICE = 7;
const PURPOSE = 8;
const UNITS = 10;
const COUNT = 13;
const TRIPLES = 14;

export interface ReadFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** Values in it, registers too, and those of them that are held. */
  readonly values: number;
  readonly held: number;
  /** Channel days with a value, without those that are held. */
  readonly channelDays: number;
  readonly heldChannelDays: number;
  /** Of channelDays, those that lack intervals. */
  readonly gapChannelDays: number;
}

/** The file of a day as simulated; `known` leaves out the meters that the directory does not know. */
export async function dayFile(hub: SyncedHub, day: EstDay, known = false): Promise<ReadFile> {
  const lines = await linesOf(hub, day);
  const unknown = hub.unknownMeters;
  const sent = known ? lines.filter((line) => !unknown.has(line.split(',')[DEVICE]!)) : lines;
  return readFileOf(hub, `${AMI}_CMEP_${LDC}-${formatEstDay(day)}.cmep`, sent);
}

/**
 * Corrections of 2 % of the channels of an earlier day: a tenth of the largest value of each line
 * moves to its neighbour, so that registers agree as before. `turn` chooses other channels.
 */
export async function correctionFile(hub: SyncedHub, day: EstDay, turn: number): Promise<ReadFile> {
  // The last of each CORRECTED_OF points are those that the directory does not know.
  const place = (turn * 13) % (CORRECTED_OF - 1);
  const chosen = hub.points.filter((_, i) => i % CORRECTED_OF === place);
  const meters = new Set(chosen.map((point) => point.meter_id));
  const lines = (await linesOf(hub, day)).map((line) => line.split(','));
  const sent = lines
    .filter((fields) => meters.has(fields[DEVICE]!) && !fields[UNITS]!.endsWith('REG'))
    .map((fields) => corrected(fields).join(','));
  return readFileOf(hub, `${AMI}_CMEP_${LDC}-${formatEstDay(day)}-C${turn}.cmep`, sent);
}

/** Pure: the fields of a line with other values and the same sum. */
export function corrected(fields: readonly string[]): string[] {
  const result = [...fields];
  result[PURPOSE] = 'RESEND';
  const milli: number[] = [];
  for (let i = TRIPLES + 2; i < fields.length; i += 3) milli.push(milliOf(fields[i]!));
  const largest = milli.indexOf(Math.max(...milli));
  const other = (largest + 1) % milli.length;
  const moved = Math.ceil(milli[largest]! / 10);
  milli[largest]! -= moved;
  milli[other]! += moved;
  milli.forEach((value, i) => (result[TRIPLES + 2 + 3 * i] = milliText(value)));
  return result;
}

function readFileOf(hub: SyncedHub, name: string, lines: readonly string[]): ReadFile {
  const expected = expectedIntervals(hub.points);
  const channels = new Map<string, number>();
  let values = 0;
  let held = 0;
  for (const line of lines) {
    const fields = line.split(',', TRIPLES);
    const count = Number(fields[COUNT]);
    values += count;
    if (hub.unknownMeters.has(fields[DEVICE]!)) held += count;
    if (fields[UNITS]!.endsWith('REG')) continue;
    const key = `${fields[DEVICE]}/${fields[UNITS]}`;
    channels.set(key, (channels.get(key) ?? 0) + count);
  }
  const keys = [...channels.keys()];
  const known = keys.filter((key) => !hub.unknownMeters.has(meterOf(key)));
  const gaps = known.filter((key) => channels.get(key)! < expected.get(meterOf(key))!);
  return {
    name,
    bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    values,
    held,
    channelDays: known.length,
    heldChannelDays: keys.length - known.length,
    gapChannelDays: gaps.length,
  };
}

/** Wh by meter and channel over days, and the days seen, from what was sent. */
export async function sumsOf(
  hub: SyncedHub,
  days: readonly EstDay[],
): Promise<Map<string, { wh: number; intervals: number }>> {
  const multipliers = new Map(hub.points.map((point) => [point.meter_id, point.multiplier]));
  const sums = new Map<string, { wh: number; intervals: number }>();
  for (const day of days) {
    for (const line of await linesOf(hub, day)) {
      const fields = line.split(',');
      if (fields[UNITS]!.endsWith('REG')) continue;
      const key = `${fields[DEVICE]}/${fields[UNITS]}`;
      const sum = sums.get(key) ?? { wh: 0, intervals: 0 };
      for (let i = TRIPLES + 2; i < fields.length; i += 3) {
        sum.wh += milliOf(fields[i]!) * multipliers.get(fields[DEVICE]!)!;
        sum.intervals += 1;
      }
      sums.set(key, sum);
    }
  }
  return sums;
}

/** Intervals of a whole day, by meter. */
function expectedIntervals(points: readonly Point[]): Map<string, number> {
  return new Map(points.map((point) => [point.meter_id, 1440 / point.interval_minutes]));
}

function meterOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

async function linesOf({ sim }: SyncedHub, day: EstDay): Promise<string[]> {
  const folder = path.join(sim, formatEstDay(day));
  const text = await readFile(
    path.join(folder, `${AMI}_CMEP_${LDC}-${formatEstDay(day)}.cmep`),
    'utf8',
  );
  return text.split('\n').slice(0, -1);
}

/** Days of reads, the first being FIRST_DAY. */
export function daysFrom(first: number, count: number): EstDay[] {
  return Array.from({ length: count }, (_, i) => FIRST_DAY + first + i);
}

function milliOf(text: string): number {
  return Math.round(Number(text) * 1000);
}

function milliText(milli: number): string {
  return (milli / 1000).toFixed(3);
}
