import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePortBase } from '@mdmr/stack';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const COMMAND = path.join(ROOT, 'tools/mdmr/dist/main.js');
const LOOK_MS = 20;
const READY_LIMIT_MS = 240_000;

/** What a command said: its exit code, its JSON document, its words for people. */
export interface Said {
  readonly code: number;
  readonly json: unknown;
  readonly stderr: string;
}

export interface HubDriverOptions {
  /** First instant of the hub's clock; default 2026-07-02T00:00:00-05:00. */
  readonly clock?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** These services only. */
  readonly only?: readonly string[];
}

/**
 * A whole hub, started as an outsider starts it, and only what an outsider has: the command and
 * the exchange folders. Everything else of the suite stays behind the doors.
 */
export class HubDriver {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly dataDir: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly services: readonly string[],
  ) {}

  /** Starts a hub without organizations on a fresh data directory and free ports. */
  static async start(options: HubDriverOptions = {}): Promise<HubDriver> {
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'mdmr-e2e-'));
    const env = {
      ...process.env,
      MDMR_PG_URL: '',
      MDMR_KAFKA_BROKERS: '',
      MDMR_DATA_DIR: dataDir,
      MDMR_PORT_BASE: String(await freePortBase()),
      MDMR_CLOCK: options.clock ?? '2026-07-02T00:00:00-05:00',
      MDMR_INBOX_STILL_SECONDS: '0',
      ...options.env,
    };
    const hub = new HubDriver(dataDir, env, options.only ?? []);
    try {
      await hub.run();
    } catch (error) {
      await hub.remove();
      throw error;
    }
    return hub;
  }

  /** Starts the processes again on the same data. */
  async run(): Promise<void> {
    const some = this.services.length > 0 ? ['--only', this.services.join(',')] : [];
    const child = spawn(process.execPath, [COMMAND, 'start', '--no-demo', '--json', ...some], {
      cwd: ROOT,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-200_000);
    };
    child.stderr.on('data', keep);
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`the hub is not ready:\n${this.log()}`)),
        READY_LIMIT_MS,
      );
      child.stdout.on('data', (chunk: Buffer) => {
        keep(chunk);
        if (!chunk.toString().includes('"ready"')) return;
        clearTimeout(limit);
        resolve();
      });
      child.once('exit', (code) => {
        clearTimeout(limit);
        reject(new Error(`the hub ended with ${code}:\n${this.log()}`));
      });
    });
  }

  /** The end of what the hub's processes said. */
  log(): string {
    return this.output.slice(-20_000);
  }

  /** Runs `mdmr <args> --json`; never throws on a refusal. */
  async say(...args: string[]): Promise<Said> {
    const child = spawn(process.execPath, [COMMAND, ...args, '--json'], {
      cwd: ROOT,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const code = await new Promise<number>((done) => child.once('close', (c) => done(c ?? 1)));
    const text = Buffer.concat(out).toString();
    return {
      code,
      json: text === '' ? undefined : JSON.parse(text),
      stderr: Buffer.concat(err).toString(),
    };
  }

  /** As `say`, for commands that must succeed. */
  async mdmr<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const said = await this.say(...args);
    if (said.code !== 0) {
      throw new Error(`mdmr ${args.join(' ')}: exit ${said.code}\n${said.stderr}\n${this.log()}`);
    }
    return said.json as T;
  }

  /** Puts a file whole into an organization's inbox. */
  async drop(org: string, name: string, content: string | Buffer): Promise<void> {
    const inbox = this.folder(org, 'inbox');
    const part = path.join(inbox, `${name}.part`);
    await writeFile(part, content);
    await rename(part, path.join(inbox, name));
  }

  /** Waits until no work is left. */
  async idle(seconds = 120): Promise<void> {
    await this.mdmr('status', '--wait-idle', '--timeout', String(seconds));
  }

  /** Names in the outbox, in byte order. */
  async outbox(org: string, match = /./): Promise<string[]> {
    const names = await readdir(this.folder(org, 'outbox'));
    return names.filter((name) => name.endsWith('.csv') && match.test(name)).sort();
  }

  /** Lines of the only file of an outbox whose name matches. */
  async single(org: string, match: RegExp): Promise<string[]> {
    const names = await this.outbox(org, match);
    if (names.length !== 1) {
      const all = await this.outbox(org);
      throw new Error(`${org} has ${names.length} files like ${match}: ${all.join(', ')}`);
    }
    return this.lines(org, names[0]!);
  }

  async lines(org: string, name: string): Promise<string[]> {
    const text = await readFile(path.join(this.folder(org, 'outbox'), name), 'utf8');
    return text.split('\n').slice(0, -1);
  }

  folder(org: string, kind: 'inbox' | 'outbox' | 'archive'): string {
    return path.join(this.dataDir, 'exchange', org, kind);
  }

  /** kill -9 of a service's process; the supervisor starts it again. */
  async kill(service: string): Promise<void> {
    process.kill(await this.pid(service), 'SIGKILL');
  }

  /** Process of a service, as the supervisor last wrote it down. */
  async pid(service: string): Promise<number> {
    const run = JSON.parse(await readFile(path.join(this.dataDir, 'run.json'), 'utf8')) as {
      services: Record<string, { pid: number }>;
    };
    return run.services[service]!.pid;
  }

  /** Waits until a condition holds, looking again and again; says what it waited for if it does not. */
  async until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!(await holds())) {
      if (performance.now() > end)
        throw new Error(`${what}: not within ${seconds} s\n${this.log()}`);
      await delay(LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
  }

  /** Stops the hub and removes all it kept. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
