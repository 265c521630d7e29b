/** Services that outlived a supervisor that was killed. */
import { isSameProcess, stopProcess } from '../process-identity.js';
import { readRunFile } from './run-file.js';

const GRACE_MS = 20_000;

/**
 * Stops the services that a run file names and that still live. (Kafka and Postgres find their own
 * left-overs when they start.) Call it under the data directory's lock.
 */
export async function stopOrphans(runFile: string, log: (line: string) => void): Promise<number> {
  const record = readRunFile(runFile);
  const orphans = Object.entries(record?.services ?? {}).filter(([, ref]) => isSameProcess(ref));
  if (orphans.length === 0) return 0;
  const names = orphans.map(([name]) => name).join(', ');
  log(`stopping what an earlier start left running: ${names}`);
  await Promise.all(
    orphans.map(([, ref]) => stopProcess(ref, { signal: 'SIGTERM', graceMs: GRACE_MS })),
  );
  return orphans.length;
}
