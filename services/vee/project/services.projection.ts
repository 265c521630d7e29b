import type { Projection } from '@mdmr/bus';

/** VEE services in all their versions. */
export const servicesProjection: Projection = {
  name: 'services',
  topics: ['mdmr.vee.services.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'vee.VeeServiceDefined') continue;
      const v = event.value;
      await tx.query(
        `insert into vee_service values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
        [
          v.service_id,
          v.version,
          v.from_day,
          v.rules,
          v.ladder,
          v.strict,
          v.profile,
          JSON.stringify(v.settings),
        ],
      );
    }
  },
};
