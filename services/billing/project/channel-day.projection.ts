import type { Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions, type Tx } from '@mdmr/postgres';
import { COMMON_COLUMNS, commonValues, rowOf } from './channel-day-row.js';
import type { ChannelDayRow } from './channel-day-row.js';

const TOPIC = 'mdmr.vee.channel-days.v1';
const NAMES = COMMON_COLUMNS.map((column) => `"${column.name}"`).join(', ');

/** Marks of a row: which versions had which cause, and the first one that could be billed. */
const MARKS = [
  { name: 'first_complete', type: 'int4' },
  { name: 'read_version', type: 'int4' },
  { name: 'edit_version', type: 'int4' },
  { name: 'directory_version', type: 'int4' },
];

const CAUSE_MARK: Record<string, number> = { READ: 0, ACCEPT: 1, EDIT: 1, DIRECTORY: 2 };

interface Merged {
  newest: ChannelDayRow;
  older: ChannelDayRow[];
  marks: (number | null)[];
}

function keyOf(row: ChannelDayRow): string {
  return `${row.usdpId}/${row.channel}/${row.estDay}`;
}

function addMarks(marks: (number | null)[], row: ChannelDayRow): void {
  if (row.isComplete) marks[0] = Math.min(marks[0] ?? row.version, row.version);
  const mark = CAUSE_MARK[row.cause];
  if (mark !== undefined) marks[mark + 1] = Math.max(marks[mark + 1]!, row.version);
}

/** Versions of a day that come in one batch become one row and its history. */
function merge(rows: readonly ChannelDayRow[]): Map<string, Merged> {
  const merged = new Map<string, Merged>();
  for (const row of rows) {
    const key = keyOf(row);
    let one = merged.get(key);
    if (one === undefined) {
      one = { newest: row, older: [], marks: [null, 0, 0, 0] };
      merged.set(key, one);
    } else if (row.version > one.newest.version) {
      one.older.push(one.newest);
      one.newest = row;
    } else {
      one.older.push(row);
    }
    addMarks(one.marks, row);
  }
  return merged;
}

const MERGE_MARKS = `
  first_complete = least(d.first_complete, excluded.first_complete),
  read_version = greatest(d.read_version, excluded.read_version),
  edit_version = greatest(d.edit_version, excluded.edit_version),
  directory_version = greatest(d.directory_version, excluded.directory_version)`;

/** The newer of the two versions stays; the marks are those of both. */
const UPSERT = `on conflict (usdp_id, channel, est_day) do update set
  ${COMMON_COLUMNS.slice(3)
    .map(
      ({ name }) =>
        `"${name}" = case when excluded.version > d.version ` +
        `then excluded."${name}" else d."${name}" end`,
    )
    .join(',\n  ')},
  ${MERGE_MARKS}`;

async function addHistory(tx: Tx, rows: readonly ChannelDayRow[]): Promise<void> {
  if (rows.length === 0) return;
  await ensureDayPartitions(
    tx,
    'channel_day_history',
    rows.map((row) => row.estDay),
  );
  await bulkInsert(tx, {
    table: 'channel_day_history',
    columns: COMMON_COLUMNS,
    rows: rows.map(commonValues),
    onConflict: 'on conflict do nothing',
  });
}

/** Rows that will be overwritten become history; of those already newer, the incoming version does. */
async function keepReplaced(tx: Tx, rows: readonly ChannelDayRow[]): Promise<void> {
  if (rows.length === 0) return;
  await ensureDayPartitions(
    tx,
    'channel_day_history',
    rows.map((row) => row.estDay),
  );
  const keys = [
    rows.map((row) => row.usdpId),
    rows.map((row) => row.channel),
    rows.map((row) => row.estDay),
    rows.map((row) => row.version),
    [...new Set(rows.map((row) => row.estDay))],
  ];
  const current = await tx.query<{ i: number; version: number }>(
    `select u.i::int4 as i, d.version from unnest($1::text[], $2::text[], $3::int[], $4::int[])
       with ordinality as u(usdp_id, channel, est_day, version, i)
     join channel_day d using (usdp_id, channel, est_day) where d.est_day = any($5)`,
    keys,
  );
  const late = current.rows.filter((row) => row.version > rows[row.i - 1]!.version);
  await addHistory(
    tx,
    late.map((row) => rows[row.i - 1]!),
  );
  await tx.query(
    `insert into channel_day_history (${NAMES})
     select ${COMMON_COLUMNS.map(({ name }) => `d."${name}"`).join(', ')}
     from unnest($1::text[], $2::text[], $3::int[], $4::int[])
       as u(usdp_id, channel, est_day, new_version)
     join channel_day d using (usdp_id, channel, est_day)
     where d.est_day = any($5) and d.version < u.new_version on conflict do nothing`,
    keys,
  );
}

/**
 * Channel days by their newest version, the others as history, whatever their order. First versions that
 * nothing stands against are one statement.
 */
export const channelDayProjection: Projection = {
  name: 'channel-day',
  topics: [TOPIC],
  async apply(tx, events) {
    const rows: ChannelDayRow[] = [];
    for (const event of events) {
      if (event.type === 'vee.ChannelDayValidated') rows.push(rowOf(event.value));
    }
    if (rows.length === 0) return;
    await ensureDayPartitions(
      tx,
      'channel_day',
      rows.map((row) => row.estDay),
    );
    const merged = [...merge(rows).values()];
    await addHistory(
      tx,
      merged.flatMap((one) => one.older),
    );
    const first = merged.filter((one) => one.newest.version === 1);
    const conflicting = await insertFirst(tx, first);
    const later = merged.filter((one) => one.newest.version !== 1).concat(conflicting);
    await keepReplaced(
      tx,
      later.map((one) => one.newest),
    );
    await upsert(tx, later);
  },
};

async function upsert(tx: Tx, rows: readonly Merged[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'channel_day as d',
    columns: [...COMMON_COLUMNS, ...MARKS],
    rows: rows.map((one) => [...commonValues(one.newest), ...one.marks]),
    onConflict: UPSERT,
  });
}

/** Version 1 means new; those that are not come back. */
async function insertFirst(tx: Tx, first: readonly Merged[]): Promise<Merged[]> {
  const inserted = await bulkInsert<{ usdp_id: string; channel: string; est_day: number }>(tx, {
    table: 'channel_day',
    columns: [...COMMON_COLUMNS, ...MARKS],
    rows: first.map((one) => [...commonValues(one.newest), ...one.marks]),
    onConflict: 'on conflict do nothing',
  });
  if (inserted.rowCount === first.length) return [];
  const there = await tx.query<{ i: number }>(
    `select u.i::int4 as i from unnest($1::text[], $2::text[], $3::int[])
       with ordinality as u(usdp_id, channel, est_day, i)
     join channel_day d using (usdp_id, channel, est_day)
     where d.est_day = any($4) and d.version > 1`,
    [
      first.map((one) => one.newest.usdpId),
      first.map((one) => one.newest.channel),
      first.map((one) => one.newest.estDay),
      [...new Set(first.map((one) => one.newest.estDay))],
    ],
  );
  return there.rows.map((row) => first[row.i - 1]!);
}
