import {
  loadDirectory,
  metersOfDevices,
  type DirectorySlice,
  type MeterKey,
  type Participants,
} from '@mdmr/directory';
import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type {
  DirectoryView,
  HeadEnd,
  Installation,
  MeterTimeline,
  ServicePoint,
} from '../decide/index.js';
import { meterTimelineOf, servicePointOf } from './directory-convert.js';

interface MeterEntry {
  readonly timeline: MeterTimeline | null;
  /** At every service point it ever was, by their start. */
  readonly installations: readonly Installation[];
  /** Every meter that those service points ever had is known too. */
  isWhole: boolean;
}

const NONE: readonly never[] = [];

function meterId(key: MeterKey): string {
  return `${key.ldc}\n${key.meterId}`;
}

/**
 * Keeps what reads have asked of the directory between transactions. It is good as long as no set
 * of an LDC is applied: `begin` compares the count of applied sets, under the lock that keeps
 * others from applying one. What is stale is left to those who still work with it, and a new memory
 * begun.
 */
export class DirectoryCache {
  private memory = new DirectoryMemory();
  private generations = new Map<string, number>();

  /** @param limit meters kept; beyond it everything is asked for anew */
  constructor(private readonly limit = 200_000) {}

  /** The memory for a transaction that holds the locks of these LDCs. */
  async begin(tx: Tx, ldcs: readonly string[]): Promise<DirectoryMemory> {
    const found = await tx.query<{ ldc: string; generation: number }>(
      'select ldc, generation from directory_applied where ldc = any($1::text[])',
      [ldcs],
    );
    const applied = new Map(found.rows.map((row) => [row.ldc, row.generation]));
    const isStale = ldcs.some((ldc) => {
      const known = this.generations.get(ldc);
      return known !== undefined && known !== (applied.get(ldc) ?? 0);
    });
    if (isStale || this.memory.size > this.limit) {
      this.memory = new DirectoryMemory();
      this.generations = new Map();
    }
    for (const ldc of ldcs) this.generations.set(ldc, applied.get(ldc) ?? 0);
    return this.memory;
  }
}

/**
 * Meters and service points of the directory, read when they are first asked for. Maps lie in maps:
 * every value asks several times, and a joined key would have to be made each time.
 */
export class DirectoryMemory {
  /** By LDC and meter id. */
  private readonly meters = new Map<string, Map<string, MeterEntry>>();
  private readonly points = new Map<string, ServicePoint>();
  /** Service points whose meters are whole. */
  private readonly wholePoints = new Set<string>();
  /** By AMCC and AMCD id. */
  private readonly byAmcd = new Map<string, Map<string, readonly MeterKey[]>>();
  size = 0;

  private entry(ldc: string, meter: string): MeterEntry | undefined {
    return this.meters.get(ldc)?.get(meter);
  }

  /** Meters that head-ends may mean by AMCD ids. */
  async findAmcds(
    tx: Tx,
    devices: readonly { readonly amccId: string; readonly deviceId: string }[],
  ): Promise<MeterKey[]> {
    const known = (d: { amccId: string; deviceId: string }) =>
      this.byAmcd.get(d.amccId)?.get(d.deviceId);
    const id = (d: { amccId: string; deviceId: string }) => `${d.amccId}\n${d.deviceId}`;
    const unknown = devices.filter((d) => known(d) === undefined);
    if (unknown.length > 0) {
      const missing = [...new Map(unknown.map((d) => [id(d), d])).values()];
      const matches = await metersOfDevices(tx, 'AMCD', missing);
      const found = Map.groupBy(matches, id);
      for (const device of missing) {
        const { amccId, deviceId } = device;
        mapAt(this.byAmcd, amccId).set(deviceId, found.get(id(device)) ?? NONE);
      }
    }
    return devices.flatMap((d) => known(d) ?? NONE);
  }

  /** True if `ensureMeters` has nothing to do for a meter. */
  isWhole(ldc: string, meter: string): boolean {
    return this.entry(ldc, meter)?.isWhole ?? false;
  }

  /**
   * Makes meters known whole, with every service point they ever were at, and every meter those
   * ever had. A meter that no directory names is known as such.
   */
  async ensureMeters(tx: Tx, meters: readonly MeterKey[]): Promise<void> {
    const open = meters.filter((m) => !this.isWhole(m.ldc, m.meterId));
    if (open.length === 0) return;
    const neighbours = await this.loadMeters(tx, open);
    await this.loadMeters(tx, neighbours);
    for (const { ldc, meterId: meter } of open) this.entry(ldc, meter)!.isWhole = true;
  }

