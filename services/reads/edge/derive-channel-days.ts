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
import { ChannelDaySet, type ChannelDayMap } from '../report/channel-day-map.js';
import { lockChannelDays, type KnownChannelDay } from '../report/channel-days.query.js';
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
): Promise<{ plans: Plan[]; known: ChannelDayMap<KnownChannelDay> }> {
  const keys = new ChannelDaySet();
  for (const key of touched.days) keys.add(key);
  const extra = touched.bounded.filter((key) => !keys.has(key));
  const known = await lockChannelDays(bench.tx, [...keys.keys, ...extra]);
  for (const key of extra) if (known.has(key)) keys.add(key);
  await bench.directory.ensurePoints(
    bench.tx,
    keys.keys.map((key) => key.usdpId),
  );
  const plans = keys.keys.map((key) => ({ key, devices: devicesAt(bench, key) }));
  await bench.ensureDevices(devicesOf(plans));
  await readBlocks(bench, plans);
  return { plans, known };
}

function* devicesOf(plans: readonly Plan[]): Generator<Device> {
  for (const plan of plans) yield* plan.devices;
}

/** Devices of the meters that were at the service point on the day, its bounds included. */
function devicesAt(bench: Workbench, key: ChannelDayKey): readonly Device[] {
  const [meter, ...others] = metersAt(bench.view, key.usdpId, key.estDay);
  if (!meter) return [];
  const devices = bench.devicesOf(meter);
  return others.length === 0
    ? devices
    : [...devices, ...others.flatMap((other) => bench.devicesOf(other))];
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
  const whole: DeviceDay[] = [];
  for (const { key, devices } of plans) {
    for (const device of devices) {
      if (!bench.has(device, key.channel, key.estDay)) whole.push(openDay(bench, device, key, 0));
    }
  }
  // Opened too, so that a day beside two others is read once.
  const beside: DeviceDay[] = [];
  for (const { key, devices } of plans) {
    for (const device of devices) {
      for (const days of [-1, 1]) {
        if (bench.has(device, key.channel, key.estDay + days)) continue;
        beside.push(openDay(bench, device, key, days));
      }
    }
  }
  for (const block of await loadBlocks(bench.tx, whole)) bench.put(block);
  for (const block of await loadBlocks(bench.tx, beside, true)) bench.put(block);
}

function openDay(bench: Workbench, device: Device, key: ChannelDayKey, days: number): DeviceDay {
  const { amccId, deviceId } = device;
  const { channel } = key;
  const opened = { amccId, deviceId, channel, estDay: key.estDay + days };
  bench.open(opened);
  return opened;
}

/** The blocks a channel day is made of: its own, and register reads of the days beside it. */
export function blocksOfPlan(bench: Workbench, plan: Plan): AttributedBlock[] {
  const { channel, estDay } = plan.key;
  const blocks: AttributedBlock[] = [];
  for (const device of plan.devices) {
    for (let day = estDay - 1; day <= estDay + 1; day++) {
      const isOwn = day === estDay;
      for (const b of bench.blocksOf(device, channel, day)) {
        if (isOwn || b.block.intervalMinutes === 0) blocks.push(b);
      }
    }
  }
  return blocks;
}

/** The channel days that come out different, as events in the order of the locks. */
export function deriveLocked(
  bench: Workbench,
  plans: readonly Plan[],
  known: ChannelDayMap<KnownChannelDay>,
  cause: 'READ' | 'DIRECTORY',
): OutEvent[] {
  const events: OutEvent[] = [];
  for (const plan of plans) {
    const { key } = plan;
    const day = deriveChannelDay(bench.view, key, blocksOfPlan(bench, plan));
    const before = known.get(key);
    if (!before && day.isBlank) continue;
    const value = channelDayAttributed(day, bench.now, (before?.version ?? 0) + 1, cause);
    if (before && before.contentHash === contentHash(value)) continue;
    events.push(emit('reads.ChannelDayAttributed', key.usdpId, value));
  }
  return events;
}
