/** What came of the rows of an applied set: the rows of IR06, IR07 and IR14, in report order. */
import { compareIds } from '@mdmr/kernel';
import type { ContentRejection } from './check-content.js';
import { TimelineMap, formatFrom, inForce, recordKey, slotOf, versionsOf } from './directory.js';
import type { Values } from './directory.js';
import { isNew } from './draft.js';
import type { Draft, Entry, Row } from './draft.js';
import type { ContentReason, RelationReason } from './facts.js';
import { Lacks } from './lacks.js';
import { usdpOf } from './record.js';
import type { Party } from './violation.js';

export type Action =
  'CREATED' | 'CHANGED' | 'UNCHANGED' | 'REVIVED' | 'WITHDRAWN' | 'ENDED' | 'INACTIVATED';

interface ReportRow {
  readonly file_id: string;
  readonly part: number;
  readonly usdp_id: string;
  readonly record_key: string;
}

/** A row of IR06. */
export interface AppliedRow extends ReportRow {
  readonly line: number | null;
  readonly action: Action;
  readonly effective_from: string;
  readonly source: string;
  readonly lacks: string;
}

/** A row of IR07. */
export interface ContentRow extends ReportRow {
  readonly line: number;
  readonly field: string;
  readonly reason: ContentReason;
  readonly value: string;
}

/** A row of IR14. */
export interface RelationRow extends ReportRow {
  readonly line: number;
  readonly reason: RelationReason;
  readonly conflicting_with: string;
}

/** By part and line; rows without line at the end of their part, by record_key. */
export function compareReportRows(
  a: { part: number; line: number | null; record_key: string },
  b: { part: number; line: number | null; record_key: string },
): number {
  if (a.part !== b.part) return a.part - b.part;
  if (a.line !== null && b.line !== null) return a.line - b.line;
  if (a.line !== null) return -1;
  if (b.line !== null) return 1;
  return compareIds(a.record_key, b.record_key);
}

/** A timeline the set may have changed. */
export interface TouchedKey {
  readonly type: Row['type'];
  readonly owner: string;
  readonly name: string;
}

export function appliedRows(draft: Draft, touched: Iterable<TouchedKey>): AppliedRow[] {
  const lacks = new Lacks(draft);
  const rows: AppliedRow[] = [];
  const unchanged = new Map<number, number>();
  for (const row of draft.rows) {
    if (row.rejected) continue;
    if (row.unchanged && draft.facts.mode === 'PSYNC') {
      unchanged.set(row.part, (unchanged.get(row.part) ?? 0) + 1);
    } else rows.push(appliedRow(draft, row, lacks));
  }
  for (const [part, count] of unchanged) rows.push(unchangedRow(draft, part, count));
  for (const key of touched) {
    for (const entry of draft.after(key.type, key.owner, key.name).entries) {
      if (entry.byHub) rows.push(hubRow(key, entry, lacks));
    }
  }
  return rows.sort(compareReportRows);
}

function appliedRow(draft: Draft, row: Row, lacks: Lacks): AppliedRow {
  const usdp = usdpOf(row);
  return {
    file_id: row.file_id,
    line: row.line,
    part: row.part,
    usdp_id: usdp,
    record_key: row.key,
    action: actionOf(draft, row),
    effective_from: formatFrom(row.type, row.at),
    source: 'FILE',
    lacks: usdp === '' ? '' : lacks.of(usdp, row.at),
  };
}

function unchangedRow(draft: Draft, part: number, count: number): AppliedRow {
  return {
    file_id: draft.fileIds.get(part) ?? '',
    line: null,
    part,
    usdp_id: '',
    record_key: String(count),
    action: 'UNCHANGED',
    effective_from: '',
    source: 'FILE',
    lacks: '',
  };
}

const HUB_PARTS: Readonly<Record<string, number>> = { SDP: 1, INS: 3, ACC: 4, ORG: 5 };

/** A relation ended or an SDP inactivated because the PSYNC does not name it. */
function hubRow(key: TouchedKey, entry: Entry, lacks: Lacks): AppliedRow {
  const { from_ms, to_ms, values, file_id } = entry.version;
  const at = key.type === 'SDP' ? from_ms : to_ms!;
  return {
    file_id,
    line: null,
    part: HUB_PARTS[key.type]!,
    usdp_id: key.owner,
    record_key: recordKey(key.type, key.owner, key.name, from_ms, values),
    action: key.type === 'SDP' ? 'INACTIVATED' : 'ENDED',
    effective_from: formatFrom(key.type, at),
    source: 'FILE',
    lacks: lacks.of(key.owner, at),
  };
}

function actionOf(draft: Draft, row: Row): Action {
  if (row.withdraw) return 'WITHDRAWN';
  if (row.unchanged) return 'UNCHANGED';
  if (isFirst(draft, row)) return 'CREATED';
  return row.type === 'SDP' && isRevival(draft, row) ? 'REVIVED' : 'CHANGED';
}

/** Whether the row states the first version of its key. */
function isFirst(draft: Draft, row: Row): boolean {
  const held = versionsOf(draft.held, row.type, row.owner, row.name);
  if (row.type === 'INS' || row.type === 'ACC' || row.type === 'ORG') {
    const slot = slotOf(row.type, row.from, row.values);
    return !held.some((v) => slotOf(row.type, v.from_ms, v.values) === slot);
  }
  if (held.length > 0) return false;
  const first = draft.after(row.type, row.owner, row.name).entries.find(isNew);
  return first?.row === row;
}

function isOff(values: Values | undefined): boolean {
  return values?.['status'] === 'INACTIVE' || values?.['status'] === 'RETIRED';
}

/** Back from INACTIVE or RETIRED, as held or by an earlier date of the same set. */
function isRevival(draft: Draft, row: Row): boolean {
  if (isOff(row.values)) return false;
  const before = inForce(versionsOf(draft.held, row.type, row.owner, row.name), row.at)?.values;
  if (isOff(before)) return true;
  const { entries } = draft.after('SDP', row.owner);
  const i = entries.findIndex((e) => e.row === row);
  return isOff(entries[i - 1]?.version.values);
}

export function contentRows(rejections: readonly ContentRejection[]): ContentRow[] {
  return rejections.map(({ names: _names, ...row }) => row).sort(compareReportRows);
}

export function relationRows(rejected: ReadonlyMap<Row, Party>): RelationRow[] {
  return [...rejected]
    .map(([row, { reason, against }]) => ({
      file_id: row.file_id,
      line: row.line,
      part: row.part,
      usdp_id: usdpOf(row),
      record_key: row.key,
      reason,
      conflicting_with: against,
    }))
    .sort(compareReportRows);
}

/** Timelines that rows or the hub may have changed. */
export function touchedKeys(draft: Draft): TouchedKey[] {
  const keys = new TimelineMap<TouchedKey>();
  for (const row of draft.rows) {
    if (!row.rejected && !row.unchanged) keys.set(row.type, row.owner, row.name, row);
  }
  if (draft.facts.mode === 'PSYNC') {
    for (const type of ['SDP', 'INS', 'ACC', 'ORG'] as const) {
      for (const timeline of draft.held.ofType(type)) {
        const { owner, name } = timeline;
        const { entries } = draft.after(type, owner, name);
        if (entries.some((e) => e.byHub)) keys.set(type, owner, name, timeline);
      }
    }
  }
  return [...keys.values()];
}
