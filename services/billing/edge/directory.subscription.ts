import type { BatchProcessor } from '@mdmr/bus';
import type { ServiceTools } from '@mdmr/service';
import { HOUR_MS } from '@mdmr/kernel';
import { openItemsOfChangedSdps, stillOpen } from '../report/requests.query.js';
import { lockSettling, type BillingRoom } from './billing-room.js';
import { settleItems } from './settle-items.js';
import type { GoOn } from './work-loop.js';

/** Who works on a set after mmd, in order: open items are tried on what is left by them. */
const DOWNSTREAM = ['reads', 'vee', 'billing.channel-day'];
const RETRIED_AT_ONCE = 1_000;
/** mmd's instant and the last try are taken by two services. */
const MARGIN_MS = HOUR_MS;

interface AppliedSet {
  ldc: string;
  setId: string;
}

/** Open items of SDPs that a set has touched are tried again once attribution and VEE have followed it. */
export class DirectoryRetry {
  /** Sets seen, perhaps not yet committed. */
  private sets: AppliedSet[] = [];
  private isWorking = false;
  /** At a start there may be sets that nobody has followed up. */
  private isStart = true;

  /** Whether something waits to be tried. */
  get pending(): boolean {
    return this.isStart || this.isWorking || this.sets.length > 0;
  }

  /** Sets as rows; the rest is the loop's. */
  subscription(): BatchProcessor {
    return {
      name: 'directory',
      topics: ['mdmr.mmd.directory.v1'],
      handle: async (events) => {
        for (const event of events) {
          if (event.type !== 'mmd.DirectoryChanged' || !event.value.last) continue;
          this.sets.push({ ldc: event.value.ldc, setId: event.value.set_id });
        }
        return [];
      },
    };
  }

  /** False = nothing was wanted. */
  async work(tools: ServiceTools, room: BillingRoom, goOn: GoOn): Promise<boolean> {
    if (this.sets.length === 0 && !this.isStart) return false;
    const seen = [...this.sets];
    const committed = await committedSets(tools, seen);
    if (committed.size === 0 && !this.isStart) return false;
    this.isWorking = true;
    try {
      await retry(tools, room, goOn);
      this.isStart = false;
      this.sets = this.sets.filter((set) => !committed.has(set));
    } finally {
      this.isWorking = false;
    }
    return true;
  }
}

async function committedSets(
  tools: ServiceTools,
  sets: readonly AppliedSet[],
): Promise<Set<AppliedSet>> {
  const { rows } = await tools.db.query<{ n: number }>(
    `select u.n::int4 as n from unnest($1::text[], $2::text[]) with ordinality as u(ldc, set_id, n)
     join directory_set using (ldc, set_id)`,
    [sets.map((set) => set.ldc), sets.map((set) => set.setId)],
  );
  return new Set(rows.map((row) => sets[row.n - 1]!));
}

async function retry(tools: ServiceTools, room: BillingRoom, goOn: GoOn): Promise<void> {
  const { db, bus } = tools;
  const some = await db.tx((tx) => openItemsOfChangedSdps(tx, MARGIN_MS));
  if (some.length === 0) return;
  await goOn(bus.awaitDrained(DOWNSTREAM));
  const items = await db.tx((tx) => openItemsOfChangedSdps(tx, MARGIN_MS));
  for (let i = 0; i < items.length; i += RETRIED_AT_ONCE) {
    const part = items.slice(i, i + RETRIED_AT_ONCE);
    await goOn();
    await bus.decide(async ({ tx, now }) => {
      await lockSettling(tx);
      return settleItems(tx, now, await stillOpen(tx, part), room);
    });
  }
}
