import type { Projection } from '@mdmr/bus';

const CHANGES: readonly string[] = [
  'mmd.DirectoryChanged',
  'participants.LdcSettingSet',
  'vee.VeeServiceDefined',
];

/**
 * Counts what may change the facts of a channel: applied sets, LDC settings, VEE services. Facts held in memory
 * are good while the counts stand.
 */
export const factsEpochProjection: Projection = {
  name: 'facts-epoch',
  topics: ['mdmr.mmd.directory.v1', 'mdmr.participants.organizations.v1', 'mdmr.vee.services.v1'],
  async apply(tx, events) {
    const counts = new Map<string, number>();
    for (const { type, topic } of events) {
      if (CHANGES.includes(type)) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    }
    for (const [topic, changes] of counts) {
      await tx.query(
        `insert into facts_epoch as f values ($1, $2)
         on conflict (topic) do update set changes = f.changes + excluded.changes`,
        [topic, changes],
      );
    }
  },
};
