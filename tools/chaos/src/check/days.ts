/** Channel days on the topics and in the stores against what was sent, to the Wh. */
import { formatDay } from './calendar.js';
import { dayKey, type Expected, type ExpectedDay } from './expected.js';
import { finding, type Finding } from './finding.js';
import type { SeenEvent } from './lanes.js';
import type { DayStore, StoredDay } from './stores.js';

const ABSENT = new Set(['.', 'N']);

/** A version of a channel day as an event tells it. */
export interface DayEvent {
  readonly usdp: string;
  readonly channel: string;
  readonly day: number;
  readonly version: number;
  readonly values: readonly (number | null)[];
  /** reads: a letter an interval, `.` absent, `N` no value. */
  readonly flags: string;
  /** vee: a letter an interval, V = measured and valid. */
  readonly states: string;
  /** vee: received Wh where they differ from the values; empty = they do not. */
  readonly sourceValues: readonly (number | null)[];
  readonly readsVersion: number;
}

export type DayVersions = ReadonlyMap<string, readonly DayEvent[]>;

/** All versions of the channel days of service points, by day, in the order of their topic. */
export function dayVersions(
  events: readonly SeenEvent[],
  type: string,
  usdps: ReadonlySet<string>,
): DayVersions {
  const days = new Map<string, DayEvent[]>();
  for (const event of events) {
    if (event.type !== type || !usdps.has(event.value['usdp_id'] as string)) continue;
    const day = dayEvent(event.value);
    const key = dayKey(day.usdp, day.channel, day.day);
    const versions = days.get(key);
    if (versions === undefined) days.set(key, [day]);
    else versions.push(day);
  }
  return days;
}

function dayEvent(value: SeenEvent['value']): DayEvent {
  return {
    usdp: value['usdp_id'] as string,
    channel: value['channel'] as string,
    day: value['est_day'] as number,
    version: value['version'] as number,
    values: value['values'] as (number | null)[],
    flags: (value['flags'] as string | undefined) ?? '',
    states: (value['states'] as string | undefined) ?? '',
    sourceValues: (value['source_values'] as (number | null)[] | undefined) ?? [],
    readsVersion: (value['reads_version'] as number | undefined) ?? 0,
  };
}

/** Versions of a day count 1, 2, 3 on their topic: each decided once. */
export function checkVersions(service: string, days: DayVersions): Finding[] {
  const findings: Finding[] = [];
  for (const [key, versions] of days) {
    versions.forEach(({ version }, i) => {
      const before = versions[i - 1]?.version ?? 0;
      const where = `${service} ${shown(key)}`;
      if (version <= before) {
        findings.push(finding('DOUBLED', where, `version ${version} comes after ${before}`));
      } else if (version !== before + 1) {
        findings.push(finding('LOST', where, `version ${version} comes after ${before}`));
      }
    });
  }
  return findings;
}

export function newest(days: DayVersions): Map<string, DayEvent> {
  return new Map([...days].map(([key, versions]) => [key, versions.at(-1)!]));
}

/** What reads attributed is what was sent, interval by interval. */
export function checkAttributed(
  expected: Expected,
  attributed: ReadonlyMap<string, DayEvent>,
): Finding[] {
  const findings: Finding[] = [];
  for (const key of new Set([...expected.days.keys(), ...attributed.keys()])) {
    const want = expected.days.get(key);
    const have = attributed.get(key);
    const where = `reads ${shown(key)}`;
    if (have === undefined) {
      if (total(numbers(want!)) === 0 && want!.values.every((one) => one === null)) continue;
      findings.push(finding('LOST', where, 'sent, but there is no such channel day'));
      continue;
    }
    const got = have.values.map((value, i) => (ABSENT.has(have.flags[i]!) ? null : value));
    const wanted = want === undefined ? got.map(() => null) : numbers(want);
    const detail = difference(wanted, got);
    if (detail !== null) findings.push(finding('WRONG_WH', where, detail));
  }
  return findings;
}

/** VEE judged the newest days, and kept what was received: valid values as they came. */
export function checkValidated(
  attributed: ReadonlyMap<string, DayEvent>,
  validated: ReadonlyMap<string, DayEvent>,
): Finding[] {
  const findings: Finding[] = [];
  for (const [key, reads] of attributed) {
    const vee = validated.get(key);
    const where = `vee ${shown(key)}`;
    if (vee === undefined) {
      findings.push(finding('LOST', where, 'attributed, but never validated'));
      continue;
    }
    if (vee.readsVersion !== reads.version) {
      const detail = `stands on version ${vee.readsVersion} of reads, which has ${reads.version}`;
      findings.push(finding('STALE', where, detail));
      continue;
    }
    const sent = reads.values.map((value, i) => (ABSENT.has(reads.flags[i]!) ? null : value));
    const source = vee.sourceValues.length > 0 ? vee.sourceValues : vee.values;
    const kept = source.map((value, i) => (sent[i] === null ? null : value));
    const valid = vee.values.map((value, i) => (vee.states[i] === 'V' ? value : sent[i]!));
    const detail = difference(sent, kept) ?? difference(sent, valid);
    if (detail !== null) findings.push(finding('WRONG_WH', where, detail));
  }
  return findings;
}

/** A store has each day once, as new as its topic, with the same Wh. */
export function checkStore(
  store: DayStore,
  stored: readonly StoredDay[],
  topic: ReadonlyMap<string, DayEvent>,
): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const day of stored) {
    const key = dayKey(day.usdp, day.channel, day.day);
    const where = `${store} store ${shown(key)}`;
    const event = topic.get(key);
    if (seen.has(key)) findings.push(finding('DOUBLED', where, 'is stored twice'));
    else if (event === undefined) {
      findings.push(finding('DOUBLED', where, 'is stored, but no event says so'));
    } else if (day.version !== event.version) {
      const detail = `version ${day.version} is stored, ${event.version} is the newest`;
      findings.push(finding('STALE', where, detail));
    } else if (day.values !== null) {
      const detail = difference(
        event.values.map((value) => value ?? 0),
        day.values,
      );
      if (detail !== null) findings.push(finding('WRONG_WH', where, detail));
    }
    seen.add(key);
  }
  for (const key of topic.keys()) {
    if (seen.has(key)) continue;
    findings.push(finding('LOST', `${store} store ${shown(key)}`, 'is not stored'));
  }
  return findings;
}

function numbers(day: ExpectedDay): (number | null)[] {
  return day.values.map((value) => (value === null ? null : Number(value)));
}

function total(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** Null when they are equal; else both totals and the first interval that differs. */
function difference(
  want: readonly (number | null)[],
  have: readonly (number | null)[],
): string | null {
  const length = Math.max(want.length, have.length);
  for (let i = 0; i < length; i += 1) {
    if (want[i] === have[i]) continue;
    const sums = `${total(want)} Wh sent, ${total(have)} Wh there`;
    return `${sums}; interval ${i}: ${want[i] ?? 'none'} sent, ${have[i] ?? 'none'} there`;
  }
  return null;
}

function shown(key: string): string {
  const [usdp, channel, day] = key.split(' ') as [string, string, string];
  return `${usdp} ${channel} ${formatDay(Number(day))}`;
}
