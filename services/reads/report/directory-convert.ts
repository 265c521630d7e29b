import type { DirectorySlice, Timeline, Version } from '@mdmr/directory';
import { parseRegisterReads } from '@mdmr/formats';
import { decimalOf, parseDecimal, type Decimal } from '@mdmr/kernel';
import type {
  Dated,
  Installation,
  MeterTimeline,
  MeterVersion,
  ServicePoint,
} from '../decide/index.js';

const ONE = decimalOf(1);

/** MTR as the directory keeps it, as deciding reads it. */
export function meterTimelineOf(timeline: Timeline): MeterTimeline {
  return {
    ldc: timeline.ldc,
    meterId: timeline.subject,
    versions: timeline.versions.map(meterVersionOf),
  };
}

function meterVersionOf(version: Version): MeterVersion {
  const { values } = version;
  const decimals = values['register_decimals'];
  return {
    fromMs: version.from_ms,
    amccId: values['amcc_id'] ?? '',
    amcdId: values['amcd_id'] ?? '',
    intervalMinutes: Number(values['interval_minutes']),
    multiplier: parseDecimal(values['multiplier'] ?? '') ?? ONE,
    dials: Number(values['register_dials'] ?? 0),
    decimals: decimals ? Number(decimals) : null,
    channels: (values['channels'] ?? '').split('+'),
  };
}

function installationOf(usdpId: string, ldc: string, version: Version): Installation {
  return {
    usdpId,
    ldc,
    meterId: version.values['meter_id'] ?? '',
    fromMs: version.from_ms,
    toMs: version.to_ms,
    installReads: readsOf(version.values['install_reads']),
    removalReads: readsOf(version.values['removal_reads']),
    fileId: version.file_id,
    line: version.line,
  };
}

function readsOf(text: string | undefined): Map<string, Decimal> {
  const reads = new Map<string, Decimal>();
  for (const [channel, value] of parseRegisterReads(text ?? '') ?? []) {
    const read = parseDecimal(value);
    if (read) reads.set(channel, read);
  }
  return reads;
}

function datedOf<T>(timeline: Timeline | undefined, value: (v: Version) => T): Dated<T>[] {
  return (timeline?.versions ?? []).map((v) => ({ fromMs: v.from_ms, value: value(v) }));
}

/** A service point from the timelines of a slice that has it whole. */
export function servicePointOf(slice: DirectorySlice, usdpId: string): ServicePoint {
  const installations = slice.installations(usdpId);
  const ldc = slice.sdp(usdpId)?.ldc ?? installations?.ldc ?? '';
  return {
    usdpId,
    ldc,
    statuses: datedOf(slice.sdp(usdpId), (v) => ({
      status: v.values['status'] ?? '',
      category: v.values['category'] ?? '',
    })),
    services: datedOf(slice.service(usdpId), (v) => v.values['vee_service'] ?? ''),
    operators: (slice.organizations(usdpId, 'AMI_OPERATOR')?.versions ?? []).map((v) => ({
      fromMs: v.from_ms,
      toMs: v.to_ms,
      orgId: v.values['org_id'] ?? '',
    })),
    installations: (installations?.versions ?? [])
      .map((v) => installationOf(usdpId, ldc, v))
      .sort((a, b) => a.fromMs - b.fromMs),
  };
}
