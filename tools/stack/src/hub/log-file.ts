/** A log file that is moved aside at a size; one old generation is kept. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;

export interface LogFile {
  write(line: string): void;
  close(): void;
}

export function openLogFile(path: string): LogFile {
  let file = openSync(path, 'a', 0o600);
  let bytes = fstatSync(file).size;
  const turn = () => {
    closeSync(file);
    renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
    bytes = 0;
  };
  return {
    write: (line) => {
      if (bytes > MAX_BYTES) turn();
      bytes += writeSync(file, `${line}\n`);
    },
    close: () => closeSync(file),
  };
}
