/** What a delivery is made of, what it says, and when that differs from the last one. */
import { formatEstDay, formatInstant } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';
import type { ChannelDays, Quantity } from './frame-item.js';
import { inForceOn } from './sdp-facts.js';
import type { Channel, Dated, DirectoryRef, Ended, SdpFacts } from './sdp-facts.js';
import type { Segment } from './segments.js';
import { sha256Hex } from './sha256.js';

/** One thing a number was made from. */
export interface SourceVersion {
  kind: 'CHANNEL_DAY' | 'CALENDAR' | 'SERVICE' | 'DIRECTORY';
  key: string;
  version: string;
}

/** The version of a directory record: when the hub learnt it and which line said so. */
export function directoryVersion(
  recordedAtMs: number,
  fileId: string,
  line: number | null,
): string {
  return `${formatInstant(recordedAtMs)}/${fileId}${line === null ? '' : `/${line}`}`;
}

/** Key of a channel day among the versions behind a delivery. */
export function channelDayKey(channel: Channel, day: EstDay): string {
  return `${channel}/${formatEstDay(day)}`;
}

function dated<T>(versions: readonly Dated<T>[], start: EstDay, end: EstDay): DirectoryRef[] {
  const first = inForceOn(versions, start);
  const used = versions.filter((v) => v === first || (start < v.fromDay && v.fromDay < end));
  return used.map((version) => version.ref);
}

function ended<T>(relations: readonly Ended<T>[], start: EstDay, end: EstDay): DirectoryRef[] {
  return relations
    .filter((one) => one.fromDay < end && (one.toDay === null || one.toDay > start))
    .map((one) => one.ref);
}

/** The directory records that say something of the days [start, end). */
export function directoryBehind(
  facts: SdpFacts,
  start: EstDay,
  end: EstDay,
  from: number,
  to: number,
): DirectoryRef[] {
  const meters: DirectoryRef[] = [];
  for (const one of facts.installations) {
    if (one.fromMs >= to || (one.toMs !== null && one.toMs <= from)) continue;
    meters.push(one.ref);
    const at = Math.max(from, one.fromMs);
    const until = Math.min(to, one.toMs ?? Infinity);
    let first = one.meter.findLastIndex((version) => version.fromMs <= at);
    if (first < 0) first = 0;
    const used = one.meter.filter((v, i) => i === first || (i > first && v.fromMs < until));
    meters.push(...used.map((version) => version.ref));
  }
  return [
    ...dated(facts.sdp, start, end),
    ...dated(facts.services, start, end),
    ...ended(facts.accounts, start, end),
    ...meters,
  ];
}

/** Every version an answer was made from: channel days, calendars, VEE services, directory records. */
export function versionsBehind(
  quantities: readonly Quantity[],
  segments: readonly Segment[],
  rows: ChannelDays,
  directory: readonly DirectoryRef[],
): SourceVersion[] {
  const versions: SourceVersion[] = [];
  const services = new Set<string>();
  for (const { channel, startDay, endDay } of quantities) {
    for (let day = startDay; day < endDay; day++) {
      const row = rows(channel, day);
      if (row === undefined) continue;
      const version = String(row.version);
      versions.push({ kind: 'CHANNEL_DAY', key: channelDayKey(channel, day), version });
      if (row.service !== '') services.add(row.service);
    }
  }
  const calendars = new Map(quantities.map((q) => [q.calendarId, q.calendarVersion]));
  for (const id of new Set(segments.map((segment) => segment.calendarId))) {
    if (id === '') continue;
    versions.push({ kind: 'CALENDAR', key: id, version: String(calendars.get(id) ?? 0) });
  }
  for (const service of [...services].sort()) {
    const [key = '', version = ''] = service.split('/');
    versions.push({ kind: 'SERVICE', key, version });
  }
  for (const ref of directory) versions.push({ kind: 'DIRECTORY', ...ref });
  return versions;
}

/** Hash over the versions in their order. */
export function versionsHash(versions: readonly SourceVersion[]): string {
  return sha256Hex(versions.map((v) => `${v.kind}\t${v.key}\t${v.version}\n`).join(''));
}

/** The last delivery of a bq_id. */
export interface LastDelivery {
  deliveryNo: number;
  revision: number;
  contentHash: string;
}

/** Number and revision of the next delivery: the revision moves only when something is said differently. */
export function nextDelivery(last: LastDelivery | null, hash: string): LastDelivery {
  if (last === null) return { deliveryNo: 1, revision: 1, contentHash: hash };
  const moved = last.contentHash === hash ? 0 : 1;
  return {
    deliveryNo: last.deliveryNo + 1,
    revision: last.revision + moved,
    contentHash: hash,
  };
}
