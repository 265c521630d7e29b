import type { BatchProcessor, InEvent } from '@mdmr/bus';
import type { EstDay } from '@mdmr/kernel';
import { openItemsOfSdps, stillOpen, type OpenItem } from '../report/requests.query.js';
import { lockArrival, lockSettling, type BillingRoom } from './billing-room.js';
import { settleItems } from './settle-items.js';

/** Days of an SDP, [startDay, endDay). */
interface Touched {
  usdpId: string;
  startDay: EstDay;
  endDay: EstDay;
}

function touchedBy(events: readonly InEvent[]): Touched[] {
  const touched: Touched[] = [];
  for (const event of events) {
    if (event.type === 'vee.ChannelDayValidated') {
      const { usdp_id: usdpId, est_day: day } = event.value;
      touched.push({ usdpId, startDay: day, endDay: day + 1 });
    } else if (event.type === 'vee.ValuesAccepted') {
      const { usdp_id: usdpId, start_day: startDay, end_day: endDay } = event.value;
      touched.push({ usdpId, startDay, endDay });
    }
  }
  return touched;
}

/** Items whose period holds a day that was touched. */
function itemsTouched(items: readonly OpenItem[], touched: readonly Touched[]): OpenItem[] {
  const bySdp = Map.groupBy(touched, ({ usdpId }) => usdpId);
  return items.filter((item) =>
    bySdp
      .get(item.usdp_id)!
      .some(({ startDay, endDay }) => item.start_day < endDay && startDay < item.end_day),
  );
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
      // Most SDPs have no open item: what they are touched by is compared only where there is one.
      const open = await openItemsOfSdps(tx, [...new Set(touched.map((one) => one.usdpId))]);
      const items = itemsTouched(open, touched);
      if (items.length === 0) return [];
      await lockSettling(tx);
      return settleItems(tx, now, await stillOpen(tx, items), room);
    },
  };
}
