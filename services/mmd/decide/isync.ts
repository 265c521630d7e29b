/** ISYNC: only what is named changes; every accepted record is held as a version. */
import type { After, Draft, Entry, Row } from './draft.js';
import { slotOf, versionsOf } from './directory.js';
import type { RecordType, Version } from './directory.js';
import { sameValues } from './field-forms.js';

export interface TimelineKey {
  readonly type: RecordType;
  readonly owner: string;
  readonly name: string;
}

/** The version a row states. */
export function versionOf(row: Row, now: number): Version {
  return {
    from_ms: row.at,
    to_ms: row.to,
    values: row.values,
    file_id: row.file_id,
    line: row.line,
    recorded_at_ms: now,
  };
}

export function byFrom(a: Entry, b: Entry): number {
  return a.version.from_ms - b.version.from_ms;
}

const NOTHING: After['withdrawn'] = [];

/** Held versions as entries; the usual case of a timeline no row names. */
export function heldEntries(versions: readonly Version[]): Entry[] {
  return versions.map((version) => ({ version, row: null }));
}

export function afterIncremental(draft: Draft, key: TimelineKey): After {
  const held = versionsOf(draft.held, key.type, key.owner, key.name);
  const rows = draft.rowsOf(key.type, key.owner, key.name);
  if (rows.length === 0) return { entries: heldEntries(held), clashes: [], withdrawn: NOTHING };
  const entries = new Map<string, Entry>();
  for (const version of held) {
    entries.set(slotOf(key.type, version.from_ms, version.values), { version, row: null });
  }
  const withdrawn: { row: Row; version: Version }[] = [];
  for (const row of rows) {
    const slot = slotOf(key.type, row.from, row.values);
    const before = entries.get(slot);
    row.unchanged = false;
    if (row.withdraw) {
      if (before === undefined) continue;
      withdrawn.push({ row, version: before.version });
      entries.delete(slot);
    } else if (before !== undefined && isHeld(before.version, row)) {
      row.unchanged = true;
    } else {
      entries.set(slot, { version: versionOf(row, draft.facts.now), row });
    }
  }
  return { entries: [...entries.values()].sort(byFrom), clashes: [], withdrawn };
}

function isHeld(version: Version, row: Row): boolean {
  return version.to_ms === row.to && sameValues(version.values, row.values);
}
