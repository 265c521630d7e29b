/**
 * A process id alone names nothing for long: ids are used again, soonest in containers. With the
 * instant of its start it does, so whoever stops a process by a file checks both.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessRef {
  pid: number;
  /** boot and start time of the process; empty where the system cannot tell */
  identity: string;
}

/** Start identity of a live process, or null when there is none of this id. */
export function identityOf(pid: number): string | null {
  if (!isAlive(pid)) return null;
  if (process.platform === 'linux') return linuxIdentity(pid);
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function linuxIdentity(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the command name may hold blanks and brackets: fields count from the last bracket
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}

export function refOf(pid: number): ProcessRef {
  return { pid, identity: identityOf(pid) ?? '' };
}

/** True while exactly this process lives, not another one with its number. */
export function isSameProcess(ref: ProcessRef): boolean {
  const now = identityOf(ref.pid);
  return now !== null && (ref.identity === '' || now === ref.identity);
}

/** True while some process has this id; one that may not be signalled counts as alive. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The words of a live process's command line, or null. */
export function commandLineOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    const args = ['-o', 'command=', '-p', String(pid)];
    return execFileSync('ps', args, { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

export interface StopOptions {
  signal: NodeJS.Signals;
  /** how long the polite signal may take before SIGKILL */
  graceMs: number;
}

/**
 * Stops a process that is not our child: signal, bounded wait, SIGKILL. Resolves true when it went
 * by itself, false when it had to be killed.
 */
export async function stopProcess(ref: ProcessRef, options: StopOptions): Promise<boolean> {
  if (!sendSignal(ref, options.signal)) return true;
  if (await waitGone(ref, options.graceMs)) return true;
  sendSignal(ref, 'SIGKILL');
  await waitGone(ref, 10_000);
  return false;
}

export async function waitGone(ref: ProcessRef, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (isSameProcess(ref)) {
    if (performance.now() >= until) return false;
    await delay(50);
  }
  return true;
}

function sendSignal(ref: ProcessRef, signal: NodeJS.Signals): boolean {
  if (!isSameProcess(ref)) return false;
  try {
    process.kill(ref.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
