import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions } from '@mdmr/postgres';
import { contextKey } from '../decide/context-key.js';
import { encodeDay } from '../store/day-body.js';

type Validated = InEvent<'vee.ChannelDayValidated'>;

const COLUMNS = [
  { name: 'usdp_id', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'est_day', type: 'int4' },
  { name: 'version', type: 'int4' },
  { name: 'reads_version', type: 'int4' },
  { name: 'shard', type: 'int4' },
  { name: 'open', type: 'bool' },
  { name: 'has_register', type: 'bool' },
  { name: 'context_key', type: 'int8' },
  { name: 'body', type: 'bytea' },
] as const;

/** The highest version of each channel day stands. */
const UPSERT = `on conflict (usdp_id, channel, est_day) do update set version = excluded.version,
  reads_version = excluded.reads_version, open = excluded.open,
  has_register = excluded.has_register, context_key = excluded.context_key, body = excluded.body
  where channel_day.version < excluded.version`;

export const channelDayProjection: Projection = {
  name: 'channel-days',
  topics: ['mdmr.vee.channel-days.v1'],
  async apply(tx, events) {
    const newest = new Map<string, Validated>();
    for (const event of events) {
      if (event.type !== 'vee.ChannelDayValidated') continue;
      const { usdp_id, channel, est_day, version } = event.value;
      const key = `${usdp_id} ${channel} ${est_day}`;
      const held = newest.get(key);
      if (held === undefined || held.value.version < version) newest.set(key, event);
    }
    const rows = [...newest.values()];
    await ensureDayPartitions(tx, 'channel_day', new Set(rows.map((e) => e.value.est_day)));
    await bulkInsert(tx, {
      table: 'channel_day',
      columns: COLUMNS,
      rows: rows.map(rowOf),
      onConflict: UPSERT,
    });
  },
};

function rowOf({ value, partition }: Validated): unknown[] {
  return [
    value.usdp_id,
    value.channel,
    value.est_day,
    value.version,
    value.reads_version,
    partition,
    value.states.includes('M'),
    value.registers.some((r) => r.kind === 'READ'),
    contextKey(value.context),
    encodeDay(value),
  ];
}
