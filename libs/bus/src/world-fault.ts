import { Fault } from '@mdmr/kernel';
import { FenceLost } from './fence.js';

const CONNECTION = /ECONN|terminat|timeout|Connection|not queryable|shutting down|starting up/i;

/** A disk or a process that has no room for more, of the file store for example. */
const FULL = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'];

/**
 * Postgres classes 08 connection, 40 serialization and deadlock, 53 resources, 57 operator, and
 * 55P03, a lock that was not given in time.
 */
const POSTGRES = /^(08|40|53|57|55P03)/;

/** Database, broker or disk away, full or restarting: wait for it as long as it takes. */
export function isWorldFault(error: unknown): boolean {
  if (error instanceof FenceLost || error instanceof Fault) return true;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && POSTGRES.test(code)) return true;
  if (FULL.includes(String(code))) return true;
  return CONNECTION.test(String(error));
}
