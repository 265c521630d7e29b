/** The billing sum check with the word of a person who let the values stand. */
import type { EstDay, Instant } from '@mdmr/kernel';
import { sumDifference } from './billing-sum-check.js';
import type { SumCheck } from './evaluate-item.js';
import type { ChannelDays } from './frame-item.js';
import { CHANNELS } from './sdp-facts.js';

/** `vee accept --rule R-024` over days [startDay, endDay). */
export interface SumAccepted {
  usdpId: string;
  startDay: EstDay;
  endDay: EstDay;
  atMs: Instant;
}

/** When a value of the days was last changed. */
function changedAt(start: EstDay, end: EstDay, rows: ChannelDays): Instant {
  let latest = 0;
  for (const channel of CHANNELS) {
    for (let day = start; day < end; day++) {
      latest = Math.max(latest, rows(channel, day)?.atMs ?? 0);
    }
  }
  return latest;
}

/** A failing sum stands as accepted until one of the period's values changes. */
export function sumCheckWith(accepted: readonly SumAccepted[]): SumCheck {
  const byUsdp = Map.groupBy(accepted, (one) => one.usdpId);
  return (item, facts, quantities, rows) => {
    const { startDay, endDay, usdpId } = item;
    const difference = sumDifference(facts, startDay, endDay, quantities, rows);
    if (difference === null) return null;
    const stands = byUsdp
      .get(usdpId)
      ?.some(
        (one) =>
          one.startDay <= startDay &&
          one.endDay >= endDay &&
          one.atMs >= changedAt(startDay, endDay, rows),
      );
    return stands ? null : difference;
  };
}
