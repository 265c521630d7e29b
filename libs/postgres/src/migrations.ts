import { Defect } from '@mdmr/kernel';
import type { Database } from './database.js';

/** One step of a schema: `id` counts from 1, `sql` may hold several statements. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings `schema` to the newest migration, each step once, all in one transaction. Only one
 * process migrates at a time; a step that was already run and has another name is a Defect.
 */
export async function migrate(
  database: Database,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  assertNumbered(migrations);
  await database.tx(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`migrate ${schema}`]);
    await tx.query(`create schema if not exists "${schema}"`);
    await tx.query(`set local search_path to "${schema}", bus`);
    await tx.query(
      `create table if not exists "${schema}".schema_migration (id int primary key, name text not null)`,
    );
    const done = await tx.query<{ id: number; name: string }>(
      `select id, name from "${schema}".schema_migration`,
    );
    const names = new Map(done.rows.map((row) => [row.id, row.name]));
    for (const step of migrations) {
      const known = names.get(step.id);
      if (known !== undefined && known !== step.name) {
        throw new Defect('MIGRATION_CHANGED', `${schema} ${step.id} is ${known}, not ${step.name}`);
      }
      if (known !== undefined) continue;
      await tx.query(step.sql);
      await tx.query(`insert into "${schema}".schema_migration values ($1, $2)`, [
        step.id,
        step.name,
      ]);
    }
  });
}

function assertNumbered(migrations: readonly Migration[]): void {
  migrations.forEach((step, i) => {
    if (step.id !== i + 1) {
      throw new Defect('MIGRATION_ORDER', `migration ${step.name} should have id ${i + 1}`);
    }
  });
}
