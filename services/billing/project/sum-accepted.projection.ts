import type { Projection } from '@mdmr/bus';

/** Where a person let the billing sum check stand. */
export const sumAcceptedProjection: Projection = {
  name: 'sum-accepted',
  topics: ['mdmr.vee.channel-days.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'vee.ValuesAccepted' || event.value.rule !== 'R-024') continue;
      const { usdp_id, start_day, end_day, at_ms } = event.value;
      await tx.query('insert into sum_accepted values ($1, $2, $3, $4) on conflict do nothing', [
        usdp_id,
        start_day,
        end_day,
        at_ms,
      ]);
    }
  },
};
