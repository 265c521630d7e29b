import { compareDecimal, dayOfInstant, startOfDay, type EstDay, type Instant } from '@mdmr/kernel';
import type { DeviceKey, DirectoryView, Installation } from './directory-view.js';
import { indexAt, valueAt, type MeterTimeline, type MeterVersion } from './directory-view.js';

/** Why a value is stored and belongs to no service point, in the order they are judged. */
export type HeldReason =
  | 'UNKNOWN_METER'
  | 'AMCD_MISMATCH'
  | 'CHANNEL_NOT_IN_DIRECTORY'
  | 'INTERVAL_LENGTH_MISMATCH'
  | 'SPLIT_BY_CHANGE'
  | 'NOT_INSTALLED'
  | 'SDP_RETIRED'
  | 'SDP_INCOMPLETE'
  | 'NOT_AMI_OPERATOR';

/** A held value that will never be considered again: held too long, or discarded. */
export const HELD_EXPIRED = 'HELD_EXPIRED';

/** The names a line gives, the same for all its values. */
export interface Claim {
  readonly amccId: string;
  readonly deviceId: string;
  readonly key: DeviceKey;
  readonly otherId: string;
  readonly channel: string;
  readonly sender: string;
}

/** Energy of [startMs, endMs), or a register read at an instant (startMs = endMs, length 0). */
export interface Extent {
  readonly startMs: Instant;
  readonly endMs: Instant;
  readonly intervalMinutes: number;
}

/** The meter a value is of, as far as the directory tells. */
export interface MatchedMeter {
  readonly ldc: string;
  readonly meterId: string;
  /** MTR that stands for the start of the value. */
  readonly version: MeterVersion;
}

/** What became of a value; `usdpId` is null exactly when it is held for `reason`. */
export interface Attribution {
  readonly usdpId: string | null;
  readonly reason: HeldReason | null;
  readonly meter: MatchedMeter | null;
}

interface Standing {
  readonly timeline: MeterTimeline;
  readonly version: MeterVersion;
  /** The meter's own multiplier or length changes inside the value. */
  readonly split: boolean;
}

/** Meters that the head-end may mean, at any time. */
export function candidateMeters(view: DirectoryView, claim: Claim): readonly MeterTimeline[] {
  if (claim.key === 'AMCD') return view.metersOfAmcd(claim.amccId, claim.deviceId);
  const found: MeterTimeline[] = [];
  for (const ldc of view.headEnd(claim.amccId)?.ldcs ?? []) {
    const meter = view.meter(ldc, claim.deviceId);
    if (meter) found.push(meter);
  }
  return found;
}

/**
 * Which service point a value belongs to: the first reason that holds, in order, makes it held.
 * @param meters the claim's candidates, where they are at hand
 */
export function attributeValue(
  view: DirectoryView,
  claim: Claim,
  extent: Extent,
  meters: readonly MeterTimeline[] = candidateMeters(view, claim),
): Attribution {
  const standing = matchMeter(view, claim, extent, meters);
  if (!standing) return { usdpId: null, reason: 'UNKNOWN_METER', meter: null };
  const { timeline, version } = standing;
  const meter = { ldc: timeline.ldc, meterId: timeline.meterId, version };
  const held = (reason: HeldReason): Attribution => ({ usdpId: null, reason, meter });
  const other = claim.key === 'METER' ? version.amcdId : timeline.meterId;
  if (claim.otherId !== '' && claim.otherId !== other) return held('AMCD_MISMATCH');
  if (!version.channels.includes(claim.channel)) return held('CHANNEL_NOT_IN_DIRECTORY');
  const isRegister = extent.intervalMinutes === 0;
  if (!isRegister && extent.intervalMinutes !== version.intervalMinutes) {
    return held('INTERVAL_LENGTH_MISMATCH');
  }
  if (!isRegister && standing.split) return held('SPLIT_BY_CHANGE');
  const installation = installationFor(view, timeline, extent);
  if (!installation) return held('NOT_INSTALLED');
  const reason = pointReason(view, claim.sender, installation.usdpId, dayFor(extent, installation));
  return reason ? held(reason) : { usdpId: installation.usdpId, reason: null, meter };
}

/**
 * The meter with both ids at the start of the value. Of several the one installed in it (field 6
 * says which, where an AMCD went from one to another inside the interval), else whose MTR began
 * last.
 */
