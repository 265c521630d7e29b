/** What can happen to Postgres and Kafka while the services live, and its end. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { layoutOf, roleOf } from '@mdmr/stack';
import type { HubDriver } from './hub-driver.js';
import type { MachineRoom } from './machine-room.js';

/** Ends a fault; what it was done to works again. */
export type Mend = () => Promise<void>;

/** Postgres ends every connection of a service and takes no new one. */
export async function refuseConnections(room: MachineRoom): Promise<Mend> {
  const allow = (allowed: boolean) =>
    room.services.map((one) => `alter database ${roleOf(one)} allow_connections ${allowed}`);
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname like 'mdmr\\_%'`;
  await room.sql(undefined, ...allow(false), end);
  return async () => {
    await room.sql(undefined, ...allow(true));
  };
}

/** Postgres stands still in the middle of whatever it does. */
export function haltPostgres(room: MachineRoom): Mend {
  const pids = room.postgresPids();
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return async () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

/** Every statement of a service that names the table waits. */
export async function lockTable(room: MachineRoom, service: string, table: string): Promise<Mend> {
  const client = await room.superuser(service);
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

/** How many connections of a service wait for a lock. */
export async function waiting(room: MachineRoom, service: string): Promise<number> {
  const [row] = await room.sql<{ n: number }>(
    undefined,
    `select count(*)::int as n from pg_stat_activity
     where datname = '${roleOf(service)}' and wait_event_type = 'Lock'`,
  );
  return row!.n;
}

/** The broker hangs: its connections stay, nothing is answered. */
export function haltKafka(room: MachineRoom): Mend {
  const pid = room.kafkaPid();
  process.kill(pid, 'SIGSTOP');
  return async () => {
    process.kill(pid, 'SIGCONT');
  };
}

/** The broker dies, and the one that the supervisor starts in its place comes to nothing. */
export async function killKafka(room: MachineRoom, hub: HubDriver): Promise<Mend> {
  const before = room.kafkaPid();
  process.kill(before, 'SIGKILL');
  await hub.until('a new broker', async () => room.kafkaPid() !== before);
  const mend = haltKafka(room);
  const [host, port] = room.brokers.split(':') as [string, string];
  if (await isOpen(host, Number(port))) throw new Error('the new broker was too fast');
  return mend;
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((tell) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      tell(true);
    });
    socket.once('error', () => tell(false));
  });
}

const DISK_MB = 16;

/**
 * A disk of its own, and full, for one table of a service. Root only: null says that there is none.
 */
export async function fillDisk(
  room: MachineRoom,
  hub: HubDriver,
  service: string,
  table: string,
): Promise<Mend | null> {
  if (process.getuid?.() !== 0) return null;
  const { postgres, postgresData } = layoutOf(hub.dataDir);
  const disk = path.join(postgres, 'small-disk');
  mkdirSync(disk);
  const mount = ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk];
  if (spawnSync('mount', mount).status !== 0) return null;
  const { uid, gid } = statSync(postgresData);
  chownSync(disk, uid, gid);
  await room.sql(undefined, `create tablespace small_disk location '${disk}'`);
  await room.sql(service, `alter table ${table} set tablespace small_disk`);
  spawnSync('dd', ['if=/dev/zero', `of=${path.join(disk, 'filler')}`, 'bs=4096']);
  return async () => {
    rmSync(path.join(disk, 'filler'));
    try {
      await room.sql(service, `alter table ${table} set tablespace pg_default`);
      await room.sql(service, 'checkpoint');
      await room.sql(undefined, 'drop tablespace small_disk');
    } finally {
      // no test may leave a mount behind: what still lies open there goes with its last user
      spawnSync('umount', ['--lazy', disk]);
    }
  };
}
