/** A long-running child (Postgres, Kafka) that writes to a log file and is stopped with a bound. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { rotateLog } from './files.js';
import { refOf, type ProcessRef } from './process-identity.js';

export interface DaemonSpec {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** sent when our own process exits without having stopped it */
  exitSignal: NodeJS.Signals;
  uid?: number;
  gid?: number;
}

export interface Daemon {
  ref: ProcessRef;
  /** null while it runs, else how it ended */
  ended(): string | null;
  /** sends the signal and waits; SIGKILL after graceMs. True when it went by itself. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<boolean>;
  onExit(listener: (how: string) => void): void;
}

/**
 * Starts it in a session of its own: a Ctrl-C in the terminal must reach the supervisor only, which
 * stops services before what they need. Its output goes to a file, never to a pipe, so it survives
 * a supervisor that was killed.
 */
export async function startDaemon(spec: DaemonSpec): Promise<Daemon> {
  rotateLog(spec.logFile);
  const output = openSync(spec.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      uid: spec.uid,
      gid: spec.gid,
      detached: true,
      stdio: ['ignore', output, output],
    });
    await new Promise<void>((done, fail) => {
      child.once('spawn', done);
      child.once('error', fail);
    });
  } finally {
    closeSync(output);
  }
  return watch(child, spec.exitSignal);
}

function watch(child: ChildProcess, exitSignal: NodeJS.Signals): Daemon {
  let how: string | null = null;
  const killWithUs = () => void child.kill(exitSignal);
  process.once('exit', killWithUs);
  const exited = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      process.off('exit', killWithUs);
      how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      done();
    });
  });
  return {
    ref: refOf(child.pid!),
    ended: () => how,
    onExit: (listener) => void exited.then(() => listener(how!)),
    stop: async (signal, graceMs) => {
      if (how !== null) return true;
      child.kill(signal);
      const abort = new AbortController();
      const wait = delay(graceMs, 'late', { signal: abort.signal }).catch(() => 'gone');
      const first = await Promise.race([exited.then(() => 'gone'), wait]);
      abort.abort();
      if (first === 'gone') return true;
      child.kill('SIGKILL');
      await exited;
      return false;
    },
  };
}
