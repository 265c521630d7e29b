/** What only the operator of the machine has: processes, the services' doors, Postgres's superuser. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { layoutOf, readRunFile, roleOf, serviceNames, type RunRecord } from '@mdmr/stack';
import pg from 'pg';
import type { HubDriver } from './hub-driver.js';

const DOOR_LIMIT_MS = 20_000;
const POSTGRES_PORT_OFFSET = 32;
const KAFKA_PORT_OFFSET = 92;

export interface DoorAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class MachineRoom {
  readonly services = serviceNames();

  constructor(private readonly hub: HubDriver) {}

  record(): RunRecord {
    const record = readRunFile(layoutOf(this.hub.dataDir).runFile);
    if (record === null) throw new Error(`no hub runs on ${this.hub.dataDir}`);
    return record;
  }

  /** Process of each service, and of the supervisor. */
  pids(): Record<string, number> {
    const { services, supervisor } = this.record();
    const pids = this.services.map((name) => [name, services[name]!.pid] as const);
    return { ...Object.fromEntries(pids), supervisor: supervisor.pid };
  }

  get brokers(): string {
    return `127.0.0.1:${this.record().port_base + KAFKA_PORT_OFFSET}`;
  }

  /** Process of a broker, also of one that the supervisor has only just started. */
  kafkaPid(): number {
    const file = path.join(layoutOf(this.hub.dataDir).kafka, 'kafka.pid.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  }

  /** The postmaster and its backends. */
  postgresPids(): number[] {
    const { pid } = this.record().servers['postgres']!;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.split(' ').filter(Boolean).map(Number)];
  }

  /** GET without a body, POST with one. */
  async door(service: string, door: string, body?: object): Promise<DoorAnswer> {
    const { port } = this.record().services[service]!;
    const key = (await readFile(layoutOf(this.hub.dataDir).operatorKey, 'utf8')).trim();
    const answer = await fetch(`http://127.0.0.1:${port}/${door}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(DOOR_LIMIT_MS),
    });
    return { status: answer.status, body: (await answer.json()) as DoorAnswer['body'] };
  }

  /** The services that do not say that they are ready. */
  async notReady(): Promise<string[]> {
    const answers = await Promise.all(this.services.map((one) => this.door(one, 'health/ready')));
    return this.services.filter((_, i) => answers[i]!.status !== 200);
  }

  /** A superuser's connection to a service's database, or to the common one. */
  async superuser(service?: string): Promise<pg.Client> {
    const secrets = readFileSync(layoutOf(this.hub.dataDir).postgresSecrets, 'utf8');
    const { superuser } = JSON.parse(secrets) as { superuser: string };
    const host = `127.0.0.1:${this.record().port_base + POSTGRES_PORT_OFFSET}`;
    const name = service === undefined ? 'postgres' : roleOf(service);
    const client = new pg.Client({
      connectionString: `postgres://postgres:${superuser}@${host}/${name}`,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Runs statements one after the other; rows of the last. */
  async sql<R>(service: string | undefined, ...statements: string[]): Promise<R[]> {
    const client = await this.superuser(service);
    try {
      let rows: R[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows as R[];
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Megabytes of each service: resident now, or at the peak of its life. */
  memory(of: 'VmRSS' | 'VmHWM'): Record<string, number> {
    const pids = this.pids();
    const found = this.services.map((name) => {
      const text = readFileSync(`/proc/${pids[name]}/status`, 'utf8');
      const kilobytes = Number(new RegExp(`^${of}:\\s+(\\d+) kB`, 'm').exec(text)![1]);
      return [name, Math.round(kilobytes / 1024)] as const;
    });
    return Object.fromEntries(found);
  }
}