function matchMeter(
  view: DirectoryView,
  claim: Claim,
  extent: Extent,
  meters: readonly MeterTimeline[],
): Standing | null {
  const found: Standing[] = [];
  for (const timeline of meters) {
    const standing = standingFor(timeline, extent);
    if (standing && names(standing, claim)) found.push(standing);
  }
  if (found.length < 2) return found[0] ?? null;
  const installed = found.filter((s) => installationFor(view, s.timeline, extent) !== null);
  const named = installed.filter((s) => otherIdOf(s, claim.key) === claim.otherId);
  return latest(named.length > 0 ? named : installed.length > 0 ? installed : found);
}

function names(standing: Standing, claim: Claim): boolean {
  const { version, timeline } = standing;
  const device = claim.key === 'METER' ? timeline.meterId : version.amcdId;
  return version.amccId === claim.amccId && device === claim.deviceId;
}

function otherIdOf(standing: Standing, key: DeviceKey): string {
  return key === 'METER' ? standing.version.amcdId : standing.timeline.meterId;
}

function latest(found: readonly Standing[]): Standing {
  return found.reduce((a, b) => {
    const later = b.version.fromMs - a.version.fromMs;
    return later > 0 || (later === 0 && b.timeline.meterId > a.timeline.meterId) ? b : a;
  });
}

/**
 * The MTR that counts as the one "at the start": in force then, or the meter's first when that
 * starts inside, or the one that changes multiplier or length inside.
 */
function standingFor(timeline: MeterTimeline, extent: Extent): Standing | null {
  const { versions } = timeline;
  const at = Math.max(indexAt(versions, extent.startMs), 0);
  const first = versions[at];
  if (!first) return null;
  if (first.fromMs > extent.startMs && first.fromMs >= extent.endMs) return null;
  for (let i = at + 1; i < versions.length; i++) {
    const version = versions[i]!;
    if (version.fromMs >= extent.endMs) break;
    if (changesMeasure(versions[i - 1]!, version)) return { timeline, version, split: true };
  }
  return { timeline, version: first, split: false };
}

function changesMeasure(before: MeterVersion, after: MeterVersion): boolean {
  return (
    before.intervalMinutes !== after.intervalMinutes ||
    compareDecimal(before.multiplier, after.multiplier) !== 0
  );
}

/**
 * The installation that covers part of an interval, the first of several. Of a register read: that
 * covers its instant; else the one that was removed at it.
 */
function installationFor(
  view: DirectoryView,
  meter: MeterTimeline,
  extent: Extent,
): Installation | null {
  const all = view.installationsOfMeter(meter.ldc, meter.meterId);
  const { startMs, endMs } = extent;
  if (startMs < endMs) {
    return all.find((i) => i.fromMs < endMs && (i.toMs === null || i.toMs > startMs)) ?? null;
  }
  const covers = all.find((i) => i.fromMs <= startMs && (i.toMs === null || i.toMs > startMs));
  return covers ?? all.find((i) => i.fromMs <= startMs && i.toMs === startMs) ?? null;
}

/** The day whose status, service and operator count: in which the value starts. */
function dayFor(extent: Extent, installation: Installation): EstDay {
  const isRemovalRead = extent.intervalMinutes === 0 && installation.toMs === extent.startMs;
  return dayOfInstant(isRemovalRead ? extent.startMs - 1 : extent.startMs);
}

function pointReason(
  view: DirectoryView,
  sender: string,
  usdpId: string,
  day: EstDay,
): HeldReason | null {
  const point = view.servicePoint(usdpId);
  if (!point) return 'SDP_INCOMPLETE';
  const at = startOfDay(day);
  const sdp = valueAt(point.statuses, at);
  if (sdp?.status === 'RETIRED') return 'SDP_RETIRED';
  const service = valueAt(point.services, at);
  if (!service && !(sdp && view.defaultService(point.ldc, sdp.category, day))) {
    return 'SDP_INCOMPLETE';
  }
  if (sender === point.ldc) return null;
  const isOperator = point.operators.some(
    (o) => o.orgId === sender && o.fromMs <= at && (o.toMs === null || o.toMs > at),
  );
  return isOperator ? null : 'NOT_AMI_OPERATOR';
}
