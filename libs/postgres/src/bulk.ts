import { binaryArray, hasBinaryForm } from './binary-array.js';
import type { QueryResult, Tx } from './database.js';

/** A column of a bulk statement: its name and its Postgres type, e.g. `int8`, `text`, `int8[]`. */
export interface BulkColumn {
  readonly name: string;
  readonly type: string;
}

export interface BulkInsert {
  readonly table: string;
  readonly columns: readonly BulkColumn[];
  /** One array a row, in the order of `columns`. */
  readonly rows: readonly (readonly unknown[])[];
  /** e.g. `on conflict (usdp_id) do update set …`; nothing = plain insert. */
  readonly onConflict?: string;
  /** e.g. `returning usdp_id`. */
  readonly returning?: string;
}

/** Array literal of a row's own array: unnest would flatten nested arrays. */
function arrayLiteral(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const items = (value as unknown[]).map((item) => {
    if (item === null || item === undefined) return 'NULL';
    if (typeof item === 'string') return `"${item.replace(/["\\]/g, '\\$&')}"`;
    return String(item);
  });
  return `{${items.join(',')}}`;
}

function columnParam(type: string, values: unknown[]): unknown[] | Buffer {
  if (hasBinaryForm(type)) return binaryArray(type, values);
  if (type.endsWith('[]')) return binaryArray('text', values.map(arrayLiteral));
  if (type === 'jsonb' || type === 'json') {
    const texts = values.map((v) => (v === null || v === undefined ? null : JSON.stringify(v)));
    return binaryArray('text', texts);
  }
  return values.map((v) => (v === undefined ? null : v));
}

/** Source relation `unnest($1::text[], …)` of rows, with its parameters from `$first` on. */
export function unnestRows(
  columns: readonly BulkColumn[],
  rows: readonly (readonly unknown[])[],
  first = 1,
): { sql: string; select: string; params: (unknown[] | Buffer)[] } {
  const params = columns.map((c, i) =>
    columnParam(
      c.type,
      rows.map((row) => row[i]),
    ),
  );
  const carried = (type: string) => (/\[\]$|^jsonb?$/.test(type) ? 'text' : type);
  const arrays = columns.map((c, i) => `$${first + i}::${carried(c.type)}[]`);
  const names = columns.map((c) => `"${c.name}"`);
  const select = columns.map((c) =>
    carried(c.type) === c.type ? `u."${c.name}"` : `u."${c.name}"::${c.type}`,
  );
  return {
    sql: `unnest(${arrays.join(', ')}) as u(${names.join(', ')})`,
    select: select.join(', '),
    params,
  };
}

/** All rows in one statement. No rows: nothing is sent. */
export async function bulkInsert<R = Record<string, unknown>>(
  tx: Tx,
  insert: BulkInsert,
): Promise<QueryResult<R>> {
  if (insert.rows.length === 0) return { rows: [], rowCount: 0 };
  const source = unnestRows(insert.columns, insert.rows);
  const names = insert.columns.map((c) => `"${c.name}"`).join(', ');
  const sql =
    `insert into ${insert.table} (${names}) select ${source.select} from ${source.sql} ` +
    `${insert.onConflict ?? ''} ${insert.returning ?? ''}`;
  return tx.query<R>(sql, source.params);
}
