/** A whole suite on its own data directory, as an operator has it: the command, its files, signals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readRunFile, repoRoot, roleOf, type RunRecord } from '@mdmr/stack';

const COMMAND = path.join(repoRoot, 'tools/mdmr/dist/main.js');
const READY_LIMIT_MS = 180_000;
const LOOK_MS = 50;
const POSTGRES_PORT_OFFSET = 32;
const KAFKA_PORT_OFFSET = 92;
const REQUEST_LIMIT_MS = 10_000;

export interface SuiteOptions {
  readonly dataDir: string;
  readonly portBase: number;
  readonly clock: string;
  /** Settings beside those that every suite has. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An instance of a service that is not the supervisor's. */
export interface Instance {
  readonly service: string;
  url(): string;
}

export class Suite {
  private supervisor: ChildProcess | undefined;
  private readonly env: NodeJS.ProcessEnv;
  /** They count when the suite is asked whether it is at rest. */
  readonly joined = new Set<Instance>();

  constructor(private readonly options: SuiteOptions) {
    this.env = {
      ...process.env,
      MDMR_PG_URL: '',
      MDMR_KAFKA_BROKERS: '',
      MDMR_DATA_DIR: options.dataDir,
      MDMR_EXCHANGE_DIR: '',
      MDMR_OPERATOR_KEY_FILE: '',
      MDMR_PORT_BASE: String(options.portBase),
      MDMR_CLOCK: options.clock,
      MDMR_SCHEDULE: 'off',
      MDMR_INBOX_STILL_SECONDS: '0',
      ...options.env,
    };
  }

  get dataDir(): string {
    return this.options.dataDir;
  }

  /** Starts everything, or starts it again on the same data, and waits until it is ready. */
  async start(): Promise<void> {
    mkdirSync(this.dataDir, { recursive: true, mode: 0o711 });
    const log = openSync(path.join(this.dataDir, 'supervisor.log'), 'a');
    const child = spawn(process.execPath, [COMMAND, 'start', '--no-demo'], {
      cwd: repoRoot,
      env: this.env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.supervisor = child;
    const ready = () => {
      const record = this.record();
      return record?.state === 'ready' && record.supervisor.pid === child.pid;
    };
    await until('the suite is ready', READY_LIMIT_MS, async () => {
      if (child.exitCode !== null) throw new Error(`the supervisor ended with ${child.exitCode}`);
      return ready();
    });
  }

  /** kill -9 of the supervisor alone; what it started lives on. */
  async killSupervisor(): Promise<void> {
    const child = this.supervisor!;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  /** Drains and stops everything; also what a killed supervisor left. */
  async stop(): Promise<void> {
    const stopper = spawn(process.execPath, [COMMAND, 'stop'], {
      cwd: repoRoot,
      env: this.env,
      stdio: 'ignore',
    });
    await new Promise((done) => stopper.once('exit', done));
  }

  /** What runs now; null while nothing does. */
  record(): RunRecord | null {
    return readRunFile(path.join(this.dataDir, 'run.json'));
  }

  /** Process id of a service or server that is alive; waits until it is. */
  async pid(name: string): Promise<number> {
    let pid = 0;
    await until(`${name} lives`, READY_LIMIT_MS, async () => {
      const record = this.record();
      pid = (record?.services[name] ?? record?.servers[name])?.pid ?? 0;
      return pid > 0 && isAlive(pid);
    });
    return pid;
  }

  /** Waits until a service answers that it is ready, or a server runs as another process. */
  async untilBack(name: string, before: number): Promise<void> {
    await until(`${name} is back`, READY_LIMIT_MS, async () => {
      if ((await this.pid(name)) === before) return false;
      return this.record()?.services[name] === undefined || this.isReady(name);
    });
  }

  isReady(service: string): Promise<boolean> {
    return answersReady(this.url(service));
  }

  /** An admin door: GET without a body, POST with one. Throws what the door says. */
  admin<T>(service: string, door: string, body?: object): Promise<T> {
    return this.adminOf<T>({ service, url: () => this.url(service) }, door, body);
  }

  async adminOf<T>(instance: Instance, door: string, body?: object): Promise<T> {
    const key = readFileSync(path.join(this.dataDir, 'keys/operator.key'), 'utf8').trim();
    const answer = await fetch(`${instance.url()}/admin/${door}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(READY_LIMIT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${instance.service} ${door}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  url(service: string): string {
    const port = this.record()?.services[service]?.port;
    return `http://127.0.0.1:${port ?? 0}`;
  }

  folder(org: string, ...names: string[]): string {
    return path.join(this.dataDir, 'exchange', org, ...names);
  }

  get brokers(): string {
    return this.options.env?.MDMR_KAFKA_BROKERS ?? `127.0.0.1:${this.kafkaPort}`;
  }

  get kafkaPort(): number {
    return this.options.portBase + KAFKA_PORT_OFFSET;
  }

  get postgresPort(): number {
    return this.options.portBase + POSTGRES_PORT_OFFSET;
  }

  /** Superuser's URL of a service's database. */
  databaseUrl(service: string): string {
    const secrets = path.join(this.dataDir, 'keys/postgres.json');
    const { superuser } = JSON.parse(readFileSync(secrets, 'utf8')) as { superuser: string };
    return `postgres://postgres:${superuser}@127.0.0.1:${this.postgresPort}/${roleOf(service)}`;
  }
}

/** Whether a service at an address says that it is ready. */
export async function answersReady(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(REQUEST_LIMIT_MS);
    const answer = await fetch(`${url}/health/ready`, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** False too for a process that is dead but not yet buried. */
export function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  try {
    const text = readFileSync(stat, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** Looks again and again until it holds; says what it waited for if it does not. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await delay(LOOK_MS);
  }
}
