import { randomUUID } from 'node:crypto';
import { topicNamed } from '@mdmr/events';
import { Database, migrate, PROJECTION_SCHEMA, type Migration } from '@mdmr/postgres';
import type { Kafka } from 'kafkajs';
import { project } from './deciding.js';
import { takeIn } from './intake.js';
import type { Names } from './names.js';
import type { Log, Projection } from './types.js';

export const REBUILD_SCHEMA = 'rebuild';
const OLD_SCHEMA = 'rebuild_old';
const BATCH = 2_000;
const SAMPLE_ROWS = 3;

/** Where to stop in each partition: the live projection has seen events up to here, no further. */
export type Limits = Map<string, Map<number, number>>;

export interface TableComparison {
  readonly table: string;
  readonly live_rows: number;
  readonly rebuilt_rows: number;
  readonly equal: boolean;
  /** A few rows that only one side has, for people. */
  readonly only_live: string[];
  readonly only_rebuilt: string[];
}

export interface RebuildInput {
  readonly url: string;
  readonly live: Database;
  readonly kafka: Kafka;
  readonly migrations: readonly Migration[];
  readonly projections: readonly Projection[];
  readonly limits: Limits;
  readonly log: Log;
  readonly names: Names;
}

/** Replays the topics into a fresh schema beside the live one. */
export async function replay(input: RebuildInput): Promise<void> {
  const { live } = input;
  await live.query(`drop schema if exists ${REBUILD_SCHEMA} cascade`);
  await migrate(live, REBUILD_SCHEMA, input.migrations);
  const target = await Database.connect({
    url: input.url,
    schema: REBUILD_SCHEMA,
    applicationName: 'mdmr rebuild',
    poolMax: 4,
  });
  try {
    for (const [topic, partitions] of input.limits) {
      await replayTopic(input, target, topic, partitions);
    }
  } finally {
    await target.close();
  }
}

/** One topic after another: projections of different topics must not depend on their interleaving. */
async function replayTopic(
  input: RebuildInput,
  target: Database,
  topic: string,
  ends: Map<number, number>,
): Promise<void> {
  const open = new Map([...ends].filter(([, end]) => end > 0));
  if (open.size === 0) return;
  const consumer = input.kafka.consumer({
    groupId: `rebuild.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: 8 * 1024 * 1024,
  });
  const positions = new Map<number, Map<string, number>>();
  await consumer.connect();
  await consumer.subscribe({
    topics: [input.names.topic(topicNamed(topic).name)],
    fromBeginning: true,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: true,
          eachBatch: async ({ batch, heartbeat }) => {
            const end = open.get(batch.partition);
            if (end === undefined) return;
            const messages = batch.messages.filter((m) => Number(m.offset) < end);
            const at = positions.get(batch.partition) ?? new Map<string, number>();
            positions.set(batch.partition, at);
            try {
              for (let i = 0; i < messages.length; i += BATCH) {
                const part = messages.slice(i, i + BATCH);
                const intake = takeIn(topic, batch.partition, part, at);
                if (intake.halt) throw intake.halt;
                await target.tx((tx) => project(tx, input.projections, intake.events));
                for (const [lane, seq] of intake.moved) at.set(lane, seq);
                await heartbeat();
              }
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
              return;
            }
            if (Number(batch.lastOffset()) + 1 >= end) open.delete(batch.partition);
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  input.log('info', `rebuild: ${topic} replayed`);
}

/** Compares every table of the live schema with the rebuilt one, by content. */
export async function compareSchemas(live: Database): Promise<TableComparison[]> {
  const tables = await live.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'schema_migration' order by 1`,
    [PROJECTION_SCHEMA],
  );
  const result: TableComparison[] = [];
  for (const { name } of tables.rows) result.push(await compareTable(live, name));
  return result;
}

async function compareTable(live: Database, table: string): Promise<TableComparison> {
  const [a, b] = [PROJECTION_SCHEMA, REBUILD_SCHEMA].map((schema) => `"${schema}"."${table}"`);
  const digest = (name: string) =>
    live.query<{ n: number; hash: string }>(
      `select count(*)::int8 as n,
              coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as hash
       from ${name} t`,
    );
  const [x, y] = [(await digest(a!)).rows[0]!, (await digest(b!)).rows[0]!];
  const equal = x.n === y.n && x.hash === y.hash;
  const only = async (left: string, right: string) => {
    if (equal) return [];
    const rows = await live.query<{ t: string }>(
      `select t::text as t from ${left} t except select t::text from ${right} t limit ${SAMPLE_ROWS}`,
    );
    return rows.rows.map((row) => row.t);
  };
  return {
    table,
    live_rows: x.n,
    rebuilt_rows: y.n,
    equal,
    only_live: await only(a!, b!),
    only_rebuilt: await only(b!, a!),
  };
}

/** Puts the rebuilt schema in the place of the live one. */
export async function swapSchemas(live: Database): Promise<void> {
  await live.tx(async (tx) => {
    await tx.query(`drop schema if exists ${OLD_SCHEMA} cascade`);
    await tx.query(`alter schema ${PROJECTION_SCHEMA} rename to ${OLD_SCHEMA}`);
    await tx.query(`alter schema ${REBUILD_SCHEMA} rename to ${PROJECTION_SCHEMA}`);
    await tx.query(`drop schema ${OLD_SCHEMA} cascade`);
  });
  live.knownPartitions.clear();
}
