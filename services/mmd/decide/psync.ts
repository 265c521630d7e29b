/**
 * PSYNC: the set is the LDC's whole present. What is named and different starts a version, what is
 * not named ends or becomes inactive; the past stays as it is held.
 */
import type { Instant } from '@mdmr/kernel';
import { inForce, recordKey, slotOf, timelineId, versionsOf, without } from './directory.js';
import type { RecordType, Values, Version } from './directory.js';
import type { After, Clash, Draft, Entry, Row } from './draft.js';
import { sameValues } from './field-forms.js';
import { byFrom, heldEntries, versionOf } from './isync.js';
import type { TimelineKey } from './isync.js';

const NO_CLASHES: After['clashes'] = [];
const NOTHING: After['withdrawn'] = [];

/** SDP, ATR, MTR, SVC: at most one row stands. */
export function afterValues(draft: Draft, key: TimelineKey): After {
  const held = versionsOf(draft.held, key.type, key.owner, key.name);
  const row = draft.rowsOf(key.type, key.owner, key.name)[0];
  const entries = heldEntries(held);
  if (row === undefined) {
    const inactive = key.type === 'SDP' ? inactivation(draft, key.owner, held) : null;
    return done(inactive === null ? entries : withEntry(entries, inactive));
  }
  const current = inForce(held, Math.max(row.from, draft.dayStart));
  row.unchanged = current !== null && sameValues(current.values, row.values);
  if (row.unchanged) return done(entries);
  const later = current === null || row.from > current.from_ms;
  row.at = later ? row.from : draft.dayStart;
  return done(withEntry(entries, { version: versionOf(row, draft.facts.now), row }));
}

function done(entries: Entry[], clashes: readonly Clash[] = NO_CLASHES): After {
  return { entries, clashes, withdrawn: NOTHING };
}

/** Adds a version, in place of one of the same date. */
function withEntry(entries: readonly Entry[], entry: Entry): Entry[] {
  const from = entry.version.from_ms;
  return [...entries.filter((e) => e.version.from_ms !== from), entry].sort(byFrom);
}

/** An SDP in force that part 1 does not name is INACTIVE from the day of application. */
function inactivation(draft: Draft, usdp: string, held: readonly Version[]): Entry | null {
  const current = inForce(held, draft.dayStart);
  const status = current?.values['status'];
  if (current === null || status === 'INACTIVE' || status === 'RETIRED') return null;
  if (draft.namedSdps.has(usdp)) return null;
  const version: Version = {
    from_ms: draft.dayStart,
    to_ms: null,
    values: { ...current.values, status: 'INACTIVE' },
    file_id: draft.fileIds.get(1) ?? '',
    line: null,
    recorded_at_ms: draft.facts.now,
  };
  return { version, row: null, byHub: true };
}

/** What a row does to the relations held; worked out for each row by itself. */
interface Effect {
  /** The version after the row; null = it is refused, or nothing changes. */
  readonly version: Version | null;
  /** Held versions the row stands for: they are not absent. */
  readonly named: readonly Version[];
  /** Held version that the new one replaces in place. */
  readonly replaces: Version | null;
  /** ORG with another organization under a held key: the held one ends where the new one starts. */
  readonly ends: Version | null;
  readonly clash: Clash | null;
}

/** The instant up to which a relation is past: now for INS, 00:00 of the day for the others. */
function presentOf(draft: Draft, type: RecordType): Instant {
  return type === 'INS' ? draft.facts.now : draft.dayStart;
}

function isOpen(version: Version, present: Instant): boolean {
  return version.to_ms === null || version.to_ms > present;
}

/** A row that states an end that is over. */
function isPast(draft: Draft, row: Row): boolean {
  return row.to !== null && row.to <= presentOf(draft, row.type);
}

const NO_EFFECT = { version: null, replaces: null, ends: null, clash: null };

function effectOf(draft: Draft, row: Row): Effect {
  const held = versionsOf(draft.held, row.type, row.owner, row.name);
  const slot = slotOf(row.type, row.from, row.values);
  const own = held.find((v) => slotOf(row.type, v.from_ms, v.values) === slot) ?? null;
  row.unchanged = false;
  row.at = row.from;
  if (own === null) return isPast(draft, row) ? refused(row, '') : created(draft, row);
  if (says(draft, own, row)) {
    row.unchanged = true;
    return { ...NO_EFFECT, named: [own] };
  }
  if (!isOpen(own, presentOf(draft, row.type))) return resumed(draft, row, own, held);
  return row.type === 'ORG' && own.values['org_id'] !== row.values['org_id']
    ? handedOver(draft, row, own)
    : inPlace(draft, row, own);
}

function refused(row: Row, against: string): Effect {
  return { ...NO_EFFECT, named: [], clash: { row, against } };
}

function created(draft: Draft, row: Row): Effect {
  return { ...NO_EFFECT, named: [], version: versionOf(row, draft.facts.now) };
}

/** A read of an installation in the past is history, which only an ISYNC corrects. */
function keepsInstallReads(draft: Draft, version: Version): boolean {
  return 'meter_id' in version.values && version.from_ms < draft.dayStart;
}

