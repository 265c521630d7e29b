/** The embedded Postgres 18: made once, started, recovered after a crash, stopped. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startDaemon, type Daemon } from './daemon.js';
import { readFileIfAny, readJsonIfAny, tailOf, writeFileAtomic } from './files.js';
import type { Layout } from './layout.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { launchAs, postgresUser, type RunAs } from './postgres-user.js';
import { requireFree } from './ports.js';
import { commandLineOf, refOf, stopProcess, type ProcessRef } from './process-identity.js';
import { StackError } from './stack-error.js';

export interface PostgresServer {
  /** superuser URL of the database `postgres` */
  url: string;
  ref: ProcessRef;
  onExit(listener: (how: string) => void): void;
  stop(): Promise<boolean>;
}

export interface PostgresOptions {
  layout: Layout;
  port: number;
  sharedBuffersMb: number;
  log: (line: string) => void;
}

/** Passwords of the embedded Postgres, in keys/postgres.json (0600). */
export interface PostgresSecrets {
  superuser: string;
  roles: Record<string, string>;
}

const MAJOR = '18';
const READY_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 30_000;

export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { layout, port } = options;
  const binaries = postgresBinaries();
  const user = postgresUser();
  const secrets = readSecrets(layout);
  mkdirSync(layout.postgres, { recursive: true, mode: 0o700 });
  if (user !== null) chownSync(layout.postgres, user.uid, user.gid);
  await initialise(options, binaries, user, secrets);
  await stopLeftOverPostgres(layout, options.log);
  await requireFree(port, 'Postgres');
  const url = `postgres://postgres:${secrets.superuser}@127.0.0.1:${port}/postgres`;
  const daemon = await launchUntilReady(options, binaries, user, url);
  return {
    url,
    ref: daemon.ref,
    onExit: (listener) => daemon.onExit(listener),
    stop: () => stopDaemon(daemon),
  };
}

export function readSecrets(layout: Layout): PostgresSecrets {
  const known = readJsonIfAny<PostgresSecrets>(layout.postgresSecrets);
  if (known !== null) return known;
  if (existsSync(layout.postgresData)) {
    throw new StackError(
      'PASSWORD_LOST',
      `${layout.postgresSecrets} is missing or broken, and only it knows the passwords of ` +
        `${layout.postgresData}: put it back, or begin anew with --fresh.`,
    );
  }
  const made = { superuser: newPassword(), roles: {} };
  writeSecrets(layout, made);
  return made;
}

export function writeSecrets(layout: Layout, secrets: PostgresSecrets): void {
  writeFileAtomic(layout.postgresSecrets, JSON.stringify(secrets, null, 2) + '\n', 0o600);
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** initdb into a folder beside, renamed when complete: one that was killed half-way is thrown away. */
async function initialise(
  { layout, log }: PostgresOptions,
  binaries: PostgresBinaries,
  user: RunAs | null,
  secrets: PostgresSecrets,
): Promise<void> {
  if (existsSync(layout.postgresData)) {
    requireMajor(layout.postgresData);
    return;
  }
  log('Postgres: making a new database cluster');
  const draft = `${layout.postgresData}.new`;
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(layout.postgres, 'initdb-password');
  writeFileSync(passwordFile, secrets.superuser + '\n', { mode: 0o600 });
  if (user !== null) chownSync(passwordFile, user.uid, user.gid);
  const flags = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C'];
  const launch = launchAs(
    user,
    binaries.initdb,
    [`--pgdata=${draft}`, ...flags, ...locale],
    [draft],
  );
  try {
    await promisify(execFile)(launch.command, launch.args, {
      cwd: '/',
      uid: launch.uid,
      gid: launch.gid,
      env: postgresEnv(),
    });
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? String(error);
    throw new StackError('INITDB_FAILED', `Postgres could not be initialised: ${text.trim()}`);
  } finally {
    unlinkSync(passwordFile);
  }
  renameSync(draft, layout.postgresData);
}

function requireMajor(dataDir: string): void {
  const version = readFileIfAny(join(dataDir, 'PG_VERSION'))?.trim();
  if (version === MAJOR) return;
  throw new StackError(
    'WRONG_POSTGRES_VERSION',
    `${dataDir} was made by Postgres ${version ?? 'of an unknown version'}, this is ${MAJOR}: ` +
      'begin anew with --fresh, or set MDMR_PG_URL.',
  );
}

/**
 * postmaster.pid after a crash: a living Postgres of this directory is an orphan and is stopped; a
 * number that now belongs to another program would make Postgres refuse, so the file goes.
 */
export async function stopLeftOverPostgres(
  layout: Layout,
  log: (line: string) => void,
): Promise<boolean> {
  const pidFile = join(layout.postgresData, 'postmaster.pid');
  const text = readFileIfAny(pidFile);
  if (text === null) return false;
  const pid = Number(text.split('\n')[0]);
  const lives = commandLineOf(pid)?.includes(layout.postgresData) ?? false;
  if (lives) {
    log(`Postgres: stopping process ${pid}, left over from an earlier start`);
    await stopProcess(refOf(pid), { signal: 'SIGINT', graceMs: STOP_GRACE_MS });
  }
  rmSync(pidFile, { force: true });
  return lives;
}

async function launchUntilReady(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  user: RunAs | null,
  url: string,
): Promise<Daemon> {
  const { layout } = options;
  const logFile = join(layout.logs, 'postgres.log');
  const args = ['-D', layout.postgresData, ...settingsArgs(options)];
  const launch = launchAs(user, binaries.postgres, args, [layout.postgresData]);
  const until = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const env = postgresEnv();
    const daemon = await startDaemon({ ...launch, cwd: '/', env, logFile, exitSignal: 'SIGINT' });
    const end = await waitReady(daemon, url, until);
    if (end === 'ready') return daemon;
    const log = tailOf(logFile, 8);
    // backends of a postmaster that was killed need a moment to notice and go
    if (/pre-existing shared memory/.test(log) && performance.now() < until) {
      await delay(300);
      continue;
    }
    await daemon.stop('SIGINT', 5_000);
    throw new StackError('POSTGRES_FAILED', `Postgres did not start (${end}):\n${log}`);
  }
}

async function waitReady(daemon: Daemon, url: string, until: number): Promise<string> {
  let last = 'not ready in time';
  while (performance.now() < until) {
    const ended = daemon.ended();
    if (ended !== null) return ended;
    try {
      await probePostgres(url);
      return 'ready';
    } catch (error) {
      last = (error as Error).message;
    }
    await delay(100);
  }
  return last;
}

/** Resolves when a query is answered, throws otherwise. */
export async function probePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/** Fast shutdown (open transactions roll back), then immediate, which the next start recovers. */
async function stopDaemon(daemon: Daemon): Promise<boolean> {
  return daemon.stop('SIGINT', STOP_GRACE_MS);
}

function settingsArgs({ port, sharedBuffersMb }: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'on',
    synchronous_commit: 'on',
    shared_buffers: `${sharedBuffersMb}MB`,
    effective_cache_size: `${sharedBuffersMb * 3}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    wal_buffers: '16MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    random_page_cost: '1.1',
    jit: 'off',
    // hot tables have a partition a day, and a replay touches hundreds of them in one transaction
    max_locks_per_transaction: '512',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %d ',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function postgresEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', LANG: 'C' };
}

/** Process id in a data directory's postmaster.pid, for tests. */
export function postmasterPid(layout: Layout): number {
  return Number(readFileSync(join(layout.postgresData, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
