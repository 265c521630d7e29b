/**
 * What lies in the services' databases. The only file of the checker that knows their tables: where
 * a service stores its days otherwise, its query here is all there is to change.
 */
import pg from 'pg';
import type { ServiceBooks } from './consumers.js';
import { billingDayValues, veeDayValues } from './packed-days.js';

/** The newest version of a channel day as a service stores it. */
export interface StoredDay {
  readonly usdp: string;
  readonly channel: string;
  readonly day: number;
  readonly version: number;
  /** Wh by interval, 0 where there is none; null = the service stores no values. */
  readonly values: readonly number[] | null;
}

export type DayStore = 'reads' | 'vee' | 'billing';
export const DAY_STORES: readonly DayStore[] = ['reads', 'vee', 'billing'];

interface DayRow {
  usdp_id: string;
  channel: string;
  est_day: number;
  version: number;
  content: Buffer | null;
}

const DAY_QUERIES: Record<DayStore, string> = {
  reads: 'select usdp_id, channel, est_day, version, null as content from projection.channel_day',
  vee: 'select usdp_id, channel, est_day, version, body as content from projection.channel_day',
  billing: 'select usdp_id, channel, est_day, version, body as content from projection.channel_day',
};

export async function readDays(url: string, store: DayStore): Promise<StoredDay[]> {
  const rows = await query<DayRow>(url, DAY_QUERIES[store]);
  return rows.map(({ usdp_id, channel, est_day, version, content }) => ({
    usdp: usdp_id,
    channel,
    day: est_day,
    version,
    values: content === null ? null : valuesOf(store, content),
  }));
}

function valuesOf(store: DayStore, content: Buffer): number[] {
  if (store === 'billing') return billingDayValues(content);
  return veeDayValues(content).map((value) => value ?? 0);
}

/** Fences, positions, heads and quarantine of a service. */
export async function readBooks(url: string, service: string): Promise<ServiceBooks> {
  const fences = await query<{
    processor: string;
    topic: string;
    partition: number;
    next_offset: string;
    is_open: boolean;
  }>(
    url,
    `select processor, topic, partition, next_offset, progress is not null as is_open
     from bus.fence`,
  );
  const positions = await query<{
    processor: string;
    topic: string;
    partition: number;
    lane: string;
    last_seq: string;
  }>(url, 'select processor, topic, partition, lane, last_seq from bus.position');
  const heads = await query<{ topic: string; partition: number; lane: string; next_seq: string }>(
    url,
    'select topic, partition, lane, next_seq from bus.head',
  );
  const [poison] = await query<{ n: string }>(url, 'select count(*) as n from bus.quarantine');
  return {
    service,
    fences: fences.map(({ next_offset, is_open, ...rest }) => ({
      ...rest,
      nextOffset: Number(next_offset),
      isOpen: is_open,
    })),
    positions: positions.map(({ last_seq, ...rest }) => ({ ...rest, lastSeq: Number(last_seq) })),
    heads: heads.map(({ next_seq, ...rest }) => ({ ...rest, lastSeq: Number(next_seq) - 1 })),
    quarantined: Number(poison!.n),
  };
}

async function query<R>(url: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as R[];
  } finally {
    await client.end();
  }
}
