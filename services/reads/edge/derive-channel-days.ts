import { emit, type OutEvent } from '@mdmr/bus';
import { startOfDay, type EstDay } from '@mdmr/kernel';
import {
  channelDayAttributed,
  contentHash,
  deriveChannelDay,
  type AttributedBlock,
  type ChannelDayKey,
  type DirectoryView,
  type Installation,
  type MeterTimeline,
} from '../decide/index.js';
import { loadBlocks, type DeviceDay } from '../report/blocks.query.js';
import {
  channelDayId,
  lockChannelDays,
  type KnownChannelDay,
} from '../report/channel-days.query.js';
import type { Device, Workbench } from './workbench.js';

/** Channel days to look at again. */
export interface Touched {
  /** Values or registers of the day itself may have changed. */
  readonly days: readonly ChannelDayKey[];
  /** Only bounded by registers of a neighbouring day: looked at if they are there. */
  readonly bounded: readonly ChannelDayKey[];
}

/** A channel day with the devices that were at its service point. */
export interface Plan {
  readonly key: ChannelDayKey;
  readonly devices: readonly Device[];
}

/**
 * Locks the channel days that are touched, then reads what they are made of. Call it before
 * anything is decided on stored blocks: what it reads is what the last one to hold the locks has
 * left.
 */
export async function lockTouched(
  bench: Workbench,
  touched: Touched,
): Promise<{ plans: Plan[]; known: Map<string, KnownChannelDay> }> {
  const keys = new Map(touched.days.map((key) => [channelDayId(key), key]));
  const extra = touched.bounded.filter((key) => !keys.has(channelDayId(key)));
  const known = await lockChannelDays(bench.tx, [...keys.values(), ...extra]);
  for (const key of extra) if (known.has(channelDayId(key))) keys.set(channelDayId(key), key);
  await bench.directory.ensurePoints(bench.tx, [
    ...new Set([...keys.values()].map((k) => k.usdpId)),
  ]);
  const plans = [...keys.values()].map((key) => ({ key, devices: devicesAt(bench, key) }));
  await bench.ensureDevices(uniqueDevices(plans));
  await readBlocks(bench, plans);
  return { plans, known };
}

function uniqueDevices(plans: readonly Plan[]): Device[] {
  const devices = new Map<string, Device>();
  for (const plan of plans) {
    for (const d of plan.devices) devices.set(`${d.amccId}\n${d.key}\n${d.deviceId}`, d);
  }
  return [...devices.values()];
}

/** Devices of the meters that were at the service point on the day, its bounds included. */
function devicesAt(bench: Workbench, key: ChannelDayKey): Device[] {
  const devices: Device[] = [];
  for (const meter of metersAt(bench.view, key.usdpId, key.estDay)) {
    devices.push(...bench.devicesOf(meter));
  }
  return devices;
}

function metersAt(view: DirectoryView, usdpId: string, day: EstDay): MeterTimeline[] {
  const from = startOfDay(day);
  const to = startOfDay(day + 1);
  return metersAtPoint(view, usdpId, (i) => i.fromMs <= to && (i.toMs === null || i.toMs >= from));
}

/** Meters that were ever at a service point, or whose installation passes. */
export function metersAtPoint(
  view: DirectoryView,
  usdpId: string,
  passes: (installation: Installation) => boolean = () => true,
): MeterTimeline[] {
  const meters = new Set<MeterTimeline>();
  for (const i of view.servicePoint(usdpId)?.installations ?? []) {
    const meter = passes(i) ? view.meter(i.ldc, i.meterId) : undefined;
    if (meter) meters.add(meter);
  }
  return [...meters];
}

/** Device days of the plans that are not on the bench yet; of days beside them the registers. */
async function readBlocks(bench: Workbench, plans: readonly Plan[]): Promise<void> {
  const whole = new Map<string, DeviceDay>();
  const beside = new Map<string, DeviceDay>();
  const idOf = (d: DeviceDay): string => `${d.amccId}\n${d.deviceId}\n${d.channel}\n${d.estDay}`;
  for (const { key, devices } of plans) {
    for (const { amccId, deviceId } of devices) {
      const at = (estDay: EstDay): DeviceDay => ({
        amccId,
        deviceId,
        channel: key.channel,
        estDay,
      });
      const own = at(key.estDay);
      if (!bench.has(own)) whole.set(idOf(own), own);
      for (const other of [at(key.estDay - 1), at(key.estDay + 1)]) beside.set(idOf(other), other);
    }
  }
  for (const [id, device] of beside) if (whole.has(id) || bench.has(device)) beside.delete(id);
  for (const block of await loadBlocks(bench.tx, [...whole.values()])) bench.put(block);
  for (const device of whole.values()) bench.open(device);
  for (const block of await loadBlocks(bench.tx, [...beside.values()], true)) bench.put(block);
}

/** The blocks a channel day is made of: its own, and register reads of the days beside it. */
export function blocksOfPlan(bench: Workbench, plan: Plan): AttributedBlock[] {
  const { key, devices } = plan;
  const blocks: AttributedBlock[] = [];
  for (const { amccId, deviceId } of devices) {
    for (const estDay of [key.estDay - 1, key.estDay, key.estDay + 1]) {
      const found = bench.blocksOf({ amccId, deviceId, channel: key.channel, estDay });
      const isOwn = estDay === key.estDay;
      for (const b of found) if (isOwn || b.block.intervalMinutes === 0) blocks.push(b);
    }
  }
  return blocks;
}

/** The channel days that come out different, as events in the order of the locks. */
export function deriveLocked(
  bench: Workbench,
  plans: readonly Plan[],
  known: ReadonlyMap<string, KnownChannelDay>,
  cause: 'READ' | 'DIRECTORY',
): OutEvent[] {
  const events: OutEvent[] = [];
  for (const plan of plans) {
    const { key } = plan;
    const day = deriveChannelDay(bench.view, key, blocksOfPlan(bench, plan));
    const before = known.get(channelDayId(key));
    if (!before && day.isBlank) continue;
    const value = channelDayAttributed(day, bench.now, (before?.version ?? 0) + 1, cause);
    if (before && before.contentHash === contentHash(value)) continue;
    events.push(emit('reads.ChannelDayAttributed', key.usdpId, value));
  }
  return events;
}
