/** Small files that other processes read: they appear whole or not at all. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** Writes by a rename, so that a reader sees the old text or the new one. */
export function writeFileAtomic(path: string, text: string, mode = 0o644): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}

/** The text of a file, or null where there is none. */
export function readFileIfAny(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The JSON in a file; null where there is none or a dying writer left it broken. */
export function readJsonIfAny<T>(path: string): T | null {
  const text = readFileIfAny(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** A log file grows over starts: one old generation is kept. */
export function rotateLog(path: string, maxBytes = 10 * 1024 * 1024): void {
  try {
    if (statSync(path).size > maxBytes) renameSync(path, `${path}.1`);
  } catch {
    // no log yet
  }
}

/** The end of a log, for the sentence that says why a start failed. */
export function tailOf(path: string, lines: number): string {
  const text = readFileIfAny(path) ?? '';
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
