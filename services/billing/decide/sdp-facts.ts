/** What billing needs to know of one SDP, as plain sorted arrays; made from the directory by the edge. */
import type { EstDay, Instant, Zone } from '@mdmr/kernel';

/** Channels of a billing quantity, in the order of its records. */
export const CHANNELS = ['KWH', 'GKWH', 'KVARH'] as const;
export type Channel = (typeof CHANNELS)[number];

export type Framing = 'PERIODIC' | 'TOU' | 'HOURLY';
export type Status = 'ACTIVE' | 'INACTIVE' | 'DISCONNECTED' | 'RETIRED';

/** A directory version a number rests on: its key and which file and line said so, and when. */
export interface DirectoryRef {
  key: string;
  version: string;
}

/** True from a day until the next version. */
export interface Dated<T> {
  fromDay: EstDay;
  value: T;
  ref: DirectoryRef;
}

/** True from a day to an end of its own; null = open. */
export interface Ended<T> extends Dated<T> {
  toDay: EstDay | null;
}

export interface Service {
  framing: Framing;
  /** Empty = none. */
  calendarId: string;
  rateClass: string;
}

export interface MeterVersion {
  fromMs: Instant;
  minutes: number;
  channels: readonly Channel[];
  /** Decimal as in the directory. */
  multiplier: string;
  ref: DirectoryRef;
}

/** A meter at the SDP for [fromMs, toMs); null = still there. */
export interface Installation {
  meterId: string;
  fromMs: Instant;
  toMs: Instant | null;
  /** The meter's versions, ascending; the first may start inside the installation's first interval. */
  meter: readonly MeterVersion[];
  ref: DirectoryRef;
}

/** Everything ascending by its start. */
export interface SdpFacts {
  usdpId: string;
  ldc: string;
  sdp: readonly Dated<{ status: Status; zone: Zone }>[];
  services: readonly Dated<Service>[];
  accounts: readonly Ended<string>[];
  billingAgents: readonly Ended<string>[];
  installations: readonly Installation[];
}

/** The version in force on a day, or null before the first. */
export function inForceOn<T>(versions: readonly Dated<T>[], day: EstDay): Dated<T> | null {
  for (let i = versions.length - 1; i >= 0; i--) {
    if (versions[i]!.fromDay <= day) return versions[i]!;
  }
  return null;
}

/** The relation in force on a day, or null. */
export function relationOn<T>(relations: readonly Ended<T>[], day: EstDay): Ended<T> | null {
  for (let i = relations.length - 1; i >= 0; i--) {
    const relation = relations[i]!;
    if (relation.fromDay <= day && (relation.toDay === null || day < relation.toDay)) {
      return relation;
    }
  }
  return null;
}

/** Whether a status lets a day be billed. */
export function isBillable(status: Status): boolean {
  return status === 'ACTIVE' || status === 'DISCONNECTED';
}
