import { bulkInsert } from '@mdmr/postgres';
import type { Tx } from '@mdmr/postgres';

/** What an event adds to the progress of a file in custody. */
export interface ProgressDelta {
  readonly custodyId: string;
  readonly taken?: number;
  readonly refused?: number;
  readonly returned?: number;
  readonly segmentsDecided?: number;
  readonly applied?: number;
  readonly unchanged?: number;
  readonly superseded?: number;
  readonly held?: number;
  readonly rejected?: number;
}

const FIELDS = [
  'taken',
  'refused',
  'returned',
  'segmentsDecided',
  'applied',
  'unchanged',
  'superseded',
  'held',
  'rejected',
] as const;
const COLUMNS = FIELDS.map((name) => (name === 'segmentsDecided' ? 'segments_decided' : name));

/** Adds up; sums commute, so it does not matter which topic is read first. */
export async function addProgress(tx: Tx, deltas: readonly ProgressDelta[]): Promise<void> {
  const sums = new Map<string, number[]>();
  for (const delta of deltas) {
    const row = sums.get(delta.custodyId) ?? FIELDS.map(() => 0);
    FIELDS.forEach((field, i) => (row[i]! += delta[field] ?? 0));
    sums.set(delta.custodyId, row);
  }
  await bulkInsert(tx, {
    table: 'custody_progress as p',
    columns: [
      { name: 'custody_id', type: 'text' },
      ...COLUMNS.map((name) => ({ name, type: 'int8' })),
    ],
    rows: [...sums].map(([custodyId, row]) => [custodyId, ...row]),
    onConflict: `on conflict (custody_id) do update set ${COLUMNS.map(
      (name) => `${name} = p.${name} + excluded.${name}`,
    ).join(', ')}`,
  });
}

/** Values or records of a line that are, or are no more, in a state other than applied. */
export interface LineDelta {
  readonly custodyId: string;
  readonly line: number;
  readonly state: string;
  readonly reason: string;
  readonly values: number;
}

export async function addLines(tx: Tx, deltas: readonly LineDelta[]): Promise<void> {
  const sums = new Map<string, unknown[]>();
  for (const { custodyId, line, state, reason, values } of deltas) {
    const key = JSON.stringify([custodyId, line, state, reason]);
    const before = (sums.get(key)?.[4] as number | undefined) ?? 0;
    sums.set(key, [custodyId, line, state, reason, before + values]);
  }
  await bulkInsert(tx, {
    table: 'custody_line as l',
    columns: [
      { name: 'custody_id', type: 'text' },
      { name: 'line', type: 'int8' },
      { name: 'state', type: 'text' },
      { name: 'reason', type: 'text' },
      { name: 'value_count', type: 'int8' },
    ],
    rows: [...sums.values()],
    onConflict:
      'on conflict (custody_id, line, state, reason) do update ' +
      'set value_count = l.value_count + excluded.value_count',
  });
}
