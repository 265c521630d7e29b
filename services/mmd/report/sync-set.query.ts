import type { Tx } from '@mdmr/postgres';
import type { Mode } from '../decide/facts.js';
import type { LdcSets, OpenSet, OpenState, SetPart } from '../decide/sync-set.js';

interface SetRow {
  readonly ldc: string;
  readonly set_id: string;
  readonly mode: Mode;
  readonly sequence: number;
  readonly sender: string;
  readonly state: OpenState;
  readonly opened_at_ms: number;
  readonly window_end_ms: number;
  readonly parked_at_ms: number | null;
  readonly told_parked: boolean;
}

type PartRow = SetPart & { readonly ldc: string; readonly set_id: string };

/** The open sets of LDCs, or of all, with the sequence each expects; LDCs without open sets too. */
export async function loadLdcSets(
  tx: Pick<Tx, 'query'>,
  ldcs?: readonly string[],
): Promise<Map<string, LdcSets>> {
  const which = ldcs ?? null;
  const sets = await tx.query<SetRow>(
    `select ldc, set_id, mode, sequence, sender, state, opened_at_ms, window_end_ms, parked_at_ms,
            told_parked
     from sync_set where not ended and ($1::text[] is null or ldc = any($1))
     order by ldc, set_id`,
    [which],
  );
  // Asked several times a second, mostly in vain.
  if (sets.rows.length === 0 && ldcs === undefined) return new Map();
  const parts = await tx.query<PartRow>(
    `select p.* from sync_part p join sync_set s using (ldc, set_id)
     where not s.ended and ($1::text[] is null or s.ldc = any($1))
     order by p.ldc, p.set_id, p.part`,
    [which],
  );
  const expected = await tx.query<{ ldc: string; expected: number }>(
    'select ldc, expected from ldc_sequence where $1::text[] is null or ldc = any($1)',
    [which],
  );
  const partsOf = groupBy(parts.rows, (p) => `${p.ldc}/${p.set_id}`);
  const openOf = groupBy(sets.rows, (s) => s.ldc);
  const next = new Map(expected.rows.map((row) => [row.ldc, row.expected]));
  const result = new Map<string, LdcSets>();
  for (const ldc of new Set([...(ldcs ?? []), ...openOf.keys()])) {
    const open = (openOf.get(ldc) ?? []).map((set) => openSet(set, partsOf));
    result.set(ldc, { expected: next.get(ldc) ?? 1, open });
  }
  return result;
}

function openSet(set: SetRow, partsOf: ReadonlyMap<string, PartRow[]>): OpenSet {
  const { ldc, ...open } = set;
  return { ...open, parts: partsOf.get(`${ldc}/${set.set_id}`) ?? [] };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Which of these sets of an LDC have ended. */
export async function endedSets(
  tx: Pick<Tx, 'query'>,
  ldc: string,
  setIds: readonly string[],
): Promise<Set<string>> {
  const result = await tx.query<{ set_id: string }>(
    'select set_id from sync_set where ldc = $1 and set_id = any($2::text[]) and ended',
    [ldc, setIds],
  );
  return new Set(result.rows.map((row) => row.set_id));
}

/** A set as `mdmr sync show` tells it. */
export interface ShownSet {
  readonly ldc: string;
  readonly set_id: string;
  readonly mode: string;
  readonly sequence: number;
  readonly state: string;
  /** Numbers of the parts that are in. */
  readonly parts: readonly number[];
  readonly affected: number;
  readonly active: number;
  readonly next_sequence: number;
  readonly files: readonly { part: number; file_id: string; records: number }[];
}

export async function showSet(
  tx: Pick<Tx, 'query'>,
  ldc: string,
  setId: string,
): Promise<ShownSet | null> {
  const sets = await tx.query<Omit<ShownSet, 'parts' | 'files'>>(
    `select s.ldc, s.set_id, s.mode, s.sequence, s.state, s.affected, s.active,
            coalesce(q.expected, 1)::int8 as next_sequence
     from sync_set s left join ldc_sequence q using (ldc) where s.ldc = $1 and s.set_id = $2`,
    [ldc, setId],
  );
  const set = sets.rows[0];
  if (set === undefined) return null;
  const files = await tx.query<{ part: number; file_id: string; records: number }>(
    'select part, file_id, records from sync_part where ldc = $1 and set_id = $2 order by part',
    [ldc, setId],
  );
  return { ...set, parts: files.rows.map((f) => f.part), files: files.rows };
}
