import type { Timer } from '@mdmr/bus';
import { openItemsOf, openRequests, type Request } from '../report/requests.query.js';
import { lockSettling, type BillingRoom } from './billing-room.js';
import { settleItems } from './settle-items.js';

const ENDED_AT_ONCE = 1_000;

function isWaiting(request: Request): boolean {
  const { accepted, answered, ended, tried_at_ms } = request;
  return tried_at_ms !== null && accepted > answered + ended;
}

/** At the end of a window every item that waits is tried once more, then it ends. */
export function windowEndTimer(room: BillingRoom): Timer {
  return {
    name: 'bq-window-end',
    phase: 'window',
    async nextDue(tx) {
      const ends = (await openRequests(tx)).filter(isWaiting).map((r) => r.window_end_ms);
      return ends.length === 0 ? null : Math.min(...ends);
    },
    async fire({ tx, now }) {
      await lockSettling(tx);
      const due = (await openRequests(tx)).filter((r) => isWaiting(r) && r.window_end_ms <= now);
      due.sort((a, b) => a.window_end_ms - b.window_end_ms || a.custody_seq - b.custody_seq);
      if (due.length === 0) return [];
      // Phase 2: LEFT_OUT warnings of the request follow its last item here.
      return settleItems(tx, now, await openItemsOf(tx, due[0]!.custody_id, ENDED_AT_ONCE), room);
    },
  };
}
