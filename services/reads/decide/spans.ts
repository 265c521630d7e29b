import {
  MINUTE_MS,
  compareDecimal,
  decimalToString,
  startOfDay,
  trimDecimal,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import type { DirectoryView, Installation, MeterVersion, ServicePoint } from './directory-view.js';
import { indexAt } from './directory-view.js';

/** A meter at the service point within one day, under one multiplier and length. */
export interface Span {
  readonly ldc: string;
  readonly meterId: string;
  /** Within the day. */
  readonly fromMs: Instant;
  readonly toMs: Instant;
  readonly version: MeterVersion;
  readonly installation: Installation;
}

/** A value that an interval needs: interval `index` of the day's grid of `minutes`. */
export interface Need {
  readonly minutes: number;
  readonly index: number;
}

/** What one meter contributes to an interval. */
export interface PartNeed {
  readonly ldc: string;
  readonly meterId: string;
  fromMs: Instant;
  toMs: Instant;
  readonly needs: Need[];
}

/** Spans of the meters that list the channel, by time. */
export function spansOf(
  view: DirectoryView,
  point: ServicePoint,
  channel: string,
  day: EstDay,
): Span[] {
  const dayFrom = startOfDay(day);
  const dayTo = startOfDay(day + 1);
  const spans: Span[] = [];
  for (const installation of point.installations) {
    const fromMs = Math.max(installation.fromMs, dayFrom);
    const toMs = Math.min(installation.toMs ?? dayTo, dayTo);
    if (fromMs >= toMs) continue;
    addSpans(spans, view, installation, channel, fromMs, toMs);
  }
  return spans.sort((a, b) => a.fromMs - b.fromMs || (a.meterId < b.meterId ? -1 : 1));
}

function addSpans(
  spans: Span[],
  view: DirectoryView,
  installation: Installation,
  channel: string,
  fromMs: Instant,
  toMs: Instant,
): void {
  const { ldc, meterId } = installation;
  const versions = view.meter(ldc, meterId)?.versions ?? [];
  let open: { -readonly [K in keyof Span]: Span[K] } | null = null;
  for (let i = Math.max(indexAt(versions, fromMs), 0); i < versions.length; i++) {
    const version = versions[i]!;
    const start = Math.max(version.fromMs, fromMs);
    if (start >= toMs) break;
    const end = Math.min(versions[i + 1]?.fromMs ?? toMs, toMs);
    if (!version.channels.includes(channel)) {
      open = null;
    } else if (open && measuresAlike(open.version, version)) {
      open.toMs = end;
    } else {
      open = { ldc, meterId, fromMs: start, toMs: end, version, installation };
      spans.push(open);
    }
  }
}

function measuresAlike(a: MeterVersion, b: MeterVersion): boolean {
  return (
    a.intervalMinutes === b.intervalMinutes &&
    a.dials === b.dials &&
    a.decimals === b.decimals &&
    compareDecimal(a.multiplier, b.multiplier) === 0
  );
}

/** The length a channel-day is kept in: the longest of the day; an hour when no meter is there. */
export function lengthOf(spans: readonly Span[]): number {
  let longest = 0;
  for (const span of spans) longest = Math.max(longest, span.version.intervalMinutes);
  return longest || 60;
}

/** True if one meter of one length serves the whole day: the usual case. */
export function isWholeDay(spans: readonly Span[], day: EstDay): boolean {
  const only = spans[0];
  return (
    spans.length === 1 && only!.fromMs === startOfDay(day) && only!.toMs === startOfDay(day + 1)
  );
}

/**
 * The meters that an interval [startMs, endMs) is made of, by time, each with the values it needs.
 */
export function partsOf(
  spans: readonly Span[],
  day: EstDay,
  startMs: Instant,
  endMs: Instant,
): PartNeed[] {
  const parts: PartNeed[] = [];
  for (const span of spans) {
    const fromMs = Math.max(span.fromMs, startMs);
    const toMs = Math.min(span.toMs, endMs);
    if (fromMs >= toMs) continue;
    let part = parts.find((p) => p.meterId === span.meterId && p.ldc === span.ldc);
    if (!part) {
      part = { ldc: span.ldc, meterId: span.meterId, fromMs, toMs, needs: [] };
      parts.push(part);
    }
    part.fromMs = Math.min(part.fromMs, fromMs);
    part.toMs = Math.max(part.toMs, toMs);
    addNeeds(part.needs, day, span.version.intervalMinutes, fromMs, toMs);
  }
  return parts;
}

function addNeeds(
  needs: Need[],
  day: EstDay,
  minutes: number,
  fromMs: Instant,
  toMs: Instant,
): void {
  const lengthMs = minutes * MINUTE_MS;
  const first = Math.floor((fromMs - startOfDay(day)) / lengthMs);
  const end = Math.ceil((toMs - startOfDay(day)) / lengthMs);
  for (let index = first; index < end; index++) {
    if (!needs.some((n) => n.minutes === minutes && n.index === index)) {
      needs.push({ minutes, index });
    }
  }
}

/** The multiplier as the directory's own text, without needless zeros. */
export function multiplierText(version: MeterVersion): string {
  return decimalToString(trimDecimal(version.multiplier));
}
