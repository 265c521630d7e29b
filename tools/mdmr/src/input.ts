/** Files that a person names on the command line. */
import { readFileSync } from 'node:fs';
import { Refused } from './refused.js';

/** Text of a file; Refused with a sentence where it cannot be read or is not UTF-8. */
export function readInput(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Refused(`${path} cannot be read: ${(error as Error).message}`, 'NO_FILE');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(`${path} is not UTF-8.`, 'BAD_ENCODING');
  }
}
