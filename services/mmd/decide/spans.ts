/** Helpers on worked-out timelines, shared by the judges. */
import type { Instant } from '@mdmr/kernel';
import { recordKey, versionsOf } from './directory.js';
import type { After, Draft, Entry, Row } from './draft.js';

export interface Span {
  readonly entry: Entry;
  readonly from: Instant;
  /** Infinity = for good. */
  readonly to: Instant;
}

/** Versions of a meter with their ends. */
export function spansOf(entries: readonly Entry[]): Span[] {
  return entries.map((entry, i) => ({
    entry,
    from: entry.version.from_ms,
    to: entries[i + 1]?.version.from_ms ?? Infinity,
  }));
}

/** Withdrawals without which there would be a version at the instant. */
export function withdrawalsBefore(after: After, at: number): Row[] {
  return after.withdrawn.filter(({ version }) => version.from_ms <= at).map(({ row }) => row);
}

export function isKeyHeld(draft: Draft, row: Row): boolean {
  return versionsOf(draft.held, row.type, row.owner, row.name).some(
    (v) =>
      recordKey(row.type, row.owner, row.name, v.from_ms, v.values) === row.key &&
      v.from_ms === row.from,
  );
}
