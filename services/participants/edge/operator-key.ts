import { readFile } from 'node:fs/promises';
import { emit } from '@mdmr/bus';
import { sha256Hex } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';

const ID_DIGITS = 8;

/** Records that the operator's key opens the admin doors; its digest, never the key. Once a key. */
export async function registerOperatorKey({ bus, config }: ServiceTools): Promise<void> {
  const key = (await readFile(config.operatorKeyFile, 'utf8')).trim();
  const sha256 = sha256Hex(key);
  const key_id = sha256.slice(0, ID_DIGITS);
  await bus.decide(async ({ tx, now }) => {
    const known = await tx.query('select from operator_key where key_id = $1', [key_id]);
    if (known.rowCount > 0) return [];
    return [emit('participants.OperatorKeyRegistered', key_id, { at_ms: now, key_id, sha256 })];
  });
}
