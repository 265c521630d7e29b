import type { EstDay } from '@mdmr/kernel';
import type {
  DirectoryView,
  HeadEnd,
  Installation,
  MeterTimeline,
  ServicePoint,
} from './directory-view.js';

/** What a view is made of. */
export interface DirectoryFacts {
  readonly headEnd: (amccId: string) => HeadEnd | undefined;
  readonly defaultService: (ldc: string, category: string, day: EstDay) => string | null;
  readonly meters: Iterable<MeterTimeline>;
  readonly points: Iterable<ServicePoint>;
}

const NONE: readonly never[] = [];

/** A view over timelines in memory. */
export class DirectoryIndex implements DirectoryView {
  private readonly meters = new Map<string, MeterTimeline>();
  private readonly byAmcd = new Map<string, MeterTimeline[]>();
  private readonly points = new Map<string, ServicePoint>();
  private readonly installations = new Map<string, Installation[]>();

  constructor(private readonly facts: DirectoryFacts) {
    for (const meter of facts.meters) this.addMeter(meter);
    for (const point of facts.points) this.addPoint(point);
    for (const list of this.installations.values()) list.sort(compareInstallations);
  }

  private addMeter(meter: MeterTimeline): void {
    const key = meterKey(meter.ldc, meter.meterId);
    if (this.meters.has(key)) return;
    this.meters.set(key, meter);
    const devices = new Set(meter.versions.map((v) => `${v.amccId}\n${v.amcdId}`));
    for (const device of devices) {
      const found = this.byAmcd.get(device);
      if (found) found.push(meter);
      else this.byAmcd.set(device, [meter]);
    }
  }

  private addPoint(point: ServicePoint): void {
    if (this.points.has(point.usdpId)) return;
    this.points.set(point.usdpId, point);
    for (const installation of point.installations) {
      const key = meterKey(installation.ldc, installation.meterId);
      const found = this.installations.get(key);
      if (found) found.push(installation);
      else this.installations.set(key, [installation]);
    }
  }

  headEnd(amccId: string): HeadEnd | undefined {
    return this.facts.headEnd(amccId);
  }

  defaultService(ldc: string, category: string, day: EstDay): string | null {
    return this.facts.defaultService(ldc, category, day);
  }

  meter(ldc: string, meterId: string): MeterTimeline | undefined {
    return this.meters.get(meterKey(ldc, meterId));
  }

  metersOfAmcd(amccId: string, amcdId: string): readonly MeterTimeline[] {
    return this.byAmcd.get(`${amccId}\n${amcdId}`) ?? NONE;
  }

  installationsOfMeter(ldc: string, meterId: string): readonly Installation[] {
    return this.installations.get(meterKey(ldc, meterId)) ?? NONE;
  }

  servicePoint(usdpId: string): ServicePoint | undefined {
    return this.points.get(usdpId);
  }
}

function meterKey(ldc: string, meterId: string): string {
  return `${ldc}\n${meterId}`;
}

function compareInstallations(a: Installation, b: Installation): number {
  return a.fromMs - b.fromMs || (a.usdpId < b.usdpId ? -1 : 1);
}
