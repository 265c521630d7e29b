import { DAY_MS } from '@mdmr/kernel';
import type { ServiceTools } from '@mdmr/service';
import { isCompared, nextRun, rebillingCandidates } from '../report/rebilling.query.js';
import { lockSettling, type BillingRoom } from './billing-room.js';
import type { GoOn } from './work-loop.js';
import { comparedEvent, compareDeliveries } from './compare-deliveries.js';

const COMPARED_AT_ONCE = 500;
/** How far the clocks of two services and the time on the topics may lie apart. */
const MARGIN_MS = DAY_MS;
/** What the run must have seen: everything VEE published before it said that it was done. */
const OWN = [
  'billing.channel-day',
  'billing.directory',
  'billing.participants',
  'billing.projector',
];

/** Works the next final run; false = there is none. An empty comparison is told too. */
export async function workNextRun(
  tools: ServiceTools,
  room: BillingRoom,
  goOn: GoOn,
): Promise<boolean> {
  const { db, bus, config } = tools;
  const run = await db.tx((tx) => nextRun(tx));
  if (run === null) return false;
  await goOn(bus.awaitDrained(OWN));
  const ids = await db.tx((tx) => rebillingCandidates(tx, run, config.rebillDays, MARGIN_MS));
  for (let i = 0; i < ids.length; i += COMPARED_AT_ONCE) {
    const part = ids.slice(i, i + COMPARED_AT_ONCE);
    await goOn();
    await bus.decide(async ({ tx, now }) => {
      await lockSettling(tx);
      if (await isCompared(tx, run.run_id)) return [];
      return compareDeliveries(tx, now, run, part, room);
    });
  }
  await bus.decide(async ({ tx, now }) => {
    await lockSettling(tx);
    if (await isCompared(tx, run.run_id)) return [];
    return [comparedEvent(run, now, '', [], true)];
  });
  return true;
}
