/** Bytes a hub has on disk: databases, write-ahead log, topics, raw files. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { HubServers } from './hub-servers.js';
import { asSuperuser } from './scratch-database.js';

export interface DiskUse {
  /** All databases of the hub, after a checkpoint. */
  readonly databases: number;
  /** Bytes of write-ahead log ever written. */
  readonly wal: number;
  /** Record batches of the hub's topics. */
  readonly topics: number;
  /** The same of the broker's own topics: offsets of groups. */
  readonly brokerTopics: number;
  /** Raw files in custody. */
  readonly files: number;
}

export async function diskUse(servers: HubServers): Promise<DiskUse> {
  const [databases, wal] = await postgresUse(servers.pgUrl);
  const logs = await sizesUnder(servers.kafkaData, (file) => file.endsWith('.log'));
  const own = logs.filter(({ file }) => path.basename(path.dirname(file)).startsWith('mdmr.'));
  const sum = (files: readonly { bytes: number }[]) => files.reduce((n, { bytes }) => n + bytes, 0);
  const raw = await sizesUnder(servers.files, () => true);
  const topics = sum(own);
  return { databases, wal, topics, brokerTopics: sum(logs) - topics, files: sum(raw) };
}

export function difference(after: DiskUse, before: DiskUse): DiskUse {
  const names = Object.keys(after) as (keyof DiskUse)[];
  const pairs = names.map((name) => [name, after[name] - before[name]]);
  return Object.fromEntries(pairs) as unknown as DiskUse;
}

async function postgresUse(url: string): Promise<[number, number]> {
  await asSuperuser(url, 'checkpoint');
  const [row] = await asSuperuser<{ databases: string; wal: string }>(
    url,
    `select (select sum(pg_database_size(oid)) from pg_database where datname like 'mdmr\\_%')
       as databases, pg_current_wal_lsn() - '0/0'::pg_lsn as wal`,
  );
  return [Number(row!.databases), Number(row!.wal)];
}

async function sizesUnder(
  folder: string,
  match: (file: string) => boolean,
): Promise<{ file: string; bytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(match);
  return Promise.all(files.map(async (file) => ({ file, bytes: (await stat(file)).size })));
}