  /** Makes service points known, and their meters as `ensureMeters`. */
  async ensurePoints(tx: Tx, usdps: readonly string[]): Promise<void> {
    const open = usdps.filter((usdp) => !this.wholePoints.has(usdp));
    if (open.length === 0) return;
    const missing = open.filter((usdp) => !this.points.has(usdp));
    if (missing.length > 0) this.addPoints(await loadDirectory(tx, { usdps: missing }), missing);
    await this.ensureMeters(
      tx,
      open.flatMap((usdp) => this.points.get(usdp)?.installations ?? NONE),
    );
    for (const usdp of open) this.wholePoints.add(usdp);
  }

  /** @returns all meters of the service points where the meters ever were */
  private async loadMeters(tx: Tx, meters: readonly MeterKey[]): Promise<MeterKey[]> {
    const wanted = new Map(meters.map((m) => [meterId(m), { ldc: m.ldc, meterId: m.meterId }]));
    const missing = [...wanted.values()].filter((m) => !this.entry(m.ldc, m.meterId));
    if (missing.length > 0) this.addMeters(await loadDirectory(tx, { meters: missing }), missing);
    const neighbours = new Map<string, MeterKey>();
    for (const m of wanted.values()) {
      for (const { usdpId } of this.entry(m.ldc, m.meterId)?.installations ?? NONE) {
        for (const other of this.points.get(usdpId)?.installations ?? NONE) {
          neighbours.set(meterId(other), { ldc: other.ldc, meterId: other.meterId });
        }
      }
    }
    return [...neighbours.values()];
  }

  private addMeters(slice: DirectorySlice, meters: readonly MeterKey[]): void {
    const usdps = new Set<string>();
    for (const { ldc, meterId: meter } of meters) {
      for (const { usdp } of slice.installationsOfMeter(ldc, meter)) usdps.add(usdp);
    }
    this.addPoints(slice, usdps);
    for (const { ldc, meterId: meter } of meters) {
      const timeline = slice.meter(ldc, meter);
      const at = new Set(slice.installationsOfMeter(ldc, meter).map((i) => i.usdp));
      const installations = [...at]
        .flatMap((usdp) => this.points.get(usdp)!.installations)
        .filter((i) => i.meterId === meter && i.ldc === ldc)
        .sort((a, b) => a.fromMs - b.fromMs || (a.usdpId < b.usdpId ? -1 : 1));
      const ofLdc = mapAt(this.meters, ldc);
      if (!ofLdc.has(meter)) this.size++;
      ofLdc.set(meter, {
        timeline: timeline ? meterTimelineOf(timeline) : null,
        installations,
        isWhole: false,
      });
    }
  }

  private addPoints(slice: DirectorySlice, usdps: Iterable<string>): void {
    for (const usdp of usdps) {
      if (!this.points.has(usdp)) this.points.set(usdp, servicePointOf(slice, usdp));
    }
  }

  private metersOfAmcd(
    participants: Participants,
    amccId: string,
    amcdId: string,
  ): MeterTimeline[] {
    const ldcs = participants.amcc(amccId)?.ldcs ?? NONE;
    const found: MeterTimeline[] = [];
    for (const key of this.byAmcd.get(amccId)?.get(amcdId) ?? NONE) {
      const timeline = ldcs.includes(key.ldc) && this.entry(key.ldc, key.meterId)?.timeline;
      if (timeline) found.push(timeline);
    }
    return found;
  }

  /** What is known, as a look-up without I/O. */
  view(participants: Participants): DirectoryView {
    return {
      headEnd: (amccId) => participants.amcc(amccId) as HeadEnd | undefined,
      meter: (ldc, meter) => this.entry(ldc, meter)?.timeline ?? undefined,
      metersOfAmcd: (amccId, amcdId) => this.metersOfAmcd(participants, amccId, amcdId),
      installationsOfMeter: (ldc, meter) => this.entry(ldc, meter)?.installations ?? NONE,
      servicePoint: (usdpId) => this.points.get(usdpId),
      defaultService: (ldc, category, day) => defaultService(participants, ldc, category, day),
    };
  }
}

function mapAt<V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map()));
  return map;
}

function defaultService(
  participants: Participants,
  ldc: string,
  category: string,
  day: EstDay,
): string | null {
  return participants.setting(ldc, `default-vee.${category}`, day) || null;
}
