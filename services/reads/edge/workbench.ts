import type { MeterKey, Participants } from '@mdmr/directory';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type {
  AttributedBlock,
  DeviceKey,
  DirectoryView,
  HeadEnd,
  MeterTimeline,
  StoredBlock,
} from '../decide/index.js';
import { attributeStored } from '../decide/index.js';
import { loadIdKinds, type DeviceDay } from '../report/blocks.query.js';
import type { DirectoryMemory } from '../report/directory-cache.js';

/** A device as the files of a head-end name it. */
export interface Device {
  readonly amccId: string;
  readonly deviceId: string;
  readonly key: DeviceKey;
}

type BlocksByDevice = Map<string, AttributedBlock[]>;
const NONE: readonly never[] = [];

/**
 * What one transaction works with: the directory as of now, and the blocks it has read or received,
 * each attributed at most once.
 */
export class Workbench {
  readonly view: DirectoryView;
  /** By day, channel, head-end and device. */
  private readonly blocks: Map<EstDay, Map<string, Map<string, BlocksByDevice>>> = new Map();
  /** Neighbours ask for the same channel and day. */
  private last: {
    readonly estDay: EstDay;
    readonly channel: string;
    readonly amccId: string;
    readonly byDevice: BlocksByDevice;
  } | null = null;
  private readonly devices = new Map<MeterTimeline, readonly Device[]>();

  private constructor(
    readonly tx: Tx,
    readonly now: Instant,
    readonly participants: Participants,
    readonly directory: DirectoryMemory,
    private readonly idKinds: ReadonlyMap<string, readonly DeviceKey[]>,
  ) {
    this.view = directory.view(participants);
  }

  static async open(
    tx: Tx,
    now: Instant,
    participants: Participants,
    directory: DirectoryMemory,
  ): Promise<Workbench> {
    return new Workbench(tx, now, participants, directory, await loadIdKinds(tx));
  }

  /** Makes the meters known that devices may stand for, so that their values can be attributed. */
  async ensureDevices(devices: Iterable<Device>): Promise<void> {
    const meters: MeterKey[] = [];
    const byAmcd: Device[] = [];
    for (const device of devices) {
      const { amccId, deviceId, key } = device;
      if (key === 'AMCD') {
        byAmcd.push(device);
        continue;
      }
      for (const ldc of this.participants.amcc(amccId)?.ldcs ?? []) {
        if (!this.directory.isWhole(ldc, deviceId)) meters.push({ ldc, meterId: deviceId });
      }
    }
    if (byAmcd.length > 0) meters.push(...(await this.directory.findAmcds(this.tx, byAmcd)));
    if (meters.length > 0) await this.directory.ensureMeters(this.tx, meters);
  }

  /** Names under which a meter's values may be stored, over all its versions. */
  devicesOf(meter: MeterTimeline): readonly Device[] {
    let devices = this.devices.get(meter);
    if (!devices) this.devices.set(meter, (devices = this.findDevices(meter)));
    return devices;
  }

  private findDevices(meter: MeterTimeline): Device[] {
    const devices: Device[] = [];
    for (const { amccId, amcdId } of meter.versions) {
      for (const key of this.keysOf(amccId)) {
        const deviceId = key === 'METER' ? meter.meterId : amcdId;
        const isAlike = (d: Device): boolean =>
          d.amccId === amccId && d.key === key && d.deviceId === deviceId;
        if (!devices.some(isAlike)) devices.push({ amccId, deviceId, key });
      }
    }
    return devices;
  }

  private keysOf(amccId: string): readonly DeviceKey[] {
    const headEnd = this.participants.amcc(amccId) as HeadEnd | undefined;
    const stored = this.idKinds.get(amccId) ?? [];
    if (!headEnd) return stored;
    return stored.includes(headEnd.key) ? stored : [headEnd.key, ...stored];
  }

  /** Blocks of a device by its id, of one channel and day of a head-end. */
  private blocksAt(amccId: string, channel: string, estDay: EstDay): BlocksByDevice {
    const { last } = this;
    if (last && last.estDay === estDay && last.channel === channel && last.amccId === amccId) {
      return last.byDevice;
    }
    const channels = childOf(this.blocks, estDay, () => new Map());
    const headEnds = childOf(channels, channel, () => new Map());
    const byDevice = childOf(headEnds, amccId, () => new Map());
    this.last = { estDay, channel, amccId, byDevice };
    return byDevice;
  }

  /** True if the blocks of the device day have been put here already. */
  has(device: Device, channel: string, estDay: EstDay): boolean {
    return this.blocksAt(device.amccId, channel, estDay).has(device.deviceId);
  }

  /** Says that a device day is known, be it without blocks. */
  open(device: DeviceDay): void {
    this.listOf(device);
  }

  /** The blocks of a device day, as a list that later blocks are put into. */
  listOf({ amccId, deviceId, channel, estDay }: DeviceDay): AttributedBlock[] {
    return childOf(this.blocksAt(amccId, channel, estDay), deviceId, () => []);
  }

  put(block: StoredBlock, attributed?: AttributedBlock): void {
    const entry = attributed ?? { block, attributions: attributeStored(this.view, block) };
    this.listOf(block).push(entry);
  }

  blocksOf(
    { amccId, deviceId }: { readonly amccId: string; readonly deviceId: string },
    channel: string,
    estDay: EstDay,
  ): readonly AttributedBlock[] {
    return this.blocksAt(amccId, channel, estDay).get(deviceId) ?? NONE;
  }
}

function childOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let child = map.get(key);
  if (child === undefined) map.set(key, (child = make()));
  return child;
}
