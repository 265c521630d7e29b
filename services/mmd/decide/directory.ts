/**
 * The directory as decisions see it: one timeline an aggregate, whole. Instants in ms; what is dated
 * by day starts at 00:00 EST of the day.
 */
import { dayOfInstant, formatEstDay, formatInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';

export const RECORD_TYPES = ['SDP', 'ATR', 'MTR', 'INS', 'ACC', 'ORG', 'SVC'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Values by their field names; an empty optional field is left out. */
export type Values = Readonly<Record<string, string>>;

/** Values true from an instant: until the next version, or (INS, ACC, ORG) until `to_ms`. */
export interface Version {
  readonly from_ms: Instant;
  /** Explicit end, exclusive; only INS, ACC and ORG have one. */
  readonly to_ms: Instant | null;
  readonly values: Values;
  readonly file_id: string;
  /** None for what the hub ended or inactivated. */
  readonly line: number | null;
  readonly recorded_at_ms: Instant;
}

/** All versions of one aggregate of one LDC, by `from_ms`. */
export interface Timeline {
  readonly type: RecordType;
  /** USDP ID; the meter of an MTR. */
  readonly owner: string;
  /** ATR name, ORG role; else empty. */
  readonly name: string;
  readonly versions: readonly Version[];
}

/** Something for each timeline of an LDC, by type, owner and name. */
export class TimelineMap<T> {
  readonly #byType = new Map<RecordType, Map<string, T>>(
    RECORD_TYPES.map((type) => [type, new Map<string, T>()]),
  );

  get(type: RecordType, owner: string, name: string): T | undefined {
    return this.#byType.get(type)!.get(name === '' ? owner : `${owner}/${name}`);
  }

  set(type: RecordType, owner: string, name: string, value: T): void {
    this.#byType.get(type)!.set(name === '' ? owner : `${owner}/${name}`, value);
  }

  delete(type: RecordType, owner: string, name: string): void {
    this.#byType.get(type)!.delete(name === '' ? owner : `${owner}/${name}`);
  }

  ofType(type: RecordType): Iterable<T> {
    return this.#byType.get(type)!.values();
  }

  *values(): Generator<T> {
    for (const map of this.#byType.values()) yield* map.values();
  }
}

/** The timelines of one LDC. */
export type HeldDirectory = Pick<TimelineMap<Timeline>, 'get' | 'ofType' | 'values'>;

const NO_VERSIONS: readonly Version[] = [];

/** Identity of an aggregate within its LDC. */
export function timelineId(type: RecordType, owner: string, name = ''): string {
  return name === '' ? `${type}/${owner}` : `${type}/${owner}/${name}`;
}

/** INS, ACC and ORG: their date is part of the key, and they end only where they say so. */
export function isRelation(type: RecordType): boolean {
  return type === 'INS' || type === 'ACC' || type === 'ORG';
}

/** INS and MTR are true from an instant, all others from a day. */
export function isInstantDated(type: RecordType): boolean {
  return type === 'INS' || type === 'MTR';
}

export function versionsOf(
  held: HeldDirectory,
  type: RecordType,
  owner: string,
  name = '',
): readonly Version[] {
  return held.get(type, owner, name)?.versions ?? NO_VERSIONS;
}

/** The time of a version as reports show it: a date, or an instant for INS and MTR. */
export function formatFrom(type: RecordType, from: Instant): string {
  return isInstantDated(type) ? formatInstant(from) : formatEstDay(dayOfInstant(from));
}

/** `record_key` of a version, e.g. `INS/2684517307/M-1012/2026-07-02T10:37:00-05:00`. */
export function recordKey(
  type: RecordType,
  owner: string,
  name: string,
  from: Instant,
  values: Values,
): string {
  switch (type) {
    case 'INS':
      return `INS/${owner}/${values['meter_id'] ?? ''}/${formatFrom(type, from)}`;
    case 'ACC':
      return `ACC/${owner}/${values['account_id'] ?? ''}/${formatFrom(type, from)}`;
    case 'ORG':
      return `ORG/${owner}/${name}/${formatFrom(type, from)}`;
    default:
      return timelineId(type, owner, name);
  }
}

/** What tells versions of a timeline apart: the date, and for INS the meter, for ACC the account. */
export function slotOf(type: RecordType, from: Instant, values: Values): string {
  if (type === 'INS') return `${from}/${values['meter_id'] ?? ''}`;
  if (type === 'ACC') return `${from}/${values['account_id'] ?? ''}`;
  return String(from);
}

/** Values but for some fields. */
export function without(values: Values, ...fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !fields.includes(name)));
}

/** Version in force of SDP, ATR, MTR, SVC: the last that starts at or before the instant. */
export function inForce<V extends { readonly from_ms: Instant }>(
  versions: readonly V[],
  at: Instant,
): V | null {
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i]!;
    if (version.from_ms <= at) return version;
  }
  return null;
}

/** Whether a version of INS, ACC or ORG covers the instant. */
export function covers(
  version: { readonly from_ms: Instant; readonly to_ms: Instant | null },
  at: Instant,
): boolean {
  return version.from_ms <= at && (version.to_ms === null || version.to_ms > at);
}
