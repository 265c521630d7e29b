import type { Projection } from '@mdmr/bus';

/** Sets that have taken effect: what the retry of open items waits to see committed. */
export const directorySetProjection: Projection = {
  name: 'directory-set',
  topics: ['mdmr.mmd.directory.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'mmd.DirectoryChanged' || !event.value.last) continue;
      const { ldc, set_id, at_ms } = event.value;
      await tx.query('insert into directory_set values ($1, $2, $3) on conflict do nothing', [
        ldc,
        set_id,
        at_ms,
      ]);
    }
  },
};
