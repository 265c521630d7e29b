/**
 * Which rows of a set cannot stand with what is held and with each other. A row against what is held
 * loses at once; among rows of the set the highest goes and the rest is judged again, until all that
 * is left can stand. Only what a rejected row touches is judged again.
 */
import { timelineId, versionsOf } from './directory.js';
import { addTo } from './draft.js';
import type { Draft, Row } from './draft.js';
import { amcdKey, judgeAmcd } from './judge-amcd.js';
import { judgeMeter } from './judge-meter.js';
import type { ForeignMeter } from './judge-meter.js';
import { judgeUsdp } from './judge-usdp.js';
import { isKeyHeld } from './spans.js';
import { comparePlace } from './record.js';
import { RowHeap } from './row-heap.js';
import { firstReason, loserOf } from './violation.js';
import type { Party, Violation } from './violation.js';

/** What is judged by itself: an SDP, a meter, an AMCD id at a head-end. */
type UnitKind = 'usdp' | 'meter' | 'amcd';

export class Judge {
  readonly rejected = new Map<Row, Party>();
  readonly #draft: Draft;
  readonly #foreignByMeter = new Map<string, ForeignMeter[]>();
  readonly #foreignByAmcd = new Map<string, ForeignMeter[]>();
  readonly #metersByAmcd = new Map<string, Set<string>>();
  readonly #amcdsByMeter = new Map<string, Set<string>>();
  /** Violations that stand, by unit and by the row that loses. */
  readonly #byUnit = unitMaps<Violation[]>();
  readonly #byLoser = new Map<Row, Set<Violation>>();
  /** Rows that lose against what is held; rows that lose against other rows, highest first. */
  readonly #againstHeld = new Set<Row>();
  readonly #againstRows = new RowHeap();
  readonly #dirty: Record<UnitKind, Set<string>> = {
    usdp: new Set(),
    meter: new Set(),
    amcd: new Set(),
  };

  constructor(draft: Draft, foreign: readonly ForeignMeter[]) {
    this.#draft = draft;
    for (const f of foreign) {
      addTo(this.#foreignByMeter, f.meter, f);
      addTo(this.#foreignByAmcd, amcdKey(f.amcc, f.amcd), f);
    }
    for (const timeline of draft.held.ofType('MTR')) {
      for (const { values } of timeline.versions) this.#indexAmcd(timeline.owner, values);
    }
    for (const row of draft.rows) {
      if (row.type === 'MTR' && !row.withdraw) this.#indexAmcd(row.owner, row.values);
    }
  }

  #indexAmcd(meter: string, values: Row['values']): void {
    const key = amcdKey(values['amcc_id'] ?? '', values['amcd_id'] ?? '');
    addToSet(this.#metersByAmcd, key, meter);
    addToSet(this.#amcdsByMeter, meter, key);
  }

  /** Judges until all rows that are left can stand. */
  run(): void {
    for (const row of this.#draft.rows) this.#markTouched(row);
    for (;;) {
      this.#judgeDirty();
      if (this.#againstHeld.size > 0) {
        const rows = [...this.#againstHeld].sort(comparePlace);
        this.#againstHeld.clear();
        // All verdicts first: each is made in the same state.
        const verdicts = rows.map((row) => [row, this.#verdict(row)] as const);
        for (const [row, verdict] of verdicts) {
          this.#reject(row, verdict);
          this.#markAfterReject(row);
        }
        continue;
      }
      const next = this.#highestAgainstRows();
      if (next === null) break;
      this.#reject(next, this.#verdict(next));
      if (!this.#isPlainAddition(next)) this.#markAfterReject(next);
    }
    this.#tellDependence();
  }

  /** Marks all units whose judgement may depend on the row. */
  #markTouched(row: Row): void {
    if (row.type !== 'MTR') this.#dirty.usdp.add(row.owner);
    const meter =
      row.type === 'MTR' ? row.owner : row.type === 'INS' ? row.values['meter_id']! : null;
    if (meter === null) return;
    this.#markMeter(meter);
    for (const usdp of this.#draft.usdpsOfMeter(meter)) this.#dirty.usdp.add(usdp);
  }

  #markMeter(meter: string): void {
    this.#dirty.meter.add(meter);
    for (const key of this.#amcdsByMeter.get(meter) ?? []) this.#dirty.amcd.add(key);
  }

  /** Without a successor (PSYNC) installations that it would have ended go on, with their ids. */
  #markAfterReject(row: Row): void {
    this.#markTouched(row);
    if (row.type !== 'INS' || this.#draft.facts.mode === 'ISYNC') return;
    for (const usdp of this.#draft.usdpsOfMeter(row.values['meter_id']!)) {
      for (const { values } of versionsOf(this.#draft.held, 'INS', usdp)) {
        this.#markMeter(values['meter_id']!);
      }
    }
  }

  #judgeDirty(): void {
    for (const kind of ['usdp', 'meter', 'amcd'] as const) {
      const ids = this.#dirty[kind];
      this.#dirty[kind] = new Set();
      for (const id of ids) this.#judgeAgain(kind, id);
    }
  }

  #judgeAgain(kind: UnitKind, id: string): void {
    const before = this.#byUnit[kind].get(id);
    for (const old of before ?? []) this.#byLoser.get(loserOf(old).row)?.delete(old);
    const found = this.#judgeUnit(kind, id);
    if (found.length > 0) this.#byUnit[kind].set(id, found);
    else if (before !== undefined) this.#byUnit[kind].delete(id);
    for (const violation of found) this.#note(violation);
  }

  #note(violation: Violation): void {
    const { row } = loserOf(violation);
    addToSet(this.#byLoser, row, violation);
    if (violation.parties.length === 1) this.#againstHeld.add(row);
    else this.#againstRows.push(row);
  }

  #judgeUnit(kind: UnitKind, id: string): Violation[] {
    if (kind === 'usdp') return judgeUsdp(this.#draft, id);
    if (kind === 'meter') {
      return judgeMeter(this.#draft, id, this.#foreignByMeter.get(id) ?? []);
    }
    const meters = this.#metersByAmcd.get(id) ?? [];
    return judgeAmcd(this.#draft, id, meters, this.#foreignByAmcd.get(id) ?? []);
  }

  #highestAgainstRows(): Row | null {
    for (;;) {
      const row = this.#againstRows.pop();
      if (row === null) return null;
      if (!row.rejected && (this.#byLoser.get(row)?.size ?? 0) > 0) return row;
    }
  }

  #verdict(row: Row): Party {
    return firstReason([...(this.#byLoser.get(row) ?? [])].map(loserOf));
  }

  #reject(row: Row, verdict: Party): void {
    this.rejected.set(row, verdict);
    this.#byLoser.delete(row);
    this.#draft.reject(row);
  }

  /**
   * An account or organization that an ISYNC adds: without it nothing conflicts that did not before,
   * and being the highest nothing lost against it. So a thousand rows of one SDP are judged once.
   */
  #isPlainAddition(row: Row): boolean {
    const additive = row.type === 'ACC' || row.type === 'ORG';
    return additive && this.#draft.facts.mode === 'ISYNC' && !isKeyHeld(this.#draft, row);
  }

  /** DEPENDS_ON_REJECTED stands first, also where the meter's row fell after the installation's. */
  #tellDependence(): void {
    for (const [row] of this.rejected) {
      if (row.type !== 'INS' || row.withdraw) continue;
      const meter = row.values['meter_id']!;
      const id = timelineId('MTR', meter);
      const gone = versionsOf(this.#draft.held, 'MTR', meter).length === 0;
      const lost =
        this.#draft.lostCreations.has(id) && this.#draft.rowsOf('MTR', meter).length === 0;
      if (gone && lost) this.rejected.set(row, { row, reason: 'DEPENDS_ON_REJECTED', against: id });
    }
  }
}

function unitMaps<T>(): Record<UnitKind, Map<string, T>> {
  return { usdp: new Map(), meter: new Map(), amcd: new Map() };
}

function addToSet<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([value]));
  else set.add(value);
}
