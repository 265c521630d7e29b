import { dayOfInstant, dayOfIntervalEnd, type EstDay, type Instant } from '@mdmr/kernel';

/**
 * A version as the directory keeps it: true from an instant, with an explicit end or until the
 * next.
 */
export interface DiffVersion {
  readonly from_ms: Instant;
  readonly to_ms: Instant | null;
  readonly values: Readonly<Record<string, string>>;
}

/** Days [fromDay, toDay] that a change touches. */
export interface DayRange {
  readonly fromDay: EstDay;
  readonly toDay: EstDay;
}

/** An open end: any day that has blocks. */
export const LAST_DAY: EstDay = 2_000_000;

/** Fields that attribution or channel days read, by record type; others change nothing here. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  MTR: [
    'amcc_id',
    'amcd_id',
    'interval_minutes',
    'multiplier',
    'register_dials',
    'register_decimals',
    'channels',
  ],
  SDP: ['status', 'category'],
  SVC: ['vee_service'],
  INS: ['meter_id', 'install_reads', 'removal_reads'],
  ORG: ['org_id'],
};

/** Records whose versions end by themselves. */
const ENDED = new Set(['INS', 'ORG']);

/** Record types that reads look at. */
export const RECORD_TYPES: readonly string[] = Object.keys(FIELDS);

/** True if a change of this record can move a value or change a channel day. */
export function concernsReads(recordType: string, name: string): boolean {
  return recordType in FIELDS && (recordType !== 'ORG' || name === 'AMI_OPERATOR');
}

/** The days on which two states of one timeline differ in what reads look at; null = none. */
export function changedDays(
  recordType: string,
  before: readonly DiffVersion[],
  after: readonly DiffVersion[],
): DayRange | null {
  const fields = FIELDS[recordType] ?? [];
  const spans = ENDED.has(recordType)
    ? changedEnded(fields, before, after)
    : changedDated(fields, before, after);
  if (spans.length === 0) return null;
  const fromMs = Math.min(...spans.map((s) => s.fromMs));
  const toMs = Math.max(...spans.map((s) => s.toMs));
  // A register read at 00:00 is stored on the day before; at the end bound it belongs to the range
  // too.
  return {
    fromDay: dayOfIntervalEnd(fromMs),
    toDay: Number.isFinite(toMs) ? dayOfInstant(toMs) : LAST_DAY,
  };
}

interface TimeSpan {
  readonly fromMs: Instant;
  readonly toMs: Instant;
}

function valuesText(fields: readonly string[], version: DiffVersion | undefined): string {
  return version ? fields.map((f) => version.values[f] ?? '').join('\n') : '-';
}

/** Versions that hold until the next one: compared between all instants at which one begins. */
function changedDated(
  fields: readonly string[],
  before: readonly DiffVersion[],
  after: readonly DiffVersion[],
): TimeSpan[] {
  const starts = [...new Set([...before, ...after].map((v) => v.from_ms))].sort((a, b) => a - b);
  const inForce = (versions: readonly DiffVersion[], at: Instant): DiffVersion | undefined =>
    versions.findLast((v) => v.from_ms <= at);
  const spans: TimeSpan[] = [];
  starts.forEach((fromMs, i) => {
    const was = valuesText(fields, inForce(before, fromMs));
    const is = valuesText(fields, inForce(after, fromMs));
    const toMs = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    // The bound itself counts even where values agree on both sides: a split may come or go.
    if (was !== is) spans.push({ fromMs, toMs });
    else if (startsAt(before, fromMs) !== startsAt(after, fromMs))
      spans.push({ fromMs, toMs: fromMs });
  });
  return spans;
}

function startsAt(versions: readonly DiffVersion[], at: Instant): boolean {
  return versions.some((v) => v.from_ms === at);
}

/** Versions with ends: paired by what they are and when they begin. */
function changedEnded(
  fields: readonly string[],
  before: readonly DiffVersion[],
  after: readonly DiffVersion[],
): TimeSpan[] {
  const [subject = '', ...readFields] = fields;
  const key = (v: DiffVersion): string => `${v.values[subject]}\n${v.from_ms}`;
  const old = new Map(before.map((v) => [key(v), v]));
  const spans: TimeSpan[] = [];
  for (const version of after) {
    const was = old.get(key(version));
    old.delete(key(version));
    if (was) spans.push(...changedPair(readFields, was, version));
    else spans.push(wholeOf(version));
  }
  for (const gone of old.values()) spans.push(wholeOf(gone));
  return spans;
}

function wholeOf(version: DiffVersion): TimeSpan {
  return { fromMs: version.from_ms, toMs: version.to_ms ?? Number.POSITIVE_INFINITY };
}

function changedPair(readFields: readonly string[], was: DiffVersion, is: DiffVersion): TimeSpan[] {
  const spans: TimeSpan[] = [];
  const [wasEnd, isEnd] = [wholeOf(was).toMs, wholeOf(is).toMs];
  if (wasEnd !== isEnd) {
    spans.push({ fromMs: Math.min(wasEnd, isEnd), toMs: Math.max(wasEnd, isEnd) });
  }
  for (const field of readFields) {
    if ((was.values[field] ?? '') === (is.values[field] ?? '')) continue;
    const at = field === 'install_reads' ? is.from_ms : isEnd;
    if (Number.isFinite(at)) spans.push({ fromMs: at, toMs: at });
  }
  return spans;
}

/** The smallest range that holds both. */
export function joinRanges(a: DayRange | undefined, b: DayRange): DayRange {
  if (!a) return b;
  return { fromDay: Math.min(a.fromDay, b.fromDay), toDay: Math.max(a.toDay, b.toDay) };
}
