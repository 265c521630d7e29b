/** One database and one role a service; no role can connect to another's database. */
import pg from 'pg';
import type { Layout } from './layout.js';
import { newPassword, writeSecrets, type PostgresSecrets } from './postgres-server.js';
import { readJsonIfAny } from './files.js';

export interface ProvisionOptions {
  /** a URL that may create databases and roles */
  adminUrl: string;
  layout: Layout;
  services: readonly string[];
}

/**
 * Creates what is missing and returns the URL of each service's own role in its own database. Run
 * again it changes nothing but a password that Postgres and keys/postgres.json disagree on.
 */
export async function provision(options: ProvisionOptions): Promise<Record<string, string>> {
  const { adminUrl, layout, services } = options;
  const secrets = rolesOf(layout);
  for (const service of services) secrets.roles[roleOf(service)] ??= newPassword();
  writeSecrets(layout, secrets);
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await closeCommonDatabases(client);
    const urls: Record<string, string> = {};
    for (const service of services) {
      const role = roleOf(service);
      const password = secrets.roles[role]!;
      await ensureRole(client, role, password);
      await ensureDatabase(client, role);
      urls[service] = urlOf(adminUrl, role, password);
    }
    return urls;
  } finally {
    await client.end();
  }
}

export function roleOf(service: string): string {
  return `mdmr_${service.replaceAll('-', '_')}`;
}

function rolesOf(layout: Layout): PostgresSecrets {
  const known = readJsonIfAny<PostgresSecrets>(layout.postgresSecrets);
  return known ?? { superuser: newPassword(), roles: {} };
}

function urlOf(adminUrl: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = password;
  url.pathname = `/${role}`;
  return url.href;
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  const secret = client.escapeLiteral(password);
  await client.query(
    `${verb} role ${client.escapeIdentifier(role)} login nocreatedb nocreaterole password ${secret}`,
  );
}

async function ensureDatabase(client: pg.Client, role: string): Promise<void> {
  const name = client.escapeIdentifier(role);
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [role]);
  if (rowCount === 0) {
    await ensureMembership(client, role);
    await client.query(
      `create database ${name} owner ${name} template template0 encoding 'UTF8' locale 'C'`,
    );
  }
  await client.query(`revoke connect, temporary on database ${name} from public`);
}

/** An administrator that is no superuser may give a database only to a role it is a member of. */
async function ensureMembership(client: pg.Client, role: string): Promise<void> {
  const me = await client.query<{ super: boolean }>(
    'select rolsuper as super from pg_roles where rolname = current_user',
  );
  if (me.rows[0]?.super) return;
  await client.query(`grant ${client.escapeIdentifier(role)} to current_user`);
}

/** Postgres lets every role into `postgres` and `template1` unless told otherwise. */
async function closeCommonDatabases(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ super: boolean; foreign: boolean }>(
    `select rolsuper as super, exists (
       select 1 from pg_roles r where r.rolcanlogin and r.rolname not like 'mdmr\\_%'
         and r.rolname <> current_user) as foreign
     from pg_roles where rolname = current_user`,
  );
  // on a server that others use too, its common databases are not ours to close
  if (!rows[0]?.super || rows[0].foreign) return;
  await client.query('revoke connect on database postgres, template1 from public');
}
