/** One service as a child process: started, kept alive, its lines prefixed, drained at the end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { refOf, type ProcessRef } from '../process-identity.js';
import { StackError } from '../stack-error.js';

export interface ServiceProcessSpec {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** one line of its output */
  onLine(line: string): void;
  /** a new process runs; called before anything else can happen to it */
  onStart(ref: ProcessRef): void;
  /** what the supervisor has to say about it */
  log(line: string): void;
}

/** A service that ends with this code will never start: its settings are wrong (EX_CONFIG). */
const EXIT_WRONG_SETTINGS = 78;
const MAX_CRASHES_BEFORE_READY = 3;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** a process that lived this long ends a row of crashes */
const SOUND_AFTER_MS = 60_000;

export class ServiceProcess {
  private child: ChildProcess | null = null;
  private stopping = new AbortController();
  private crashes = 0;
  private wasReady = false;
  private loop: Promise<void> | null = null;
  private failure: StackError | null = null;

  constructor(private readonly spec: ServiceProcessSpec) {}

  start(): void {
    this.loop = this.keepAlive();
  }

  /** Told once it has answered ready: from then on it is restarted for ever. */
  markReady(): void {
    this.wasReady = true;
  }

  /** Why it was given up, or null. */
  failed(): StackError | null {
    return this.failure;
  }

  /** SIGTERM, bounded wait, SIGKILL. True when it went by itself. */
  async stop(graceMs: number): Promise<boolean> {
    this.stopping.abort();
    const child = this.child;
    if (child === null) {
      await this.loop;
      return true;
    }
    child.kill('SIGTERM');
    const abort = new AbortController();
    const late = delay(graceMs, false, { signal: abort.signal }).catch(() => true);
    const gone = await Promise.race([this.loop!.then(() => true), late]);
    abort.abort();
    if (gone) return true;
    this.spec.log(`${this.spec.name} did not drain in ${graceMs / 1000} s and is killed`);
    child.kill('SIGKILL');
    await this.loop;
    return false;
  }

  private async keepAlive(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const started = performance.now();
      const how = await this.runOnce();
      if (this.stopping.signal.aborted) return;
      if (performance.now() - started > SOUND_AFTER_MS) this.crashes = 0;
      this.crashes += 1;
      this.failure = this.giveUp(how);
      if (this.failure !== null) return;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.crashes - 1), MAX_PAUSE_MS);
      this.spec.log(`${this.spec.name} ended (${how}); starting it again in ${pause / 1000} s`);
      await delay(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private giveUp(how: string): StackError | null {
    const { name } = this.spec;
    if (how === `exit code ${EXIT_WRONG_SETTINGS}`) {
      return new StackError('WRONG_SETTINGS', `${name} refused its settings; its lines say why.`);
    }
    if (this.wasReady || this.crashes < MAX_CRASHES_BEFORE_READY) return null;
    return new StackError(
      'SERVICE_FAILED',
      `${name} ended ${this.crashes} times before it was ready (${how}); its lines say why.`,
    );
  }

  private async runOnce(): Promise<string> {
    const { command, args, cwd, env, onLine, onStart } = this.spec;
    // a session of its own: Ctrl-C reaches the supervisor only, which decides the order of stopping
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const stopWithUs = () => void child.kill('SIGTERM');
    process.once('exit', stopWithUs);
    const ended = new Promise<string>((done) => {
      child.once('error', (error) => done(error.message));
      child.once('close', (code, signal) => done(signal === null ? `exit code ${code}` : signal));
    });
    if (child.pid !== undefined) onStart(refOf(child.pid));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream! }).on('line', onLine);
    }
    const how = await ended;
    process.off('exit', stopWithUs);
    this.child = null;
    return how;
  }
}
