import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions, unnestRows, type Tx } from '@mdmr/postgres';
import { COMMON_COLUMNS, commonValues, rowOf } from './channel-day-row.js';
import type { ChannelDayRow } from './channel-day-row.js';
import { addHistory, keepReplaced, newerStands } from './channel-day-history.js';
import { mergeVersions, type Merged } from './merge-versions.js';

/** Marks of a row: which versions had which cause, and the first one that could be billed. */
const MARKS = [
  { name: 'first_complete', type: 'int4' },
  { name: 'read_version', type: 'int4' },
  { name: 'edit_version', type: 'int4' },
  { name: 'directory_version', type: 'int4' },
];
const ALL_COLUMNS = [...COMMON_COLUMNS, ...MARKS];

function allValues(one: Merged): unknown[] {
  const { newest, firstComplete, read, edit, directory } = one;
  const first = firstComplete === 0 ? null : firstComplete;
  return [...commonValues(newest), first, read, edit, directory];
}

/** The newer of the two versions stays; the marks are those of both. */
const UPSERT = `on conflict (usdp_id, channel, est_day) do update set
  ${['at_ms', 'source_end', 'body', 'version']
    .map(
      (name) =>
        `${name} = case when excluded.version > d.version then excluded.${name} else d.${name} end`,
    )
    .join(',\n  ')},
  first_complete = least(d.first_complete, excluded.first_complete),
  read_version = greatest(d.read_version, excluded.read_version),
  edit_version = greatest(d.edit_version, excluded.edit_version),
  directory_version = greatest(d.directory_version, excluded.directory_version)`;

/**
 * Channel days by their newest version, the others as history, whatever their order. First versions that
 * nothing stands against are one statement.
 */
export const channelDayProjection: Projection = {
  name: 'channel-day',
  topics: ['mdmr.vee.channel-days.v1'],
  async apply(tx, events) {
    const { merged, days } = mergeVersions(rowsOf(events));
    if (merged.length === 0) return;
    await ensureDayPartitions(tx, 'channel_day', days);
    await addHistory(
      tx,
      merged.flatMap((one) => one.older),
    );
    const later = await insertFirst(tx, merged);
    await keepReplaced(
      tx,
      later.map((one) => one.newest),
    );
    await bulkInsert(tx, {
      table: 'channel_day as d',
      columns: ALL_COLUMNS,
      rows: later.map(allValues),
      onConflict: UPSERT,
    });
  },
};

function* rowsOf(events: readonly InEvent[]): Generator<ChannelDayRow> {
  for (const event of events) {
    if (event.type === 'vee.ChannelDayValidated') yield rowOf(event.value);
  }
}

/** A first version that a read brought and that can be billed: by far the most rows. */
function isPlain({ newest }: Merged): boolean {
  return newest.version === 1 && newest.cause === 'READ' && newest.isComplete;
}

/** Version 1 means new. Those that a newer version stands against come back, with all later ones. */
async function insertFirst(tx: Tx, merged: readonly Merged[]): Promise<Merged[]> {
  const plain: Merged[] = [];
  const other: Merged[] = [];
  const later: Merged[] = [];
  for (const one of merged) {
    if (isPlain(one)) plain.push(one);
    else if (one.newest.version === 1) other.push(one);
    else later.push(one);
  }
  if ((await insertPlain(tx, plain)) < plain.length) later.push(...(await newerStands(tx, plain)));
  const { rowCount } = await bulkInsert(tx, {
    table: 'channel_day',
    columns: ALL_COLUMNS,
    rows: other.map(allValues),
    onConflict: 'on conflict do nothing',
  });
  if (rowCount < other.length) later.push(...(await newerStands(tx, other)));
  return later;
}

const WITHOUT_VERSION = COMMON_COLUMNS.filter(({ name }) => name !== 'version');
const INSERT_PLAIN = `insert into channel_day
  (${[...WITHOUT_VERSION, { name: 'version' }, ...MARKS].map(({ name }) => name).join(', ')})`;

/** Version and marks are the same in all of them: they stand in the statement and are not sent. */
async function insertPlain(tx: Tx, plain: readonly Merged[]): Promise<number> {
  if (plain.length === 0) return 0;
  const { sql, select, params } = unnestRows(
    WITHOUT_VERSION,
    plain.map((one) => commonValues(one.newest)),
  );
  const { rowCount } = await tx.query(
    `${INSERT_PLAIN} select ${select}, 1, 1, 1, 0, 0 from ${sql} on conflict do nothing`,
    params,
  );
  return rowCount;
}
