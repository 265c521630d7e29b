import { MINUTE_MS, SECOND_MS, type EstDay, type Instant } from '@mdmr/kernel';
import { candidateMeters, type Claim } from './attribute-value.js';
import type { Block, FileOrigin } from './block.js';
import { indexAt, type DirectoryView, type HeadEnd, type MeterTimeline } from './directory-view.js';
import type { ReadLine } from './read-line.js';

/** What deciding on the lines of a file needs besides the directory. */
export interface LineContext {
  readonly file: FileOrigin;
  /** The head-end that field 3 names, if it is the sender's. */
  readonly headEnd: (senderName: string) => HeadEnd | undefined;
  /** Whether the sender may read for the LDC at custody. */
  readonly mayRead: (ldc: string) => boolean;
  /** Whether the file shows a local clock at the head-end on the date. */
  readonly hasLocalClock: (amccId: string, day: EstDay) => boolean;
  readonly futureReadSeconds: number;
}

/** A line with its verdict: rejected for a reason, or its blocks. */
export interface DecidedLine {
  readonly read: ReadLine;
  /** LDC of its meter day; null = none yet, or the line is not for any LDC to see. */
  readonly ldc: string | null;
  /** Meter as a person knows it: matched, else as the line names it. */
  readonly meterName: string;
  readonly reason: string | null;
  readonly blocks: readonly Block[];
}

/** Judges one line. Its blocks are what is stored; what becomes of them attribution says. */
export function decideLine(view: DirectoryView, context: LineContext, read: ReadLine): DecidedLine {
  const headEnd = context.headEnd(read.senderName);
  const claim = headEnd && claimOf(headEnd, read, context.file.sender);
  const meter = claim && meterOfDevice(view, claim, startOf(read));
  const ldc = meter?.ldc ?? onlyLdc(headEnd);
  const meterName = nameOf(read, headEnd, meter);
  const verdict = { read, meterName, blocks: [] };
  const reason = lineReason(context, read, headEnd, ldc);
  if (reason === 'NOT_AUTHORIZED') return { ...verdict, ldc: null, reason };
  if (reason !== null || !headEnd) return { ...verdict, ldc, reason };
  return { ...verdict, ldc, reason, blocks: blocksOf(context.file, headEnd, read) };
}

/**
 * NOT_CMEP, COUNT_MISMATCH, NOT_AUTHORIZED, then PURPOSE_NOT_LOADED, UNKNOWN_UNIT, BAD_TIMESTAMP
 * and BAD_VALUE, then LOCAL_CLOCK, OVERLAPS_ITSELF, FUTURE_READ: the first that holds.
 */
function lineReason(
  context: LineContext,
  read: ReadLine,
  headEnd: HeadEnd | undefined,
  ldc: string | null,
): string | null {
  if (read.reason === 'NOT_CMEP' || read.reason === 'COUNT_MISMATCH') return read.reason;
  if (!headEnd || (ldc !== null && !context.mayRead(ldc))) return 'NOT_AUTHORIZED';
  if (read.reason !== null) return read.reason;
  if (read.days.some((d) => context.hasLocalClock(headEnd.amccId, d.estDay))) return 'LOCAL_CLOCK';
  if (read.isOverlapping) return 'OVERLAPS_ITSELF';
  const latestMs = context.file.custodyAtMs + context.futureReadSeconds * SECOND_MS;
  return read.lastEndMs > latestMs ? 'FUTURE_READ' : null;
}

function claimOf(headEnd: HeadEnd, read: ReadLine, sender: string): Claim {
  return {
    amccId: headEnd.amccId,
    deviceId: read.deviceId,
    key: headEnd.key,
    otherId: read.otherId,
    channel: read.channel,
    sender,
  };
}

/** The start of the first value, as far as the line has one. */
function startOf(read: ReadLine): Instant | null {
  const { firstEndMs, intervalMinutes } = read;
  return firstEndMs === null ? null : firstEndMs - intervalMinutes * MINUTE_MS;
}

/**
 * The meter of which a directory says that it is at this head-end: at the instant if there is one,
 * else at any time, the latest.
 */
export function meterOfDevice(
  view: DirectoryView,
  claim: Claim,
  at: Instant | null,
): MeterTimeline | null {
  let found: Found | null = null;
  for (const meter of candidateMeters(view, claim)) {
    const { versions } = meter;
    const current = at === null ? -1 : indexAt(versions, at);
    for (let i = 0; i < versions.length; i++) {
      const version = versions[i]!;
      const device = claim.key === 'METER' ? meter.meterId : version.amcdId;
      if (version.amccId !== claim.amccId || device !== claim.deviceId) continue;
      const next = { meter, fromMs: version.fromMs, inForce: i === current };
      if (!found || isBetter(next, found)) found = next;
    }
  }
  return found?.meter ?? null;
}

interface Found {
  readonly meter: MeterTimeline;
  readonly fromMs: Instant;
  readonly inForce: boolean;
}

function isBetter(a: Found, b: Found): boolean {
  return a.inForce === b.inForce ? a.fromMs > b.fromMs : a.inForce;
}

/** Until a directory names the meter: the LDC of a head-end that has only one. */
export function onlyLdc(headEnd: HeadEnd | undefined): string | null {
  return headEnd?.ldcs.length === 1 ? headEnd.ldcs[0]! : null;
}

function nameOf(
  read: ReadLine,
  headEnd: HeadEnd | undefined,
  meter: MeterTimeline | null | undefined,
): string {
  if (headEnd?.key !== 'AMCD') return read.deviceId;
  return meter?.meterId ?? (read.otherId || read.deviceId);
}

function blocksOf(file: FileOrigin, headEnd: HeadEnd, read: ReadLine): Block[] {
  return read.days.map((day) => ({
    amccId: headEnd.amccId,
    deviceId: read.deviceId,
    key: headEnd.key,
    otherId: read.otherId,
    channel: read.channel,
    estDay: day.estDay,
    file,
    line: read.line,
    purpose: read.purpose,
    multiplied: headEnd.multiplied,
    intervalMinutes: read.intervalMinutes,
    scale: day.scale,
    values: day.values,
    flags: day.flags,
    masks: day.masks,
    registers: day.registers,
    repeats: day.repeats,
  }));
}
