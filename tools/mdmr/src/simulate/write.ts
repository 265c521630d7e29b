/** Files of a simulation appear whole, and are written in pieces: a day of a utility is large. */
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { linesToBuffers } from '@mdmr/formats';

export function writeLines(path: string, lines: Iterable<string>): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.part`;
  const file = openSync(draft, 'w');
  try {
    for (const buffer of linesToBuffers(lines)) writeSync(file, buffer);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
