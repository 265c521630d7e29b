/**
 * The directory as it would be after all rows of a set that still stand. Timelines are worked out when
 * asked for and again after a row that touches them is rejected.
 */
import { dayOfInstant, startOfDay } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Named } from './check-content.js';
import { TimelineMap, isRelation, timelineId, versionsOf } from './directory.js';
import type { HeldDirectory, RecordType, Timeline, Values, Version } from './directory.js';
import type { SetFacts } from './facts.js';
import { afterIncremental } from './isync.js';
import type { TimelineKey } from './isync.js';
import { afterRelations, afterValues } from './psync.js';
import type { SyncRecord } from './record.js';

/** A record of the set while it is judged. */
export interface Row extends SyncRecord {
  /** What it states is held already: it changes nothing, and counts as held. */
  unchanged: boolean;
  /** From when its version is true: its own date, or (PSYNC) the day of application. */
  at: Instant;
  rejected: boolean;
}

/** A version of the state after all rows, with the row that states it (none = held or ended). */
export interface Entry {
  readonly version: Version;
  readonly row: Row | null;
  /** PSYNC: ended or inactivated because it was not named. */
  readonly byHub?: boolean;
}

/** A conflict that comes up while a timeline is worked out (PSYNC, section 5). */
export interface Clash {
  readonly row: Row;
  /** `record_key` of what it conflicts with. */
  readonly against: string;
}

export interface After {
  /** By `from_ms`. */
  readonly entries: readonly Entry[];
  readonly clashes: readonly Clash[];
  /** Rows that withdraw, and the held versions that so are gone. */
  readonly withdrawn: readonly { readonly row: Row; readonly version: Version }[];
}

export interface DraftInput {
  readonly held: HeldDirectory;
  readonly records: readonly SyncRecord[];
  /** What rows rejected for their content name. */
  readonly rejected: readonly { readonly record_key: string; readonly names: Named | null }[];
  readonly facts: SetFacts;
  /** file_id of each part, 1 to 6; for what the hub ends itself. */
  readonly fileIds: ReadonlyMap<number, string>;
}

/** Whether an entry is stated by the set; what only says what is held counts as held. */
export function isNew(entry: Entry): boolean {
  return entry.row !== null && !entry.row.unchanged;
}

const NO_ROWS: readonly Row[] = [];

/** Groups things under a key. */
export function addTo<K, V>(index: Map<K, V[]>, key: K, value: V): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [value]);
  else list.push(value);
}

function removeFrom(list: Row[] | undefined, row: Row): void {
  const i = list?.indexOf(row) ?? -1;
  if (i >= 0) list!.splice(i, 1);
}

export class Draft {
  readonly held: HeldDirectory;
  readonly facts: SetFacts;
  readonly fileIds: ReadonlyMap<number, string>;
  readonly rows: readonly Row[];
  /** 00:00 EST of the day of application. */
  readonly dayStart: Instant;
  /** USDP IDs with an SDP row in the set, rejected or not. */
  readonly namedSdps = new Set<string>();
  /** Timelines a rejected row belongs to: what no other row replaces stays there. */
  readonly keptTimelines = new Set<string>();
  /** `record_key` of rejected rows: a rejected row counts as present, its version stays as it is. */
  readonly keptKeys = new Set<string>();
  /** Rejected SDP and MTR rows that would have been the first version of their key. */
  readonly lostCreations = new Set<string>();
  /** Rows that stand, by what they belong to. */
  readonly #rows = new TimelineMap<Row[]>();
  readonly #rowsByUsdp = new Map<string, Row[]>();
  readonly #installRowsByMeter = new Map<string, Row[]>();
  /** SDPs of a meter, as held or as rows say, rejected ones too. */
  readonly #usdpsByMeter = new Map<string, Set<string>>();
  readonly #heldByUsdp = new Map<string, Timeline[]>();
  readonly #after = new TimelineMap<After>();

