import type { InEvent, Projection } from '@mdmr/bus';
import { Fault } from '@mdmr/kernel';
import { bulkInsert, ensureDayPartitions, type Tx } from '@mdmr/postgres';
import { contentHash } from '../decide/index.js';
import { ChannelDayMap, ChannelDaySet } from '../report/channel-day-map.js';

type Attributed = InEvent<'reads.ChannelDayAttributed'>['value'];

/** Which version of a channel day is the newest, and a digest of what it says. */
export const channelDaysProjection: Projection = {
  name: 'channel-days',
  topics: ['mdmr.reads.channel-days.v1'],
  async apply(tx, events) {
    const newest = new ChannelDayMap<Attributed>();
    const keys = new ChannelDaySet();
    for (const event of events) {
      if (event.type !== 'reads.ChannelDayAttributed') continue;
      const { value } = event;
      const key = { usdpId: value.usdp_id, channel: value.channel, estDay: value.est_day };
      const before = newest.get(key);
      if (!before || before.version < value.version) newest.set(key, value);
      keys.add(key);
    }
    await upsert(tx, keys.keys.map((key) => newest.get(key)!).sort(compareKeys));
  },
};

/**
 * As Postgres says it when transactions cannot be put one after the other: the bus tries again for
 * as long as it takes, and each time one of the rivals gets through.
 */
const SERIALIZATION_FAILURE = '40001';

/** Everyone writes, and locks, channel days in this order. */
function compareKeys(
  a: { est_day: number; usdp_id: string; channel: string },
  b: { est_day: number; usdp_id: string; channel: string },
): number {
  if (a.est_day !== b.est_day) return a.est_day - b.est_day;
  if (a.usdp_id !== b.usdp_id) return a.usdp_id < b.usdp_id ? -1 : 1;
  return a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : 0;
}

async function upsert(tx: Tx, days: readonly Attributed[]): Promise<void> {
  if (days.length === 0) return;
  await ensureDayPartitions(tx, 'channel_day', new Set(days.map((v) => v.est_day)));
  const rows = days.map((v) => [v.est_day, v.usdp_id, v.channel, v.version, contentHash(v)]);
  const written = await bulkInsert(tx, {
    table: 'channel_day as c',
    columns: [
      { name: 'est_day', type: 'int4' },
      { name: 'usdp_id', type: 'text' },
      { name: 'channel', type: 'text' },
      { name: 'version', type: 'int4' },
      { name: 'content_hash', type: 'int8' },
    ],
    rows,
    onConflict:
      'on conflict (est_day, usdp_id, channel) do update set version = excluded.version, ' +
      'content_hash = excluded.content_hash where c.version < excluded.version',
  });
  if (written.rowCount < rows.length) await refuseRivals(tx, rows);
}

/**
 * A row that was not written has a version as high. The same version with other content means that
 * two transactions made a first version at once, neither seeing the other's blocks: the later one
 * tries again.
 */
async function refuseRivals(tx: Tx, rows: readonly (readonly unknown[])[]): Promise<void> {
  const column = (i: number): unknown[] => rows.map((row) => row[i]);
  const rivals = await tx.query<{ n: number }>(
    `select count(*)::int8 as n
     from unnest($1::int4[], $2::text[], $3::text[], $4::int4[], $5::int8[])
       as u(est_day, usdp_id, channel, version, content_hash)
     join channel_day c using (est_day, usdp_id, channel)
     where c.version = u.version and c.content_hash <> u.content_hash`,
    [column(0), column(1), column(2), column(3), column(4)],
  );
  if (rivals.rows[0]!.n > 0) {
    throw new Fault(SERIALIZATION_FAILURE, 'another transaction made the same channel day');
  }
}
