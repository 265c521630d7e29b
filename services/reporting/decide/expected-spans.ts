import { dayOfInstant } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';

/** A version of a directory timeline, as the directory events carry it. */
export interface SpanVersion {
  readonly from_ms: Instant;
  readonly to_ms: Instant | null;
  readonly values: Readonly<Record<string, string>>;
}

/** What the directory says of one SDP. */
export interface SdpFacts {
  readonly sdp: readonly SpanVersion[];
  readonly installations: readonly SpanVersion[];
  readonly operators: readonly SpanVersion[];
  readonly meter: (meterId: string) => readonly SpanVersion[];
}

/** Days [from, to) on which a channel of the SDP is expected, counted in DC01. */
export interface ExpectedSpan {
  readonly channel: string;
  readonly amcc: string;
  /** AMI_OPERATOR of the SDP on these days; '' = none. */
  readonly operator: string;
  readonly fromDay: EstDay;
  /** null = open */
  readonly toDay: EstDay | null;
}

const FOREVER = Number.MAX_SAFE_INTEGER;

/** Days [from, to) and a value on them. */
interface DayRange<T> {
  readonly from: EstDay;
  readonly to: EstDay;
  readonly value: T;
}

/**
 * Channel days with an expected interval (sync.md 6), those of a DISCONNECTED SDP left out. On the
 * day of an exchange the later meter's head-end answers for the channel day.
 */
export function expectedSpans(facts: SdpFacts): ExpectedSpan[] {
  const active = dayRanges(facts.sdp).filter((r) => r.value['status'] === 'ACTIVE');
  const operators = dayRanges(facts.operators);
  const meters = meterRanges(facts);
  const channels = new Set(meters.flatMap((r) => r.value.channels));
  return [...channels].sort().flatMap((channel) => {
    const own = meters.filter((r) => r.value.channels.includes(channel));
    return spansOfChannel(channel, own, active, operators);
  });
}

function spansOfChannel(
  channel: string,
  meters: readonly DayRange<MeterValue>[],
  active: readonly DayRange<unknown>[],
  operators: readonly DayRange<Readonly<Record<string, string>>>[],
): ExpectedSpan[] {
  const spans: ExpectedSpan[] = [];
  for (const [from, to] of pieces([...meters, ...active, ...operators])) {
    const meter = meters.findLast((r) => covers(r, from));
    if (!meter || !active.some((r) => covers(r, from))) continue;
    const operator = operators.find((r) => covers(r, from))?.value['org_id'] ?? '';
    const toDay = to === FOREVER ? null : to;
    const before = spans.at(-1);
    const { amcc } = meter.value;
    const joins = before?.toDay === from && before.amcc === amcc && before.operator === operator;
    if (joins) spans[spans.length - 1] = { ...before, toDay };
    else spans.push({ channel, amcc, operator, fromDay: from, toDay });
  }
  return spans;
}

interface MeterValue {
  readonly amcc: string;
  readonly channels: readonly string[];
}

/** Days touched by each version of each installed meter, in the order of their starts. */
function meterRanges(facts: SdpFacts): DayRange<MeterValue>[] {
  const ranges: (DayRange<MeterValue> & { start: Instant })[] = [];
  for (const installation of facts.installations) {
    const versions = facts.meter(installation.values['meter_id'] ?? '');
    versions.forEach((version, i) => {
      const start = Math.max(installation.from_ms, version.from_ms);
      const next = versions[i + 1]?.from_ms ?? FOREVER;
      const end = Math.min(installation.to_ms ?? FOREVER, next);
      if (start >= end) return;
      const value = {
        amcc: version.values['amcc_id'] ?? '',
        channels: (version.values['channels'] ?? '').split('+').filter((c) => c !== ''),
      };
      const to = end === FOREVER ? FOREVER : dayOfInstant(end - 1) + 1;
      ranges.push({ start, from: dayOfInstant(start), to, value });
    });
  }
  return ranges.sort((a, b) => a.start - b.start);
}

/** Day-dated versions: each until its end or the next one. */
function dayRanges(versions: readonly SpanVersion[]): DayRange<Readonly<Record<string, string>>>[] {
  return versions.map((version, i) => {
    const next = versions[i + 1]?.from_ms ?? FOREVER;
    const end = Math.min(version.to_ms ?? FOREVER, next);
    const to = end === FOREVER ? FOREVER : dayOfInstant(end);
    return { from: dayOfInstant(version.from_ms), to, value: version.values };
  });
}

function covers(range: DayRange<unknown>, day: EstDay): boolean {
  return range.from <= day && day < range.to;
}

/** Neighbouring day ranges in which nothing changes. */
function pieces(ranges: readonly DayRange<unknown>[]): [EstDay, EstDay][] {
  const bounds = [...new Set(ranges.flatMap((r) => [r.from, r.to]))].sort((a, b) => a - b);
  return bounds.slice(0, -1).map((from, i) => [from, bounds[i + 1]!]);
}