/** Whether a held version says what the row says. */
function says(draft: Draft, version: Version, row: Row): boolean {
  const ignore = keepsInstallReads(draft, version) ? 'install_reads' : undefined;
  return version.to_ms === row.to && sameValues(version.values, row.values, ignore);
}

/** Another end or other reads of a relation that is not over: the version of the key is replaced. */
function inPlace(draft: Draft, row: Row, version: Version): Effect {
  row.at = version.from_ms;
  let values: Values = row.values;
  if (keepsInstallReads(draft, version)) {
    const others = without(row.values, 'install_reads');
    const kept = version.values['install_reads'];
    values = kept === undefined ? others : { ...others, install_reads: kept };
  }
  return {
    ...NO_EFFECT,
    named: [version],
    replaces: version,
    version: { ...versionOf(row, draft.facts.now), values },
  };
}

function handedOver(draft: Draft, row: Row, version: Version): Effect {
  if (version.from_ms >= draft.dayStart || isPast(draft, row)) return inPlace(draft, row, version);
  row.at = draft.dayStart;
  return {
    ...NO_EFFECT,
    named: [version],
    ends: version,
    version: versionOf(row, draft.facts.now),
  };
}

function sameSubject(type: RecordType, a: Values, b: Values): boolean {
  const field = type === 'INS' ? 'meter_id' : type === 'ACC' ? 'account_id' : 'org_id';
  return a[field] === b[field];
}

/** The key is held but over: the relation as it goes on, or again from the day of application. */
function resumed(draft: Draft, row: Row, own: Version, held: readonly Version[]): Effect {
  if (isPast(draft, row)) return refused(row, row.key);
  const present = presentOf(draft, row.type);
  const goingOn = held.find(
    (v) =>
      v.from_ms <= present && isOpen(v, present) && sameSubject(row.type, v.values, row.values),
  );
  if (goingOn === undefined) {
    row.at = draft.dayStart;
    return { ...created(draft, row), named: [own] };
  }
  if (!says(draft, goingOn, row)) return inPlace(draft, row, goingOn);
  row.unchanged = true;
  return { ...NO_EFFECT, named: [own, goingOn] };
}

/** INS, ACC, ORG: rows take effect, then what is open and not named ends. */
export function afterRelations(draft: Draft, key: TimelineKey): After {
  const held = versionsOf(draft.held, key.type, key.owner, key.name);
  const rows = draft.rowsOf(key.type, key.owner, key.name);
  const effects = rows.map((row) => ({ row, effect: effectOf(draft, row) }));
  const named = new Set(effects.flatMap(({ effect }) => effect.named));
  const gone = new Set(effects.map(({ effect }) => effect.replaces));
  const clashes: Clash[] = [];
  const entries: Entry[] = [];
  for (const { row, effect } of effects) {
    if (effect.clash !== null) clashes.push(effect.clash);
    if (effect.version !== null) entries.push({ version: effect.version, row });
    if (effect.ends === null) continue;
    gone.add(effect.ends);
    entries.push({ version: { ...effect.ends, to_ms: row.at }, row: null });
  }
  for (const version of held) {
    if (gone.has(version)) continue;
    if (named.has(version)) entries.push({ version, row: null });
    else entries.push(absent(draft, key, version, clashes));
  }
  return done(entries.sort(byFrom), clashes);
}

/** A held relation that no row names. */
function absent(draft: Draft, key: TimelineKey, version: Version, clashes: Clash[]): Entry {
  const present = presentOf(draft, key.type);
  const stays: Entry = { version, row: null };
  if (version.from_ms > present || !isOpen(version, present)) return stays;
  if (!draft.namedSdps.has(key.owner)) return stays;
  const against = recordKey(key.type, key.owner, key.name, version.from_ms, version.values);
  if (draft.keptKeys.has(against)) return stays;
  let first: Instant | null = null;
  for (const row of successors(draft, key, version)) {
    if (row.at <= version.from_ms) {
      if (!row.unchanged) clashes.push({ row, against });
    } else if (first === null || row.at < first) first = row.at;
  }
  // A successor that was rejected has not come: what it would replace goes on.
  if (first === null && draft.keptTimelines.has(timelineId(key.type, key.owner, key.name)))
    return stays;
  const end = first ?? Math.max(draft.dayStart, version.from_ms);
  if (version.to_ms !== null && version.to_ms <= end) return stays;
  const ended: Version = {
    ...version,
    to_ms: end,
    file_id: draft.fileIds.get(partOf(key.type)) ?? '',
    line: null,
    recorded_at_ms: draft.facts.now,
  };
  return { version: ended, row: null, byHub: true };
}

function partOf(type: RecordType): number {
  return type === 'INS' ? 3 : type === 'ACC' ? 4 : 5;
}

/** Rows that may replace a relation: of the same SDP (and role); of the same meter elsewhere. */
function* successors(draft: Draft, key: TimelineKey, version: Version): Generator<Row> {
  for (const row of draft.rowsOf(key.type, key.owner, key.name)) {
    if (!isPast(draft, row)) yield row;
  }
  if (key.type !== 'INS') return;
  for (const row of draft.installRowsOf(version.values['meter_id'] ?? '')) {
    if (row.owner === key.owner || isPast(draft, row)) continue;
    effectOf(draft, row);
    yield row;
  }
}
