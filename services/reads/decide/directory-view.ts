import type { Decimal, EstDay, Instant } from '@mdmr/kernel';

/** What field 8 of a head-end's files names. */
export type DeviceKey = 'METER' | 'AMCD';

/** A head-end (AMCC) as registered. */
export interface HeadEnd {
  readonly amccId: string;
  readonly orgId: string;
  readonly ldcs: readonly string[];
  readonly key: DeviceKey;
  readonly stamps: 'EST' | 'UTC';
  /** Interval values already contain the meter's multiplier. */
  readonly multiplied: boolean;
}

/** MTR from an instant on. */
export interface MeterVersion {
  readonly fromMs: Instant;
  readonly amccId: string;
  readonly amcdId: string;
  readonly intervalMinutes: number;
  readonly multiplier: Decimal;
  readonly dials: number;
  /** Digits right of the point of a register, where the directory says so. */
  readonly decimals: number | null;
  readonly channels: readonly string[];
}

/** All versions of a meter, oldest first. */
export interface MeterTimeline {
  readonly ldc: string;
  readonly meterId: string;
  readonly versions: readonly MeterVersion[];
}

/** INS: a meter at a service point, [fromMs, toMs). Reads in meter units by channel. */
export interface Installation {
  readonly usdpId: string;
  readonly ldc: string;
  readonly meterId: string;
  readonly fromMs: Instant;
  readonly toMs: Instant | null;
  readonly installReads: ReadonlyMap<string, Decimal>;
  readonly removalReads: ReadonlyMap<string, Decimal>;
  /** Where the record came from. */
  readonly fileId: string;
  readonly line: number | null;
}

/** Something that is true from an instant until the next one. */
export interface Dated<T> {
  readonly fromMs: Instant;
  readonly value: T;
}

/** A service point as far as reads ask: timelines oldest first, installations by their start. */
export interface ServicePoint {
  readonly usdpId: string;
  readonly ldc: string;
  readonly statuses: readonly Dated<{ readonly status: string; readonly category: string }>[];
  /** VEE service ids; empty = the LDC's default. */
  readonly services: readonly Dated<string>[];
  readonly operators: readonly {
    readonly fromMs: Instant;
    readonly toMs: Instant | null;
    readonly orgId: string;
  }[];
  readonly installations: readonly Installation[];
}

/** The directory and the head-ends as known at one moment; a plain look-up, no I/O. */
export interface DirectoryView {
  headEnd(amccId: string): HeadEnd | undefined;
  meter(ldc: string, meterId: string): MeterTimeline | undefined;
  /** Meters of which some version carries the AMCD at the AMCC. */
  metersOfAmcd(amccId: string, amcdId: string): readonly MeterTimeline[];
  /** By their start. */
  installationsOfMeter(ldc: string, meterId: string): readonly Installation[];
  servicePoint(usdpId: string): ServicePoint | undefined;
  /** LDC setting `default-vee.<category>` of the day; null = none. */
  defaultService(ldc: string, category: string, day: EstDay): string | null;
}

/** Index of the version in force at the instant, -1 before the first. */
export function indexAt(versions: readonly { readonly fromMs: Instant }[], at: Instant): number {
  let low = 0;
  let high = versions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (versions[middle]!.fromMs <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The value in force at the instant. */
export function valueAt<T>(versions: readonly Dated<T>[], at: Instant): T | undefined {
  return versions[indexAt(versions, at)]?.value;
}
