import { bulkInsert, ensureDayPartitions, unnestRows, type Tx } from '@mdmr/postgres';
import { COMMON_COLUMNS, commonValues, type ChannelDayRow } from './channel-day-row.js';
import type { Merged } from './merge-versions.js';

const NAMES = COMMON_COLUMNS.map(({ name }) => name);

/** Versions that a newer one has replaced already. */
export async function addHistory(tx: Tx, rows: readonly ChannelDayRow[]): Promise<void> {
  if (rows.length === 0) return;
  await ensureHistory(tx, rows);
  await bulkInsert(tx, {
    table: 'channel_day_history',
    columns: COMMON_COLUMNS,
    rows: rows.map(commonValues),
    onConflict: 'on conflict do nothing',
  });
}

async function ensureHistory(tx: Tx, rows: readonly ChannelDayRow[]): Promise<void> {
  await ensureDayPartitions(
    tx,
    'channel_day_history',
    rows.map((row) => row.estDay),
  );
}

/** Rows as `u` with their place `i`, and the list of their days, by which Postgres skips partitions. */
function keysOf(rows: readonly ChannelDayRow[]): { sql: string; days: string; params: unknown[] } {
  const columns = [
    { name: 'usdp_id', type: 'text' },
    { name: 'channel', type: 'text' },
    { name: 'est_day', type: 'int4' },
    { name: 'new_version', type: 'int4' },
    { name: 'i', type: 'int4' },
  ];
  const values = rows.map((row, i) => [row.usdpId, row.channel, row.estDay, row.version, i]);
  const { sql, params } = unnestRows(columns, values);
  const days = [...new Set(rows.map((row) => row.estDay))];
  return { sql, days: `$${params.length + 1}::int[]`, params: [...params, days] };
}

/** Versions in the table, by the place of the row that comes for the same day. */
async function currentVersions(
  tx: Tx,
  rows: readonly ChannelDayRow[],
): Promise<Map<number, number>> {
  const { sql, days, params } = keysOf(rows);
  const current = await tx.query<{ i: number; version: number }>(
    `select u.i, d.version from ${sql} join channel_day d using (usdp_id, channel, est_day)
     where d.est_day = any(${days})`,
    params,
  );
  return new Map(current.rows.map(({ i, version }) => [i, version]));
}

/** Of first versions those of which a newer one is there. */
export async function newerStands(tx: Tx, first: readonly Merged[]): Promise<Merged[]> {
  const current = await currentVersions(
    tx,
    first.map((one) => one.newest),
  );
  return first.filter((_, i) => (current.get(i) ?? 1) > 1);
}

/** Rows that will be overwritten become history; of those already newer, the incoming version does. */
export async function keepReplaced(tx: Tx, rows: readonly ChannelDayRow[]): Promise<void> {
  if (rows.length === 0) return;
  await ensureHistory(tx, rows);
  const { sql, days, params } = keysOf(rows);
  const replaced = await tx.query(
    `insert into channel_day_history (${NAMES.join(', ')})
     select ${NAMES.map((name) => `d.${name}`).join(', ')}
     from ${sql} join channel_day d using (usdp_id, channel, est_day)
     where d.est_day = any(${days}) and d.version < u.new_version on conflict do nothing`,
    params,
  );
  // Each replaced the version before it: none came too late.
  if (replaced.rowCount === rows.length) return;
  const current = await currentVersions(tx, rows);
  await addHistory(
    tx,
    rows.filter((row, i) => (current.get(i) ?? 0) > row.version),
  );
}
