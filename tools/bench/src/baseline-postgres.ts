/**
 * What the same Postgres takes at best from one connection: COPY in binary to a temporary table, then
 * insert ... on conflict do update into a keyed table, partitioned by day, 2,000 rows a transaction.
 */
import pg from 'pg';
import { baselineRows, type BaselineRow } from './baseline-rows.js';
import { median } from './table.js';

const DATABASE = 'bench_baseline';
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
  await asSuperuser(url, `drop database if exists ${DATABASE}`);
  await asSuperuser(url, `create database ${DATABASE} template template0 locale 'C'`);
  try {
    const target = new URL(url);
    target.pathname = `/${DATABASE}`;
    const rates: number[] = [];
    for (let i = 0; i < rounds; i += 1) rates.push(await oneRound(target.href, rows, points));
    return median(rates);
  } finally {
    await asSuperuser(url, `drop database ${DATABASE}`);
  }
}

async function oneRound(url: string, count: number, points: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await makeTables(client, Math.ceil(count / points));
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
  } finally {
    await client.end();
  }
}

async function makeTables(client: pg.Client, days: number): Promise<void> {
  const columns = 'day int4, usdp text, channel text, version int4, energy bytea';
  await client.query(`drop table if exists channel_day;
    create table channel_day (${columns}, primary key (usdp, channel, day)) partition by list (day);
    create temporary table arriving (${columns}) on commit delete rows`);
  for (let day = 0; day < days; day += 1) {
    await client.query(
      `create table channel_day_${day} partition of channel_day for values in (${day})`,
    );
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

interface CopyConnection {
  query(sql: string): void;
  sendCopyFromChunk(bytes: Buffer): void;
  endCopyFrom(): void;
}

/** COPY ... FROM STDIN of bytes at hand; the client is told of it as of any other query. */
export function copyIn(client: pg.Client, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | null = null;
    const copy = {
      submit: (connection: CopyConnection) => connection.query(sql),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(bytes);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleError: (error: Error) => reject((failed = error)),
      handleReadyForQuery: () => {
        if (failed === null) resolve();
      },
    };
    client.query(copy as unknown as pg.Submittable);
  });
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
