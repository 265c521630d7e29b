import type { Participants } from '@mdmr/directory';
import type { Instant } from '@mdmr/kernel';
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
import { deviceDayId, loadIdKinds, type DeviceDay } from '../report/blocks.query.js';
import type { DirectoryMemory } from '../report/directory-cache.js';

/** A device as the files of a head-end name it. */
export interface Device {
  readonly amccId: string;
  readonly deviceId: string;
  readonly key: DeviceKey;
}

/**
 * What one transaction works with: the directory as of now, and the blocks it has read or received,
 * each attributed at most once.
 */
export class Workbench {
  readonly view: DirectoryView;
  private readonly blocks = new Map<string, AttributedBlock[]>();

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
  async ensureDevices(devices: readonly Device[]): Promise<void> {
    const byMeter = devices.filter((d) => d.key === 'METER');
    const byAmcd = devices.filter((d) => d.key === 'AMCD');
    const meters = byMeter.flatMap((d) =>
      (this.participants.amcc(d.amccId)?.ldcs ?? []).map((ldc) => ({ ldc, meterId: d.deviceId })),
    );
    const found = byAmcd.length > 0 ? await this.directory.findAmcds(this.tx, byAmcd) : [];
    await this.directory.ensureMeters(this.tx, [...meters, ...found]);
  }

  /** Names under which a meter's values may be stored, over all its versions. */
  devicesOf(meter: MeterTimeline): Device[] {
    const devices = new Map<string, Device>();
    for (const { amccId, amcdId } of meter.versions) {
      for (const key of this.keysOf(amccId)) {
        const deviceId = key === 'METER' ? meter.meterId : amcdId;
        devices.set(`${amccId}\n${key}\n${deviceId}`, { amccId, deviceId, key });
      }
    }
    return [...devices.values()];
  }

  private keysOf(amccId: string): readonly DeviceKey[] {
    const headEnd = this.participants.amcc(amccId) as HeadEnd | undefined;
    const stored = this.idKinds.get(amccId) ?? [];
    if (!headEnd) return stored;
    return stored.includes(headEnd.key) ? stored : [headEnd.key, ...stored];
  }

  /** True if the blocks of the device day have been put here already. */
  has(device: DeviceDay): boolean {
    return this.blocks.has(deviceDayId(device));
  }

  /** Says that a device day is known, be it without blocks. */
  open(device: DeviceDay): void {
    const id = deviceDayId(device);
    if (!this.blocks.has(id)) this.blocks.set(id, []);
  }

  put(block: StoredBlock, attributed?: AttributedBlock): void {
    const id = deviceDayId(block);
    const entry = attributed ?? { block, attributions: attributeStored(this.view, block) };
    const found = this.blocks.get(id);
    if (found) found.push(entry);
    else this.blocks.set(id, [entry]);
  }

  blocksOf(device: DeviceDay): readonly AttributedBlock[] {
    return this.blocks.get(deviceDayId(device)) ?? [];
  }
}
