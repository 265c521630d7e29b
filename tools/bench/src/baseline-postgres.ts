/**
 * What the same Postgres takes at best from one connection: COPY in binary to a temporary table, then
 * insert ... on conflict do update into a keyed table, partitioned by day, 2,000 rows a transaction.
 */
import type pg from 'pg';
import { baselineRows, type BaselineRow } from './baseline-rows.js';
import { copyIn, withScratchDatabase } from './scratch-database.js';
import { median } from './table.js';

const COLUMNS = 'day int4, usdp text, channel text, version int4, energy bytea';
const BATCH = 2_000;
const FIELDS = 5;
const CHANNEL = Buffer.from('KWH');
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** Rows a second, the median of `rounds`, each into empty tables. */
export async function postgresBaseline(
  url: string,
  rows: number,
  points: number,
  rounds = 3,
): Promise<number> {
  return withScratchDatabase(url, async (client) => {
    await client.query(`create temporary table arriving (${COLUMNS}) on commit delete rows`);
    const rates: number[] = [];
    for (let i = 0; i < rounds; i += 1) rates.push(await oneRound(client, rows, points));
    return median(rates);
  });
}

async function oneRound(client: pg.Client, count: number, points: number): Promise<number> {
  await makeTable(client, Math.ceil(count / points));
  const started = performance.now();
  let batch: BaselineRow[] = [];
  for (const row of baselineRows(count, points)) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    await store(client, batch);
    batch = [];
  }
  if (batch.length > 0) await store(client, batch);
  return (count * 1000) / (performance.now() - started);
}

async function makeTable(client: pg.Client, days: number): Promise<void> {
  await client.query(`drop table if exists channel_day;
    create table channel_day (${COLUMNS}, primary key (usdp, channel, day)) partition by list (day)`);
  for (let day = 0; day < days; day += 1) {
    const name = `channel_day_${day}`;
    await client.query(`create table ${name} partition of channel_day for values in (${day})`);
  }
  await client.query('checkpoint');
}

async function store(client: pg.Client, rows: readonly BaselineRow[]): Promise<void> {
  await client.query('begin');
  await copyIn(client, 'copy arriving from stdin (format binary)', copyBytes(rows));
  await client.query(`insert into channel_day select * from arriving
    on conflict (usdp, channel, day)
    do update set version = excluded.version, energy = excluded.energy`);
  await client.query('commit');
}

function copyBytes(rows: readonly BaselineRow[]): Buffer {
  const parts: Buffer[] = [SIGNATURE];
  for (const { day, usdp, version, values } of rows) {
    const head = Buffer.allocUnsafe(2);
    head.writeInt16BE(FIELDS, 0);
    parts.push(head, ...field(int4(day)), ...field(Buffer.from(usdp)), ...field(CHANNEL));
    parts.push(...field(int4(version)), ...field(values));
  }
  parts.push(Buffer.from([0xff, 0xff]));
  return Buffer.concat(parts);
}

function field(bytes: Buffer): [Buffer, Buffer] {
  return [int4(bytes.length), bytes];
}

function int4(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}
