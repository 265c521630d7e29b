import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions, unnestRows, type Tx } from '@mdmr/postgres';

type Validated = EventValue<'vee.ChannelDayValidated'>;

const KEY = [
  { name: 'usdp_id', type: 'text' },
  { name: 'channel', type: 'text' },
  { name: 'est_day', type: 'int4' },
] as const;
const VERSION = [
  ...KEY,
  { name: 'version', type: 'int4' },
  { name: 'ldc', type: 'text' },
  { name: 'at_ms', type: 'int8' },
  { name: 'run_id', type: 'text' },
] as const;

/**
 * Versions of channel days with gaps that need a person, and of these days the versions without. A
 * later version may arrive first (another lane), so of days with several the newest is kept too.
 * A first version without gaps, by far the most events, closes nothing and leaves no row.
 */
export const nveProjection: Projection = {
  name: 'nve',
  topics: ['mdmr.vee.channel-days.v1'],
  async apply(tx, events) {
    const days: Validated[] = [];
    for (const { type, value } of events) {
      if (type !== 'vee.ChannelDayValidated') continue;
      if (value.version > 1 || value.nve.length > 0) days.push(value);
    }
    if (days.length === 0) return;
    await ensureDayPartitions(tx, 'validated_day', new Set(days.map((d) => d.est_day)));
    for (const wave of waves(days)) await applyWave(tx, wave);
  },
};

function keyOf(d: Validated): string {
  return `${d.usdp_id} ${d.channel} ${d.est_day}`;
}

/** In each wave a channel day stands once: rows must not depend on how batches were cut. */
function waves(days: readonly Validated[]): Validated[][] {
  const result: Validated[][] = [];
  const seen = new Map<string, number>();
  for (const d of days) {
    const wave = seen.get(keyOf(d)) ?? 0;
    seen.set(keyOf(d), wave + 1);
    (result[wave] ??= []).push(d);
  }
  return result;
}

async function applyWave(tx: Tx, days: readonly Validated[]): Promise<void> {
  const open = days.filter((d) => d.nve.length > 0);
  const closed = days.filter((d) => d.nve.length === 0);
  await storeNewest(
    tx,
    days.filter((d) => d.version > 1),
  );
  await storeGaps(tx, open);
  await closeByNewest(tx, open);
  await closeKnown(tx, closed);
}

function keyed(days: readonly Validated[]): unknown[][] {
  return days.map((d) => [d.usdp_id, d.channel, d.est_day, d.version, d.ldc, d.at_ms, d.run_id]);
}

async function storeNewest(tx: Tx, days: readonly Validated[]): Promise<void> {
  await bulkInsert(tx, {
    table: 'validated_day',
    columns: VERSION,
    rows: keyed(days),
    onConflict: `on conflict (est_day, ldc, usdp_id, channel) do update
      set version = excluded.version, at_ms = excluded.at_ms, run_id = excluded.run_id
      where validated_day.version < excluded.version`,
  });
}

async function storeGaps(tx: Tx, open: readonly Validated[]): Promise<void> {
  const keys = keyed(open);
  await bulkInsert(tx, {
    table: 'nve_version',
    columns: [
      ...VERSION,
      { name: 'interval_minutes', type: 'int4' },
      { name: 'gaps', type: 'jsonb' },
    ],
    rows: open.map((d, i) => [...keys[i]!, d.interval_minutes, d.nve]),
  });
}

/** A newer version that came before has no gaps, else it would be known. */
async function closeByNewest(tx: Tx, open: readonly Validated[]): Promise<void> {
  if (open.length === 0) return;
  const rows = unnestRows(
    VERSION.slice(0, 5),
    keyed(open).map((row) => row.slice(0, 5)),
  );
  await tx.query(
    `insert into nve_version
     select d.usdp_id, d.channel, d.est_day, d.version, d.ldc, d.at_ms, d.run_id, 0, '[]'
     from ${rows.sql} join validated_day d using (est_day, ldc, usdp_id, channel)
     where d.version > u.version on conflict do nothing`,
    rows.params,
  );
}

async function closeKnown(tx: Tx, closed: readonly Validated[]): Promise<void> {
  if (closed.length === 0) return;
  const rows = unnestRows(VERSION, keyed(closed));
  await tx.query(
    `insert into nve_version
     select u.usdp_id, u.channel, u.est_day, u.version, u.ldc, u.at_ms, u.run_id, 0, '[]'
     from ${rows.sql}
     where exists (select from nve_version n where n.usdp_id = u.usdp_id
       and n.channel = u.channel and n.est_day = u.est_day)
     on conflict do nothing`,
    rows.params,
  );
}
