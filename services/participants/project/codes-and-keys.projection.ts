import type { InEvent, Projection } from '@mdmr/bus';
import type { Tx } from '@mdmr/postgres';

/** Lists of rate classes and operator keys; what the shared participants projection leaves out. */
export const codesAndKeysProjection: Projection = {
  name: 'codes-and-keys',
  topics: ['mdmr.participants.organizations.v1'],
  async apply(tx, events) {
    for (const event of events) await applyOne(tx, event);
  },
};

async function applyOne(tx: Tx, event: InEvent): Promise<void> {
  if (event.type === 'participants.RateClassListLoaded') {
    const { ldc, codes, at_ms } = event.value;
    await tx.query(
      `insert into rate_class_list values ($1, $2, $3) on conflict (ldc) do update
       set codes = excluded.codes, at_ms = excluded.at_ms`,
      [ldc, JSON.stringify(codes), at_ms],
    );
  }
  if (event.type === 'participants.OperatorKeyRegistered') {
    const { key_id, sha256, at_ms } = event.value;
    await tx.query('insert into operator_key values ($1, $2, $3) on conflict do nothing', [
      key_id,
      sha256,
      at_ms,
    ]);
  }
}
