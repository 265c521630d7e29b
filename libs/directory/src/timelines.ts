import type { Instant } from '@mdmr/kernel';

/** The values of a key from an instant on. */
export interface Version {
  readonly from_ms: Instant;
  /** Explicit end of INS, ACC, ORG; null = open. */
  readonly to_ms: Instant | null;
  /** By the field names of the synchronization records; ACC has `account_ref`. */
  readonly values: Readonly<Record<string, string>>;
  readonly file_id: string;
  readonly line: number | null;
  readonly recorded_at_ms: Instant;
}

/** All versions of one aggregate as known, by `from_ms`. */
export interface Timeline {
  readonly recordType: string;
  readonly ldc: string;
  /** USDP ID, or meter id for MTR. */
  readonly subject: string;
  /** ATR name, ORG role, else empty. */
  readonly name: string;
  /** Set that stated it: with record type, subject and name the version's name in results. */
  readonly setId: string;
  readonly knownFrom: Instant;
  readonly versions: readonly Version[];
}

/** SDP, ATR, MTR, SVC: the last version that began at or before `at`. */
export function inForce(timeline: Timeline | undefined, at: Instant): Version | undefined {
  let found: Version | undefined;
  for (const v of timeline?.versions ?? []) {
    if (v.from_ms > at) break;
    found = v;
  }
  return found;
}

/** INS, ACC, ORG: versions that cover `at`. */
export function covering(timeline: Timeline | undefined, at: Instant): Version[] {
  return overlapping(timeline, at, at + 1);
}

/** INS, ACC, ORG: versions that cover some of [from, to). */
export function overlapping(timeline: Timeline | undefined, from: Instant, to: Instant): Version[] {
  return (timeline?.versions ?? []).filter(
    (v) => v.from_ms < to && (v.to_ms === null || v.to_ms > from),
  );
}
