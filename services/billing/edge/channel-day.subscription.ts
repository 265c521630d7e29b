import type { BatchProcessor, InEvent } from '@mdmr/bus';
import { openItemsTouched, stillOpen } from '../report/requests.query.js';
import { lockArrival, lockSettling, type BillingRoom } from './billing-room.js';
import { settleItems } from './settle-items.js';

function touchedBy(events: readonly InEvent[]): { usdpId: string; day: number }[] {
  const touched = new Map<string, { usdpId: string; day: number }>();
  for (const event of events) {
    if (event.type === 'vee.ChannelDayValidated') {
      const { usdp_id: usdpId, est_day: day } = event.value;
      touched.set(`${usdpId}/${day}`, { usdpId, day });
    } else if (event.type === 'vee.ValuesAccepted') {
      const { usdp_id: usdpId, start_day, end_day } = event.value;
      for (let day = start_day; day < end_day; day++) {
        touched.set(`${usdpId}/${day}`, { usdpId, day });
      }
    }
  }
  return [...touched.values()];
}

/** Channel days as VEE leaves them; open items whose days were touched are tried again. */
export function channelDaySubscription(room: BillingRoom): BatchProcessor {
  return {
    name: 'channel-day',
    topics: ['mdmr.vee.channel-days.v1'],
    async handle(events, { tx, now }) {
      const touched = touchedBy(events);
      if (touched.length === 0) return [];
      await lockArrival(tx);
      const items = await openItemsTouched(tx, touched);
      if (items.length === 0) return [];
      await lockSettling(tx);
      return settleItems(tx, now, await stillOpen(tx, items), room);
    },
  };
}
