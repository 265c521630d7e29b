import { emit, type OutEvent } from '@mdmr/bus';
import { type EstDay, type Instant } from '@mdmr/kernel';
import { lockNames, type Tx } from '@mdmr/postgres';
import {
  LAST_DAY,
  attributeStored,
  claimOfBlock,
  custodyChanged,
  custodyDeltas,
  daysBoundedBy,
  daysOfInstallationReads,
  extentOf,
  firstPresent,
  meterDayEventKey,
  meterDayKey,
  meterDayReattributed,
  meterOfDevice,
  onlyLdc,
  pointsOf,
  reattributeBlocks,
  type Block,
  type ChannelDayKey,
  type DayRange,
  type MovedBlock,
} from '../decide/index.js';
import { loadBlocksOfDevices } from '../report/blocks.query.js';
import { ChannelDaySet } from '../report/channel-day-map.js';
import { channelsOfPoints } from '../report/channel-days.query.js';
import { deriveLocked, lockTouched, type Touched } from './derive-channel-days.js';
import { DIRECTORY_LOCK, REATTRIBUTION_LOCK } from './locks.js';
import type { Device, Workbench } from './workbench.js';

/** What a change may have touched: devices and service points, each on a range of days. */
export interface Scope {
  readonly devices: { readonly device: Device; readonly range: DayRange }[];
  readonly points: { readonly usdpId: string; readonly range: DayRange }[];
}

/** Meter days that one transaction takes at most, about. */
const STEP_METER_DAYS = 3_000;
const STEP_DAYS = 62;

/** Takes the locks of a change of attribution; the LDC's segments wait until it is done. */
export async function lockForReattribution(tx: Tx, ldcs: readonly string[]): Promise<void> {
  await lockNames(tx, DIRECTORY_LOCK, ldcs, 'exclusive');
  await lockNames(tx, REATTRIBUTION_LOCK, ['all'], 'exclusive');
}

function covers(range: DayRange, day: EstDay): boolean {
  return range.fromDay <= day && day <= range.toDay;
}

/**
 * Days of a scope from `fromDay` on that have blocks or reads of installations, as many as a step
 * takes.
 * @returns the days, and the day to go on with; null when there are none left
 */
export async function nextDays(
  bench: Workbench,
  scope: Scope,
  fromDay: EstDay | null,
  isUnlimited = false,
): Promise<{ days: EstDay[]; nextDay: EstDay | null }> {
  const ranges = [...scope.devices, ...scope.points].map((s) => s.range);
  if (ranges.length === 0) return { days: [], nextDay: null };
  const first = Math.max(fromDay ?? -LAST_DAY, Math.min(...ranges.map((r) => r.fromDay)));
  const last = Math.max(...ranges.map((r) => r.toDay));
  const found = await bench.tx.query<{ est_day: number }>(
    'select est_day from read_day where est_day between $1 and $2 order by 1',
    [first, last],
  );
  const all = new Set(found.rows.map((row) => row.est_day));
  for (const { usdpId, range } of scope.points) {
    for (const day of readDaysOf(bench, usdpId)) {
      if (day >= first && covers(range, day)) all.add(day);
    }
  }
  const sorted = [...all].sort((a, b) => a - b);
  const days: EstDay[] = [];
  let meterDays = 0;
  for (const day of sorted) {
    const isFull = days.length >= STEP_DAYS || meterDays >= STEP_METER_DAYS;
    if (isFull && !isUnlimited) return { days, nextDay: day };
    days.push(day);
    meterDays += scope.devices.filter((d) => covers(d.range, day)).length;
  }
  return { days, nextDay: null };
}

function readDaysOf(bench: Workbench, usdpId: string): EstDay[] {
  const point = bench.view.servicePoint(usdpId);
  return (point?.installations ?? []).flatMap(daysOfInstallationReads);
}

