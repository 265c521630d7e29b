import type { Ctx, InEvent, JsonValue, StepProcessor, StepResult } from '@mdmr/bus';
import { loadParticipants, type MeterKey, type Version } from '@mdmr/directory';
import { startOfDay } from '@mdmr/kernel';
import {
  changedDays,
  concernsReads,
  joinRanges,
  type DayRange,
  type MeterTimeline,
} from '../decide/index.js';
import {
  changedTimelines,
  type ChangedTimeline,
  type TimelineKey,
} from '../report/changed-timelines.query.js';
import { DirectoryMemory } from '../report/directory-cache.js';
import { meterTimelineOf } from '../report/directory-convert.js';
import {
  hasBlocksIn,
  lockForReattribution,
  nextDays,
  reattribute,
  type Scope,
} from './reattribution.js';
import { Workbench, type Device } from './workbench.js';

type Changed = InEvent<'mmd.DirectoryChanged'>['value'];

/** Timelines behind `after` are not worked yet; of the next ones the days before `day` are. */
interface Progress {
  readonly after: TimelineKey | null;
  readonly day: number | null;
}

/** Timelines whose devices and days are worked together. */
const TIMELINES = 300;
const DONE: StepResult = { events: [], progress: null };

/**
 * An applied set of the directory: attribution of every value it may touch is evaluated again. The
 * whole history of a meter may move, so it goes in steps; each is right in itself, because a
 * channel day is always derived from the whole directory.
 */
export function directorySubscription(): StepProcessor {
  return {
    name: 'directory',
    topics: ['mdmr.mmd.directory.v1'],
    step: async (event, progress, ctx) => {
      if (event.type !== 'mmd.DirectoryChanged' || !event.value.last) return DONE;
      return step(event.value, (progress as unknown as Progress | null) ?? START, ctx);
    },
  };
}

const START: Progress = { after: null, day: null };

async function step(set: Changed, progress: Progress, ctx: Ctx): Promise<StepResult> {
  const { tx, now } = ctx;
  await lockForReattribution(tx, [set.ldc]);
  const applied = { ldc: set.ldc, setId: set.set_id, appliedAtMs: set.at_ms };
  const timelines = await changedTimelines(tx, applied, progress.after, TIMELINES);
  const last = timelines.at(-1);
  if (!last) return DONE;
  const bench = await Workbench.open(tx, now, await loadParticipants(tx), new DirectoryMemory());
  const scope = await scopeOf(bench, set.ldc, timelines);
  const { days, nextDay } = await nextDays(bench, scope, progress.day);
  const events = days.length === 0 ? [] : await reattribute(bench, scope, days);
  if (nextDay !== null)
    return { events, progress: { after: keyJson(progress.after), day: nextDay } };
  if (timelines.length < TIMELINES) return { events, progress: null };
  return { events, progress: { after: keyJson(last), day: null } };
}

function keyJson(key: TimelineKey | null): JsonValue {
  return key && { subject: key.subject, recordType: key.recordType, name: key.name };
}

/** Meters with the days on which something about them changed, and the service points likewise. */
class Changes {
  readonly meters = new Map<string, { key: MeterKey; range: DayRange }>();
  readonly points = new Map<string, DayRange>();
  /** States of meters that no longer hold, for the names their values came under. */
  readonly former: MeterTimeline[] = [];

  /** Installations that changed give reads of their own. */
  hasReads = false;

  constructor(private readonly ldc: string) {}

  addMeter(meterId: string, range: DayRange): void {
    const range_ = joinRanges(this.meters.get(meterId)?.range, range);
    this.meters.set(meterId, { key: { ldc: this.ldc, meterId }, range: range_ });
  }

  addPoint(usdpId: string, range: DayRange): void {
    this.points.set(usdpId, joinRanges(this.points.get(usdpId), range));
  }

  addTimeline(timeline: ChangedTimeline): void {
    const { recordType, subject, name, before, after } = timeline;
    if (!concernsReads(recordType, name)) return;
    const range = changedDays(recordType, before, after);
    if (!range) return;
    if (recordType !== 'MTR') this.addPoint(subject, range);
    else {
      this.addMeter(subject, range);
      this.former.push(meterTimelineOf(asTimeline(this.ldc, subject, before)));
    }
    if (recordType !== 'INS') return;
    for (const version of [...before, ...after]) {
      if (version.values['install_reads'] || version.values['removal_reads']) this.hasReads = true;
      if (overlaps(version, range)) this.addMeter(version.values['meter_id'] ?? '', range);
    }
  }
}

function asTimeline(ldc: string, subject: string, versions: readonly Version[]) {
  return { recordType: 'MTR', ldc, subject, name: '', setId: '', knownFrom: 0, versions };
}

function overlaps(
  span: { readonly from_ms: number; readonly to_ms: number | null },
  range: DayRange,
): boolean {
  const { from_ms, to_ms } = span;
  return (
    from_ms <= startOfDay(range.toDay + 1) && (to_ms === null || to_ms >= startOfDay(range.fromDay))
  );
}

async function scopeOf(
  bench: Workbench,
  ldc: string,
  timelines: readonly ChangedTimeline[],
): Promise<Scope> {
  const changes = new Changes(ldc);
  for (const timeline of timelines) changes.addTimeline(timeline);
  if (!(await mayMatter(bench, changes))) return { devices: [], points: [] };
  await bench.directory.ensurePoints(bench.tx, [...changes.points.keys()]);
  for (const [usdpId, range] of changes.points) {
    for (const i of bench.view.servicePoint(usdpId)?.installations ?? []) {
      if (overlaps({ from_ms: i.fromMs, to_ms: i.toMs }, range)) changes.addMeter(i.meterId, range);
    }
  }
  await bench.directory.ensureMeters(
    bench.tx,
    [...changes.meters.values()].map((m) => m.key),
  );
  for (const { key, range } of [...changes.meters.values()]) {
    for (const i of bench.view.installationsOfMeter(key.ldc, key.meterId)) {
      if (overlaps({ from_ms: i.fromMs, to_ms: i.toMs }, range)) changes.addPoint(i.usdpId, range);
    }
  }
  const devices = devicesOf(bench, changes);
  await bench.ensureDevices(devices.map((d) => d.device));
  const points = [...changes.points].map(([usdpId, range]) => ({ usdpId, range }));
  return { devices, points };
}

function devicesOf(bench: Workbench, changes: Changes): Scope['devices'] {
  const found = new Map<string, { device: Device; range: DayRange }>();
  const add = (meter: MeterTimeline | undefined, range: DayRange): void => {
    for (const device of meter ? bench.devicesOf(meter) : []) {
      const id = `${device.amccId}\n${device.key}\n${device.deviceId}`;
      found.set(id, { device, range: joinRanges(found.get(id)?.range, range) });
    }
  };
  for (const { key, range } of changes.meters.values()) {
    add(bench.view.meter(key.ldc, key.meterId), range);
  }
  for (const meter of changes.former) add(meter, changes.meters.get(meter.meterId)!.range);
  return [...found.values()];
}

/** Without blocks on the days, and without reads of installations, there is nothing to look at. */
async function mayMatter(bench: Workbench, changes: Changes): Promise<boolean> {
  if (changes.hasReads) return true;
  const ranges = [...[...changes.meters.values()].map((m) => m.range), ...changes.points.values()];
  const whole = ranges.reduce<DayRange | undefined>((a, b) => joinRanges(a, b), undefined);
  return whole !== undefined && hasBlocksIn(bench.tx, whole);
}
