/** Stops a running hub from another process. */
import { layoutOf } from '../layout.js';
import { lockHolder } from '../data-lock.js';
import { stopLeftOverKafka } from '../kafka-server.js';
import { stopLeftOverPostgres } from '../postgres-server.js';
import { stopProcess } from '../process-identity.js';
import { stopOrphans } from './orphans.js';
import { removeRunFile } from './run-file.js';

const SUPERVISOR_GRACE_MS = 120_000;

/**
 * Asks the supervisor to stop and waits. Without a supervisor it stops what one left behind.
 * Resolves with whether anything ran.
 */
export async function stopHub(dataDir: string, log: (line: string) => void): Promise<boolean> {
  const layout = layoutOf(dataDir);
  const holder = lockHolder(layout.lock);
  if (holder !== null) {
    const polite = await stopProcess(holder, { signal: 'SIGTERM', graceMs: SUPERVISOR_GRACE_MS });
    if (polite) return true;
    log('the supervisor did not end in time and was killed');
  }
  const orphans = await stopOrphans(layout.runFile, log);
  const kafka = await stopLeftOverKafka(layout, log);
  const postgres = await stopLeftOverPostgres(layout, log);
  removeRunFile(layout.runFile);
  return holder !== null || orphans > 0 || kafka || postgres;
}