  constructor(input: DraftInput) {
    this.held = input.held;
    this.facts = input.facts;
    this.fileIds = input.fileIds;
    this.dayStart = startOfDay(dayOfInstant(input.facts.now));
    this.rows = input.records.map((r) => ({
      ...r,
      unchanged: false,
      at: r.from,
      rejected: false,
    }));
    for (const timeline of this.held.values()) this.#indexHeld(timeline);
    for (const row of this.rows) this.#indexRow(row);
    for (const { record_key, names } of input.rejected) {
      if (names !== null) this.#noteRejected(names, record_key);
    }
  }

  #indexHeld(timeline: Timeline): void {
    if (timeline.type === 'MTR') return;
    addTo(this.#heldByUsdp, timeline.owner, timeline);
    if (timeline.type !== 'INS') return;
    for (const { values } of timeline.versions) this.#indexPlace(values, timeline.owner);
  }

  #indexPlace(values: Values, usdp: string): void {
    const meter = values['meter_id'] ?? '';
    const usdps = this.#usdpsByMeter.get(meter);
    if (usdps) usdps.add(usdp);
    else this.#usdpsByMeter.set(meter, new Set([usdp]));
  }

  #indexRow(row: Row): void {
    const list = this.#rows.get(row.type, row.owner, row.name);
    if (list === undefined) this.#rows.set(row.type, row.owner, row.name, [row]);
    else list.push(row);
    if (row.type !== 'MTR') addTo(this.#rowsByUsdp, row.owner, row);
    if (row.type === 'SDP') this.namedSdps.add(row.owner);
    if (row.type !== 'INS') return;
    addTo(this.#installRowsByMeter, row.values['meter_id']!, row);
    this.#indexPlace(row.values, row.owner);
  }

  #noteRejected(named: Named, key: string): void {
    this.keptKeys.add(key);
    const id = timelineId(named.type, named.owner, named.name);
    this.keptTimelines.add(id);
    if (named.type === 'SDP') this.namedSdps.add(named.owner);
    const creates = named.type === 'SDP' || named.type === 'MTR';
    if (creates && versionsOf(this.held, named.type, named.owner).length === 0) {
      this.lostCreations.add(id);
    }
  }

  /** Rows of a timeline that stand. */
  rowsOf(type: RecordType, owner: string, name = ''): readonly Row[] {
    return this.#rows.get(type, owner, name) ?? NO_ROWS;
  }

  rowsOfUsdp(usdp: string): readonly Row[] {
    return this.#rowsByUsdp.get(usdp) ?? NO_ROWS;
  }

  /** INS rows of a meter that stand, at any SDP. */
  installRowsOf(meter: string): readonly Row[] {
    return this.#installRowsByMeter.get(meter) ?? NO_ROWS;
  }

  heldOfUsdp(usdp: string): readonly Timeline[] {
    return this.#heldByUsdp.get(usdp) ?? [];
  }

  /** SDPs at which the meter is, was or would be installed. */
  usdpsOfMeter(meter: string): Iterable<string> {
    return this.#usdpsByMeter.get(meter) ?? [];
  }

  /** The timeline after all rows that stand. */
  after(type: RecordType, owner: string, name = ''): After {
    let after = this.#after.get(type, owner, name);
    if (after === undefined) {
      after = this.#workOut({ type, owner, name });
      this.#after.set(type, owner, name, after);
    }
    return after;
  }

  #workOut(key: TimelineKey): After {
    if (this.facts.mode === 'ISYNC') return afterIncremental(this, key);
    return isRelation(key.type) ? afterRelations(this, key) : afterValues(this, key);
  }

  /** Takes a row out; what it touched is worked out again when next asked for. */
  reject(row: Row): void {
    row.rejected = true;
    this.#noteRejected(row, row.key);
    removeFrom(this.#rows.get(row.type, row.owner, row.name), row);
    removeFrom(this.#rowsByUsdp.get(row.owner), row);
    this.#after.delete(row.type, row.owner, row.name);
    if (row.type !== 'INS') return;
    const meter = row.values['meter_id']!;
    removeFrom(this.#installRowsByMeter.get(meter), row);
    for (const usdp of this.usdpsOfMeter(meter)) this.#after.delete('INS', usdp, '');
  }
}
