import { compareIds } from '@mdmr/kernel';
import type { EstDay } from '@mdmr/kernel';

/** Channel-days that are expected from a day on, of one head-end and AMI operator. */
export interface SpanCount {
  readonly amcc: string;
  /** '' = none */
  readonly operator: string;
  readonly fromDay: EstDay;
  /** Exclusive; null = open. */
  readonly toDay: EstDay | null;
  readonly channelDays: number;
}

/** Expected channel-days of one day that have values. */
export interface DayCount {
  readonly day: EstDay;
  readonly amcc: string;
  readonly operator: string;
  readonly complete: number;
  readonly partial: number;
  readonly afterDue: number;
}

/** The collection as known at one instant. */
export interface Snapshot {
  readonly spans: readonly SpanCount[];
  readonly counts: readonly DayCount[];
}

/** A row of DC01. */
export interface CollectionRow {
  readonly amcc: string;
  readonly day: EstDay;
  readonly expected: number;
  readonly complete: number;
  readonly partial: number;
  readonly missing: number;
  readonly afterDue: number;
}

interface Comparison {
  readonly dataDay: EstDay;
  /** Days that may differ, the data day among them. */
  readonly days: readonly EstDay[];
  readonly now: Snapshot;
  readonly before: Snapshot;
  /** SDPs of this operator only; null = all of the LDC. */
  readonly operator: string | null;
}

/** The data day, and every other day whose counts are not those of the previous run. */
export function collectionRows(asked: Comparison): CollectionRow[] {
  const { dataDay, days, operator } = asked;
  const now = countRows(asked.now, days, operator);
  const before = countRows(asked.before, days, operator);
  const rows: CollectionRow[] = [];
  for (const key of new Set([...now.keys(), ...before.keys()])) {
    const row = now.get(key) ?? nothing(before.get(key)!);
    const changed = !sameCounts(row, before.get(key) ?? nothing(row));
    if (changed || (row.day === dataDay && row.expected > 0)) rows.push(row);
  }
  return rows.sort((a, b) => compareIds(a.amcc, b.amcc) || a.day - b.day);
}

function nothing(row: CollectionRow): CollectionRow {
  const { amcc, day } = row;
  return { amcc, day, expected: 0, complete: 0, partial: 0, missing: 0, afterDue: 0 };
}

function sameCounts(a: CollectionRow, b: CollectionRow): boolean {
  return (
    a.expected === b.expected &&
    a.complete === b.complete &&
    a.partial === b.partial &&
    a.afterDue === b.afterDue
  );
}

function countRows(
  snapshot: Snapshot,
  days: readonly EstDay[],
  operator: string | null,
): Map<string, CollectionRow> {
  const mine = (item: { operator: string }): boolean =>
    operator === null || item.operator === operator;
  const rows = expectedRows(snapshot.spans.filter(mine), days);
  for (const count of snapshot.counts.filter(mine)) {
    const row = rows.get(`${count.amcc} ${count.day}`);
    if (!row) continue;
    rows.set(`${count.amcc} ${count.day}`, {
      ...row,
      complete: row.complete + count.complete,
      partial: row.partial + count.partial,
      missing: row.missing - count.complete - count.partial,
      afterDue: row.afterDue + count.afterDue,
    });
  }
  return rows;
}

/** Rows with an expected channel-day: sums of what begins and ends, so that spans may be long. */
function expectedRows(
  spans: readonly SpanCount[],
  days: readonly EstDay[],
): Map<string, CollectionRow> {
  const rows = new Map<string, CollectionRow>();
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  for (const [amcc, steps] of stepsByAmcc(spans)) {
    let expected = 0;
    let next = 0;
    for (const day of sorted) {
      for (; next < steps.length && steps[next]!.day <= day; next += 1) {
        expected += steps[next]!.change;
      }
      if (expected === 0) continue;
      const row = { amcc, day, expected, complete: 0, partial: 0, missing: expected, afterDue: 0 };
      rows.set(`${amcc} ${day}`, row);
    }
  }
  return rows;
}

interface Step {
  readonly day: EstDay;
  readonly change: number;
}

function stepsByAmcc(spans: readonly SpanCount[]): Map<string, Step[]> {
  const steps = new Map<string, Step[]>();
  for (const span of spans) {
    const own = steps.get(span.amcc) ?? [];
    steps.set(span.amcc, own);
    own.push({ day: span.fromDay, change: span.channelDays });
    if (span.toDay !== null) own.push({ day: span.toDay, change: -span.channelDays });
  }
  for (const own of steps.values()) own.sort((a, b) => a.day - b.day);
  return steps;
}
