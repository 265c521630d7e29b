import {
  DAY_MS,
  MINUTE_MS,
  dayOfInstant,
  dayOfIntervalEnd,
  startOfDay,
  type Decimal,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import type { DirectoryView, Installation, ServicePoint } from './directory-view.js';
import { indexAt } from './directory-view.js';
import type { MeterDayLedger } from './merge.js';

/** A register of a channel day in meter units: units x 10^-scale. */
export interface ChannelRegister {
  readonly atMs: Instant;
  readonly meterId: string;
  readonly units: number;
  readonly scale: number;
  /** A register read, or a read that the installation record gives. */
  readonly kind: 'READ' | 'INSTALL' | 'REMOVAL';
  readonly flag: string;
  readonly fileId: string;
  readonly line: number | null;
}

/** Reads this near to 00:00 bound both days and are listed in both. */
const BOUND_MS = 5 * MINUTE_MS;

/** Registers that a day lists: of its own, those that bound it, and those of installations. */
export function registersOf(
  view: DirectoryView,
  point: ServicePoint,
  channel: string,
  day: EstDay,
  ledger: MeterDayLedger,
): ChannelRegister[] {
  const found: ChannelRegister[] = [];
  const from = startOfDay(day) - BOUND_MS;
  const to = startOfDay(day + 1) + BOUND_MS;
  ledger.forEach(({ winner }) => {
    const { units, scale, flag, meter, block } = winner;
    if (block.intervalMinutes !== 0) return;
    const { atMs } = block.registers[winner.index]!;
    if (atMs < from || atMs > to) return;
    const { meterId } = meter;
    const { line } = block;
    const { fileId } = block.file;
    found.push({ atMs, meterId, units, scale, kind: 'READ', flag, fileId, line });
  });
  for (const installation of point.installations) {
    const { fromMs, toMs, installReads, removalReads } = installation;
    if (installReads.size === 0 && removalReads.size === 0) continue;
    const isOfDay =
      dayOfInstant(fromMs) === day || (toMs !== null && dayOfIntervalEnd(toMs) === day);
    if (isOfDay) found.push(...installationReads(view, installation, channel, day));
  }
  return found.sort(compareRegisters);
}

function compareRegisters(a: ChannelRegister, b: ChannelRegister): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.meterId !== b.meterId) return a.meterId < b.meterId ? -1 : 1;
  return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0;
}

/**
 * The install read belongs to the day that starts or holds it, the removal read to the day it ends.
 */
function installationReads(
  view: DirectoryView,
  installation: Installation,
  channel: string,
  day: EstDay,
): ChannelRegister[] {
  const { fromMs, toMs, installReads, removalReads } = installation;
  const reads: ChannelRegister[] = [];
  const add = (kind: 'INSTALL' | 'REMOVAL', atMs: Instant, read: Decimal | undefined): void => {
    if (!read || !lists(view, installation, channel, atMs)) return;
    reads.push({
      atMs,
      meterId: installation.meterId,
      units: Number(read.units),
      scale: read.scale,
      kind,
      flag: 'V',
      fileId: installation.fileId,
      line: installation.line,
    });
  };
  if (dayOfInstant(fromMs) === day) add('INSTALL', fromMs, installReads.get(channel));
  if (toMs !== null && dayOfIntervalEnd(toMs) === day) {
    add('REMOVAL', toMs, removalReads.get(channel));
  }
  return reads;
}

/** Days on which the reads of an installation are listed. */
export function daysOfInstallationReads(installation: Installation): EstDay[] {
  const days: EstDay[] = [];
  if (installation.installReads.size > 0) days.push(dayOfInstant(installation.fromMs));
  if (installation.toMs !== null && installation.removalReads.size > 0) {
    days.push(dayOfIntervalEnd(installation.toMs));
  }
  return days;
}

function lists(
  view: DirectoryView,
  installation: Installation,
  channel: string,
  atMs: Instant,
): boolean {
  const versions = view.meter(installation.ldc, installation.meterId)?.versions ?? [];
  const version = versions[Math.max(indexAt(versions, atMs), 0)];
  return version?.channels.includes(channel) ?? false;
}

/** Other days that list a register read, because it stands beside their 00:00. */
export function daysBoundedBy(atMs: Instant): EstDay[] {
  const day = dayOfIntervalEnd(atMs);
  const sinceStart = atMs - startOfDay(day);
  const days: EstDay[] = [];
  if (sinceStart <= BOUND_MS) days.push(day - 1);
  if (DAY_MS - sinceStart <= BOUND_MS) days.push(day + 1);
  return days;
}
