import { DAY_MS, startOfDay, type Instant } from '@mdmr/kernel';
import { stampOf } from './attribute-block.js';
import { NO_VALUE, flagOf, slotsOf } from './block.js';
import { countItem, countRepeat, noCounts, type Counts } from './custody.js';
import type { DecidedLine } from './decide-line.js';
import { isRounded, multiplierFor } from './energy.js';
import { itemsOf, type ReceivedBlock } from './receive-blocks.js';

/** A row of DC07: a line and a reason, or a note. */
export interface LineRow extends Counts {
  /** Empty: for the sender alone. */
  readonly ldc: string;
  readonly line: number;
  readonly meterId: string;
  readonly channel: string;
  firstMs: Instant | null;
  lastMs: Instant | null;
  readonly lines: number;
  readonly reason: string;
}

/** Totals of an LDC in a file, or a part of one. */
export interface LineTotals extends Counts {
  readonly ldc: string;
  lines: number;
  firstMs: Instant | null;
  lastMs: Instant | null;
}

export interface LineReport {
  readonly totals: LineTotals[];
  readonly rows: LineRow[];
}

/** A decided line with what became of its blocks. */
export interface SettledLine {
  readonly line: DecidedLine;
  readonly blocks: readonly ReceivedBlock[];
}

const NO_ROWS: readonly LineRow[] = [];
const STALE = 'STALE';
const ROUNDED = 'ROUNDED';
/** kWh with so many decimals are whole Wh. */
const WHOLE_WH_SCALE = 3;

/** DC07 of some lines: totals by LDC, then a row for each line and reason, by line. */
export function reportLines(lines: readonly SettledLine[], staleReadDays: number): LineReport {
  const totals = new Map<string, LineTotals>();
  const rows: LineRow[] = [];
  for (const settled of lines) {
    const ldc = settled.line.ldc ?? '';
    let total = totals.get(ldc);
    if (!total) {
      total = { ldc, lines: 0, firstMs: null, lastMs: null, ...noCounts() };
      totals.set(ldc, total);
    }
    total.lines++;
    for (const row of settleLine(settled, total, staleReadDays)) rows.push(row);
  }
  return { totals: [...totals.values()].sort((a, b) => (a.ldc < b.ldc ? -1 : 1)), rows };
}

function newRow(line: DecidedLine, reason: string): LineRow {
  return {
    ldc: line.ldc ?? '',
    line: line.read.line,
    meterId: line.meterName,
    channel: line.read.channel,
    firstMs: null,
    lastMs: null,
    lines: 1,
    ...noCounts(),
    reason,
  };
}

/** Rows of one line; its values go into the totals. */
function settleLine(
  settled: SettledLine,
  total: LineTotals,
  staleReadDays: number,
): readonly LineRow[] {
  const { line, blocks } = settled;
  if (line.reason !== null) {
    const { values } = line.read;
    total.values += values;
    total.rejected += values;
    return [{ ...newRow(line, line.reason), values, rejected: values }];
  }
  let rows: Map<string, LineRow> | null = null;
  const row = (reason: string): LineRow => {
    rows ??= new Map();
    let found = rows.get(reason);
    if (!found) rows.set(reason, (found = newRow(line, reason)));
    return found;
  };
  for (const received of blocks) settleBlock(received, total, row, staleReadDays);
  return rows ? [...(rows as Map<string, LineRow>).values()].sort(compareRows) : NO_ROWS;
}

function settleBlock(
  received: ReceivedBlock,
  total: LineTotals,
  row: (reason: string) => LineRow,
  staleReadDays: number,
): void {
  const { stored } = received;
  if (addPlain(received, total, staleReadDays)) return;
  const items = itemsOf(stored);
  const repeats = new Array<number>(items.length).fill(0);
  for (const index of stored.repeats) repeats[index]!++;
  const staleBefore = stored.file.custodyAtMs - staleReadDays * DAY_MS;
  items.forEach((item, i) => {
    if (!item) return;
    const stamp = stampOf(stored, i);
    const meant: (LineRow | LineTotals)[] = [total];
    if (item.state === 'HELD') meant.push(row(item.reason!));
    if (stamp < staleBefore) meant.push(row(STALE));
    if (changesInRounding(received, i)) meant.push(row(ROUNDED));
    for (const counts of meant) {
      countItem(counts, item);
      for (let n = 0; n < repeats[i]!; n++) countRepeat(counts, item);
      addStamp(counts, stamp);
    }
  });
}

/**
 * The usual case: all values applied alike, of late, in whole Wh. False if the block is not so
 * plain.
 */
function addPlain(received: ReceivedBlock, total: LineTotals, staleReadDays: number): boolean {
  const { stored, attributions } = received;
  const { runs, repeats, intervalMinutes, scale, estDay, file } = stored;
  const only = runs[0];
  const version = attributions[0]?.meter?.version;
  const slots = slotsOf(stored);
  if (runs.length !== 1 || repeats.length > 0 || !version) return false;
  if (only!.state !== 'APPLIED' || only!.to - only!.from !== slots) return false;
  const isWhole =
    intervalMinutes === 0 ||
    (attributions[0] === attributions[slots - 1] &&
      scale + multiplierFor(stored, version).scale <= WHOLE_WH_SCALE);
  const isStale = startOfDay(estDay) < file.custodyAtMs - staleReadDays * DAY_MS;
  if (!isWhole || isStale) return false;
  countItem(total, only!, slots);
  if (intervalMinutes === 0) for (const { atMs } of stored.registers) addStamp(total, atMs);
  else {
    addStamp(total, stampOf(stored, 0));
    addStamp(total, stampOf(stored, slots - 1));
  }
  return true;
}

function addStamp(counts: LineRow | LineTotals, stamp: Instant): void {
  counts.firstMs = Math.min(counts.firstMs ?? stamp, stamp);
  counts.lastMs = Math.max(counts.lastMs ?? stamp, stamp);
}

/** Registers are never rounded; a held value not yet, for its multiplier may still change. */
function changesInRounding(received: ReceivedBlock, index: number): boolean {
  const { stored, attributions } = received;
  if (stored.intervalMinutes === 0 || flagOf(stored, index) === NO_VALUE) return false;
  const attribution = attributions[index];
  if (!attribution?.usdpId || !attribution.meter) return false;
  const multiplier = multiplierFor(stored, attribution.meter.version);
  return isRounded(stored.values[index] ?? 0, stored.scale, multiplier);
}

/** Rows of one line in the order of the report's columns. */
function compareRows(a: LineRow, b: LineRow): number {
  return (
    (a.firstMs ?? 0) - (b.firstMs ?? 0) ||
    (a.lastMs ?? 0) - (b.lastMs ?? 0) ||
    a.values - b.values ||
    (a.reason < b.reason ? -1 : 1)
  );
}
