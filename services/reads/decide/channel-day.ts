import { startOfDay, type EstDay, type Instant } from '@mdmr/kernel';
import { areAll } from './attribute-block.js';
import type { Attribution } from './attribute-value.js';
import { ABSENT, NO_VALUE, compareCustody, flagOf, type Block } from './block.js';
import type { DirectoryView, ServicePoint } from './directory-view.js';
import { valueAt } from './directory-view.js';
import { composeIntervals, composePlain, type SharedInterval } from './intervals.js';
import { MeterDayLedger } from './merge.js';
import { registersOf, type ChannelRegister } from './registers.js';
import { isWholeDay, lengthOf, spansOf, type Span } from './spans.js';

/** A block with what the directory makes of its items now; rejected items are null. */
export interface AttributedBlock {
  readonly block: Block;
  readonly attributions: readonly (Attribution | null)[];
}

export interface ChannelDayKey {
  readonly usdpId: string;
  readonly channel: string;
  readonly estDay: EstDay;
}

/** Lineage of intervals [from, to). */
export interface SourceRun {
  readonly from: number;
  readonly to: number;
  readonly custodyId: string;
  readonly fileId: string;
  readonly line: number;
  readonly meterId: string;
}

/** One channel of one service point for one EST day, whole. Energy is customer Wh. */
export interface ChannelDay extends ChannelDayKey {
  readonly ldc: string;
  /** Custody of the newest value that counts; 0 without one. */
  readonly custodyAtMs: Instant;
  /** Custody that made every expected interval present; null while one is missing. */
  readonly completedAtMs: Instant | null;
  readonly intervalMinutes: number;
  readonly values: readonly (number | null)[];
  readonly flags: string;
  readonly sources: readonly SourceRun[];
  readonly shared: readonly SharedInterval[];
  readonly registers: readonly ChannelRegister[];
  readonly spans: readonly Span[];
  /** Nothing was received for the day and no read of an installation falls on it. */
  readonly isBlank: boolean;
}

/**
 * The channel day as a function of the directory and of all blocks of all devices that were at the
 * service point that day (register blocks also of the days beside it). The order of blocks does not
 * matter.
 */
export function deriveChannelDay(
  view: DirectoryView,
  key: ChannelDayKey,
  blocks: readonly AttributedBlock[],
): ChannelDay {
  const { usdpId, channel, estDay } = key;
  const point = view.servicePoint(usdpId) ?? noPoint(usdpId);
  const spans = spansOf(view, point, channel, estDay);
  const minutes = lengthOf(spans);
  const own = blocks.every((b) => b.block.channel === channel)
    ? blocks
    : blocks.filter((b) => b.block.channel === channel);
  const plain = plainBlock(own, spans, key);
  const rest = plain ? own.filter((b) => b !== plain) : own;
  const { ledger, noValue } = ledgerOf(usdpId, rest);
  const composed = plain
    ? composePlain(plain, spans[0]!)
    : composeIntervals({ spans, day: estDay, minutes, noValue }, ledger);
  const registers = registersOf(view, point, channel, estDay, ledger);
  const isOwnRegister = (r: ChannelRegister): boolean =>
    r.kind !== 'READ' || (r.atMs > startOfDay(estDay) && r.atMs <= startOfDay(estDay + 1));
  const isExpected = expectsValues(point, estDay) && spans.length > 0;
  return {
    ...key,
    ldc: point.ldc,
    custodyAtMs: Math.max(newestCustody(ledger), plain?.block.file.custodyAtMs ?? 0),
    completedAtMs: isExpected ? composed.completedAtMs : null,
    intervalMinutes: minutes,
    values: composed.values,
    flags: composed.flags,
    sources: composed.sources,
    shared: composed.shared,
    registers,
    spans,
    isBlank: !registers.some(isOwnRegister) && isAbsent(composed.flags),
  };
}

function isAbsent(flags: string): boolean {
  return flags === ABSENT.repeat(flags.length);
}

/**
 * The only block with intervals, if it speaks for a whole day of one meter: then nothing competes
 * and nothing is put together.
 */
function plainBlock(
  blocks: readonly AttributedBlock[],
  spans: readonly Span[],
  key: ChannelDayKey,
): AttributedBlock | null {
  let found: AttributedBlock | null = null;
  for (const candidate of blocks) {
    if (candidate.block.intervalMinutes === 0) continue;
    if (found) return null;
    found = candidate;
  }
  const first = found?.attributions[0];
  if (!found || !first?.meter || first.usdpId !== key.usdpId) return null;
  if (!isWholeDay(spans, key.estDay)) return null;
  const { meterId, ldc, version } = spans[0]!;
  const isOfSpan = meterId === first.meter.meterId && ldc === first.meter.ldc;
  if (!isOfSpan || found.block.intervalMinutes !== version.intervalMinutes) return null;
  if (found.block.flags.includes(NO_VALUE)) return null;
  return areAll(found.attributions, first) ? found : null;
}

interface Competing {
  readonly ledger: MeterDayLedger;
  readonly noValue: Set<number>;
}

/** What stands after all values of the service point have competed in custody order. */
function ledgerOf(usdpId: string, blocks: readonly AttributedBlock[]): Competing {
  const ledger = new MeterDayLedger();
  const noValue = new Set<number>();
  const sorted = blocks.toSorted((a, b) => compareCustody(a.block, b.block));
  for (const { block, attributions } of sorted) {
    for (let i = 0; i < attributions.length; i++) {
      const attribution = attributions[i];
      if (!attribution?.meter || attribution.usdpId !== usdpId) continue;
      ledger.add(block, i, attribution.meter);
      if (flagOf(block, i) === NO_VALUE && block.intervalMinutes > 0) {
        noValue.add(i * block.intervalMinutes);
      }
    }
  }
  return { ledger, noValue };
}

function noPoint(usdpId: string): ServicePoint {
  return { usdpId, ldc: '', statuses: [], services: [], operators: [], installations: [] };
}

/** Intervals are expected while the point is neither INACTIVE nor RETIRED. */
function expectsValues(point: ServicePoint, day: EstDay): boolean {
  const status = valueAt(point.statuses, startOfDay(day))?.status;
  return status !== 'INACTIVE' && status !== 'RETIRED';
}

function newestCustody(ledger: MeterDayLedger): Instant {
  let newest = 0;
  ledger.forEach(({ winner }) => {
    newest = Math.max(newest, winner.block.file.custodyAtMs);
  });
  return newest;
}
