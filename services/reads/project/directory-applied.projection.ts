import type { Projection } from '@mdmr/bus';

/**
 * Counts the sets applied for each LDC: a look-up kept in memory is good while the count stands.
 */
export const directoryAppliedProjection: Projection = {
  name: 'directory-applied',
  topics: ['mdmr.mmd.directory.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'mmd.DirectoryChanged' || !event.value.last) continue;
      await tx.query(
        `insert into directory_applied as d values ($1, 1)
         on conflict (ldc) do update set generation = d.generation + 1`,
        [event.value.ldc],
      );
    }
  },
};