/** Attribution of the scope's values on some days, evaluated again; what came out different. */
export async function reattribute(
  bench: Workbench,
  scope: Scope,
  days: readonly EstDay[],
): Promise<OutEvent[]> {
  const moved: MovedBlock[] = [];
  const touched = new ChannelDaySet();
  const bounded = new ChannelDaySet();
  for (const day of days) {
    const devices = scope.devices.filter((d) => covers(d.range, day)).map((d) => d.device);
    moved.push(...(await reattributeDay(bench, day, devices)));
    const points = scope.points.filter((p) => covers(p.range, day)).map((p) => p.usdpId);
    for (const key of await channelsOfPoints(bench.tx, day, points)) touched.add(key);
    for (const key of installationReadKeys(bench, day, points)) touched.add(key);
  }
  for (const block of moved) addTouched(block, touched, bounded);
  const keys: Touched = { days: touched.keys, bounded: bounded.keys };
  const { plans, known } = await lockTouched(bench, keys);
  return [...movedEvents(bench, moved), ...deriveLocked(bench, plans, known, 'DIRECTORY')];
}

async function reattributeDay(
  bench: Workbench,
  day: EstDay,
  devices: readonly Device[],
): Promise<MovedBlock[]> {
  const blocks = await loadBlocksOfDevices(bench.tx, day, uniqueDevices(devices));
  const moved: MovedBlock[] = [];
  for (const group of Map.groupBy(blocks, meterDayKey).values()) {
    const attributed = new Map(group.map((b) => [b, attributeStored(bench.view, b)]));
    const changed = reattributeBlocks(bench.view, bench.now, group, (b) => attributed.get(b)!);
    moved.push(...changed);
    const after = new Map(changed.map((m) => [m.before, m.after]));
    for (const before of group) {
      // Rejected items stay so: what a block is attributed to holds for what comes after it too.
      const block = after.get(before) ?? before;
      bench.put(block, { block, attributions: attributed.get(before)! });
    }
  }
  return moved;
}

function uniqueDevices(devices: readonly Device[]): Device[] {
  const unique = new Map(devices.map((d) => [`${d.amccId}\n${d.deviceId}`, d]));
  return [...unique.values()];
}

/**
 * Channel days that list a read of an installation, whether or not a value of the day ever came.
 */
function* installationReadKeys(
  bench: Workbench,
  day: EstDay,
  usdps: readonly string[],
): Generator<ChannelDayKey> {
  for (const usdpId of usdps) {
    for (const installation of bench.view.servicePoint(usdpId)?.installations ?? []) {
      if (!daysOfInstallationReads(installation).includes(day)) continue;
      const { installReads, removalReads } = installation;
      for (const channel of new Set([...installReads.keys(), ...removalReads.keys()])) {
        yield { usdpId, channel, estDay: day };
      }
    }
  }
}

/** Service points that a block's values left or came to. */
function addTouched(
  { before, after }: MovedBlock,
  touched: ChannelDaySet,
  bounded: ChannelDaySet,
): void {
  for (const usdpId of new Set([...pointsOf(before), ...pointsOf(after)])) {
    const key = { usdpId, channel: after.channel, estDay: after.estDay };
    touched.add(key);
    for (const { atMs } of after.registers) {
      for (const estDay of daysBoundedBy(atMs)) bounded.add({ ...key, estDay });
    }
  }
}

/** Events of blocks that changed, and of the custody counts of their files. */
export function movedEvents(bench: Workbench, moved: readonly MovedBlock[]): OutEvent[] {
  const events: OutEvent[] = [];
  for (const block of moved) {
    const value = meterDayReattributed(block, bench.now, ldcOfBlock(bench, block.after));
    events.push(emit('reads.MeterDayReattributed', meterDayEventKey(block.after), value));
  }
  for (const delta of custodyDeltas(moved)) {
    events.push(emit('reads.CustodyChanged', delta.custodyId, custodyChanged(delta, bench.now)));
  }
  return events;
}

/** LDC of the meter day: whose directory has the meter, else the head-end's only one. */
function ldcOfBlock(bench: Workbench, block: Block): string | null {
  const meter = meterOfDevice(bench.view, claimOfBlock(block), startOfFirst(block));
  return meter?.ldc ?? onlyLdc(bench.view.headEnd(block.amccId));
}

function startOfFirst(block: Block): Instant {
  if (block.intervalMinutes === 0) return block.registers[0]!.atMs;
  return extentOf(block, Math.max(firstPresent(block), 0)).startMs;
}

/** True if some day of the range has blocks: without one there is nothing to attribute. */
export async function hasBlocksIn(tx: Tx, range: DayRange): Promise<boolean> {
  const found = await tx.query('select 1 from read_day where est_day between $1 and $2 limit 1', [
    range.fromDay,
    range.toDay,
  ]);
  return found.rowCount > 0;
}
