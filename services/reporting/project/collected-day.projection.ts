import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { HOUR_MS } from '@mdmr/kernel';
import { bulkInsert, ensureDayPartitions, type Tx } from '@mdmr/postgres';

type Attributed = EventValue<'reads.ChannelDayAttributed'>;

/** One compact row a version of a channel day: whether it has values, and since when it is whole. */
export const collectedDayProjection: Projection = {
  name: 'collected-day',
  topics: ['mdmr.reads.channel-days.v1'],
  async apply(tx, events) {
    const days: Attributed[] = [];
    for (const { type, value } of events) {
      if (type === 'reads.ChannelDayAttributed') days.push(value);
    }
    if (days.length === 0) return;
    await ensureDayPartitions(tx, 'collected_day', new Set(days.map((d) => d.est_day)));
    await storeDays(tx, days);
    await storeHours(tx, days);
  },
};

async function storeDays(tx: Tx, days: readonly Attributed[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'collected_day',
    columns: [
      { name: 'est_day', type: 'int4' },
      { name: 'ldc', type: 'text' },
      { name: 'usdp_id', type: 'text' },
      { name: 'channel', type: 'text' },
      { name: 'version', type: 'int4' },
      { name: 'at_ms', type: 'int8' },
      { name: 'has_values', type: 'bool' },
      { name: 'completed_at_ms', type: 'int8' },
    ],
    rows: days.map((d) => [
      d.est_day,
      d.ldc,
      d.usdp_id,
      d.channel,
      d.version,
      d.at_ms,
      hasValues(d.values),
      d.completed_at_ms,
    ]),
  });
}

function hasValues(values: readonly (number | null)[]): boolean {
  return values.some((value) => value !== null);
}

/** Which days of an LDC got new versions in which hour, so that a run need not search them all. */
async function storeHours(tx: Tx, days: readonly Attributed[]): Promise<void> {
  const hours = new Map<string, [string, number, number]>();
  for (const d of days) {
    const hour = Math.floor(d.at_ms / HOUR_MS);
    hours.set(`${d.ldc} ${d.est_day} ${hour}`, [d.ldc, d.est_day, hour]);
  }
  await bulkInsert(tx, {
    table: 'collected_hour',
    columns: [
      { name: 'ldc', type: 'text' },
      { name: 'est_day', type: 'int4' },
      { name: 'hour', type: 'int4' },
    ],
    // In one order for every writer, so that two never wait for each other.
    rows: [...hours].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    onConflict: 'on conflict do nothing',
  });
}
