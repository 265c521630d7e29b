/** A second instance of a service beside the supervisor's. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repoRoot } from '@mdmr/stack';
import { answersReady, until, type Instance, type Suite } from './suite.js';

const END_LIMIT_MS = 40_000;
const READY_LIMIT_MS = 60_000;
const RESTART_MS = 500;

/** Has the environment of the first, and like it is started again when it ends by itself. */
export class Twin implements Instance {
  private child: ChildProcess | null = null;
  private isEnding = false;
  private readonly life: Promise<void>;

  constructor(
    private readonly suite: Suite,
    readonly service: string,
    pid: number,
  ) {
    const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const pairs = lines.filter((line) => line.includes('=')).map((line) => line.split(/=(.*)/s, 2));
    this.life = this.live(Object.fromEntries(pairs) as NodeJS.ProcessEnv);
  }

  get logFile(): string {
    return path.join(this.suite.dataDir, 'logs', `${this.service}.twin.log`);
  }

  private async live(env: NodeJS.ProcessEnv): Promise<void> {
    while (!this.isEnding) {
      const log = openSync(this.logFile, 'a');
      const script = path.join(repoRoot, 'services', this.service, 'dist', 'main.js');
      const child = spawn(process.execPath, ['--enable-source-maps', script], {
        cwd: repoRoot,
        env: { ...env, MDMR_HTTP_PORT: '0', MDMR_INSTANCE: '1' },
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      this.child = child;
      await new Promise((done) => child.once('exit', done));
      if (!this.isEnding) await delay(RESTART_MS);
    }
  }

  /** Where its last life listens, as it said; empty before it did. */
  url(): string {
    const text = existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
    return [...text.matchAll(/ is ready on (http:\S+)/g)].at(-1)?.[1] ?? '';
  }

  async untilReady(): Promise<void> {
    await until(`a second ${this.service} is ready`, READY_LIMIT_MS, () =>
      answersReady(this.url()),
    );
  }

  /** kill -9; it comes back as another process. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** Ends it by a signal and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.isEnding = true;
    this.child?.kill(signal);
    const limit = setTimeout(() => this.child?.kill('SIGKILL'), END_LIMIT_MS);
    await this.life;
    clearTimeout(limit);
  }
}
