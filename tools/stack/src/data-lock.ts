/** One stack per data directory: a lock file with the holder's process in it. */
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readFileIfAny } from './files.js';
import { isSameProcess, refOf, type ProcessRef } from './process-identity.js';
import { StackError } from './stack-error.js';

export interface DataLock {
  release(): void;
}

/**
 * Takes the lock or throws StackError DATA_DIR_IN_USE. A lock whose holder is dead is taken over.
 * The file appears by link(), so it never exists without its content.
 */
export function takeDataLock(path: string): DataLock {
  mkdirSync(dirname(path), { recursive: true });
  const own = JSON.stringify(refOf(process.pid));
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, own, { mode: 0o644 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (tryLink(draft, path)) return { release: () => releaseOwn(path, own) };
      removeStale(path);
    }
    throw new StackError('DATA_DIR_IN_USE', `The lock ${path} could not be taken: others take it.`);
  } finally {
    unlinkSync(draft);
  }
}

/** The live holder of a data directory, or null. */
export function lockHolder(path: string): ProcessRef | null {
  const ref = parseRef(readFileIfAny(path));
  return ref !== null && isSameProcess(ref) ? ref : null;
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(path: string): void {
  const text = readFileIfAny(path);
  if (text === null) return;
  const holder = parseRef(text);
  if (holder !== null && isSameProcess(holder)) {
    throw new StackError(
      'DATA_DIR_IN_USE',
      `Process ${holder.pid} already runs the stack of ${dirname(path)}: stop it first ` +
        '(npx mdmr stop), or choose another MDMR_DATA_DIR and MDMR_PORT_BASE.',
    );
  }
  // only the very lock that was judged stale is removed; a rival's new one has another text
  if (readFileIfAny(path) === text) unlinkIfAny(path);
}

function releaseOwn(path: string, own: string): void {
  if (readFileIfAny(path) === own) unlinkIfAny(path);
}

function unlinkIfAny(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function parseRef(text: string | null): ProcessRef | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as ProcessRef;
  } catch {
    return null;
  }
}
