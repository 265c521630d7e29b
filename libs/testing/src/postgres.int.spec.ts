import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bulkInsert,
  Database,
  ensureDayPartitions,
  lockShards,
  migrate,
  unnestRows,
} from '@mdmr/postgres';
import { testStack, type TestStack } from './index.js';

/** Negative zero is zero to Postgres. */
const zero = (value: unknown): unknown => (value === 0 ? 0 : value);

describe('bulk statements, partitions and locks', () => {
  const name = `pg_${randomUUID().replaceAll('-', '')}`;
  let stack: TestStack;
  let admin: Database;
  let db: Database;
  beforeAll(async () => {
    stack = await testStack();
    admin = await Database.connect({ url: stack.pgUrl, poolMax: 1 });
    await admin.query(`create database ${name}`);
    const url = new URL(stack.pgUrl);
    url.pathname = `/${name}`;
    db = await Database.connect({ url: url.href, poolMax: 6 });
    const sql = `
      create table thing (id text primary key, n int8, bytes bytea, facts jsonb, list int8[], ok bool);
      create table day_fact (est_day int not null, id text not null, n int8, primary key (est_day, id))
        partition by list (est_day);`;
    await migrate(db, 'projection', [{ id: 1, name: 'first', sql }]);
  }, 60_000);
  afterAll(async () => {
    await db?.close();
    await admin?.query(`drop database ${name}`);
    await admin?.close();
    await stack?.close();
  });

  it('carries every type there and back', async () => {
    const rows = [
      ['a', 2 ** 50, Buffer.from([0, 255, 39]), { a: [1, null], t: 'x"\\' }, [1, null, -3], true],
      ['b"\\,{}', null, null, null, null, null],
      ['c', -1, Buffer.alloc(0), [], [], false],
    ];
    const columns = [
      { name: 'id', type: 'text' },
      { name: 'n', type: 'int8' },
      { name: 'bytes', type: 'bytea' },
      { name: 'facts', type: 'jsonb' },
      { name: 'list', type: 'int8[]' },
      { name: 'ok', type: 'bool' },
    ];
    await db.tx((tx) => bulkInsert(tx, { table: 'thing', columns, rows }));
    const found = await db.query('select * from thing order by id');
    const back = found.rows.map((r) => columns.map((c) => r[c.name]));
    expect(back).toEqual([rows[0], rows[1], rows[2]]);
  });

  it('sends texts of any alphabet, nulls and empty ones as they are', async () => {
    const texts = ['', 'a', 'Québec – 東京 🙂', null, 'x'.repeat(3_000), '\\N', '{"a"}'];
    for (const given of [texts, texts.filter((t) => t !== null), ['plain', 'ascii', '']]) {
      const columns = [
        { name: 't', type: 'text' },
        { name: 'small', type: 'int2' },
        { name: 'n', type: 'int4' },
      ];
      const rows = given.map((text, i) => [text, -i, i * -100_000]);
      const source = unnestRows(columns, rows);
      const found = await db.query(`select t, small, n from ${source.sql}`, source.params);
      expect(found.rows.map((r) => [r.t, r.small, r.n])).toEqual(rows.map((r) => r.map(zero)));
    }
  });

  it('refuses a number that a column cannot hold', () => {
    const rows = [[2 ** 60]];
    expect(() => unnestRows([{ name: 'n', type: 'int8' }], rows)).toThrow(RangeError);
  });

  it('makes day partitions while others write, and again after a rollback', async () => {
    const write = (day: number, fail: boolean) =>
      db.tx(async (tx) => {
        await ensureDayPartitions(tx, 'day_fact', [day, day + 1]);
        await tx.query('insert into day_fact values ($1, $2, 1)', [day, randomUUID()]);
        if (fail) throw new Error('rolled back');
      });
    const days = Array.from({ length: 12 }, (_, i) => 20_000 + (i % 4));
    const outcomes = await Promise.allSettled(days.map((day, i) => write(day, i % 3 === 0)));
    expect(outcomes.filter((o) => o.status === 'rejected')).toHaveLength(4);
    const found = await db.query<{ n: number }>('select count(*)::int8 as n from day_fact');
    expect(found.rows[0]!.n).toBe(8);
  });

  it('never deadlocks on shards asked for in any order', async () => {
    const take = (shards: number[]) =>
      db.tx(async (tx) => {
        await lockShards(tx, 'test', shards);
        await tx.query('select 1');
      });
    await Promise.all(Array.from({ length: 20 }, (_, i) => take(i % 2 ? [3, 1, 2] : [2, 3, 1])));
  });

  it('refuses a migration that has changed its name', async () => {
    const changed = [{ id: 1, name: 'other', sql: '' }];
    await expect(migrate(db, 'projection', changed)).rejects.toThrow(/is first, not other/);
  });
});
