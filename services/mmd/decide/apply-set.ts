/**
 * A complete synchronization set and the directory as held -> what is in force after it, what each
 * row came to, and whether a PSYNC looks suspicious. Pure; the same for any order of the rows given.
 */
import { checkRows } from './check-content.js';
import type { ContentRejection } from './check-content.js';
import type { HeldDirectory, Timeline } from './directory.js';
import { Draft } from './draft.js';
import type { RawRow, SetFacts } from './facts.js';
import { guardCounts } from './guard.js';
import type { GuardCounts } from './guard.js';
import type { ForeignMeter } from './judge-meter.js';
import { Judge } from './judge-set.js';
import { appliedRows, contentRows, relationRows, touchedKeys } from './outcome.js';
import type { AppliedRow, ContentRow, RelationRow } from './outcome.js';
import { comparePlace } from './record.js';
import type { SyncRecord } from './record.js';

export interface SetToApply {
  readonly facts: SetFacts;
  /** ISYNC: at least what the rows name and reach, PSYNC: the LDC whole. */
  readonly held: HeldDirectory;
  /** Meters of other LDCs with a meter or AMCD id the set names. */
  readonly foreignMeters: readonly ForeignMeter[];
  readonly fileIds: ReadonlyMap<number, string>;
  /** In any order. */
  readonly rows: readonly RawRow[];
}

export interface SetOutcome {
  /** Rows of IR06, IR07, IR14 in report order. */
  readonly applied: readonly AppliedRow[];
  readonly contentRejected: readonly ContentRow[];
  readonly relationRejected: readonly RelationRow[];
  /** Whole timelines that are different now. */
  readonly changes: readonly Timeline[];
  /** PSYNC only. */
  readonly guard: GuardCounts | null;
  /** Records by part. */
  readonly counts: ReadonlyMap<number, PartCounts>;
}

export interface PartCounts {
  readonly applied: number;
  readonly rejected: number;
}

export function applySet(set: SetToApply): SetOutcome {
  const rows = [...set.rows].sort(comparePlace);
  const records: SyncRecord[] = [];
  const rejections: ContentRejection[] = [];
  for (const checked of checkRows(rows, set.facts)) {
    if (checked.ok) records.push(checked.record);
    else rejections.push(checked.rejection);
  }
  const draft = new Draft({
    held: set.held,
    records,
    rejected: rejections,
    facts: set.facts,
    fileIds: set.fileIds,
  });
  const judge = new Judge(draft, set.foreignMeters);
  judge.run();
  const touched = touchedKeys(draft);
  return {
    applied: appliedRows(draft, touched),
    contentRejected: contentRows(rejections),
    relationRejected: relationRows(judge.rejected),
    changes: touched.map(({ type, owner, name }) => ({
      type,
      owner,
      name,
      versions: draft.after(type, owner, name).entries.map((e) => e.version),
    })),
    guard: set.facts.mode === 'PSYNC' ? guardCounts(draft) : null,
    counts: countParts(rows, rejections, judge),
  };
}

function countParts(
  rows: readonly RawRow[],
  rejections: readonly ContentRejection[],
  judge: Judge,
): Map<number, PartCounts> {
  const total = new Map<number, number>();
  const rejected = new Map<number, number>();
  const add = (counts: Map<number, number>, part: number): void => {
    counts.set(part, (counts.get(part) ?? 0) + 1);
  };
  for (const row of rows) add(total, row.part);
  for (const rejection of rejections) add(rejected, rejection.part);
  for (const [row] of judge.rejected) add(rejected, row.part);
  return new Map(
    [...total].map(([part, n]) => {
      const lost = rejected.get(part) ?? 0;
      return [part, { applied: n - lost, rejected: lost }];
    }),
  );
}
