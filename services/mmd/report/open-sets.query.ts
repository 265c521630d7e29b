import type { Tx } from '@mdmr/postgres';
import { loadLdcSets } from './sync-set.query.js';

interface ListedSet {
  readonly ldc: string;
  readonly set_id: string;
  readonly state: string;
  readonly sequence: number;
  /** Parts that are in. */
  readonly parts: number;
}

/** Sets that have not ended, for `status`; parked ones apart. */
export async function listOpenSets(
  tx: Pick<Tx, 'query'>,
): Promise<{ open_sets: ListedSet[]; parked: ListedSet[] }> {
  const listed: ListedSet[] = [];
  for (const [ldc, { open }] of await loadLdcSets(tx)) {
    for (const { set_id, state, sequence, parts } of open) {
      listed.push({ ldc, set_id, state, sequence, parts: parts.length });
    }
  }
  return {
    open_sets: listed.filter((s) => s.state !== 'PARKED'),
    parked: listed.filter((s) => s.state === 'PARKED'),
  };
}
