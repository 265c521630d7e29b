import type { WiringTools } from '@mdmr/service';
import { lockNames, type Tx } from '@mdmr/postgres';
import { BinTables } from '../decide/bin-tables.js';
import { CalendarCache } from '../report/calendars.query.js';

/** What the doors of billing share: the tools of the service and what is kept in memory. */
export interface BillingRoom {
  readonly tools: WiringTools;
  readonly calendars: CalendarCache;
  readonly tables: BinTables;
  readonly maxDays: number;
}

export function billingRoom(tools: WiringTools): BillingRoom {
  return {
    tools,
    calendars: new CalendarCache(),
    tables: new BinTables(),
    maxDays: tools.config.bqMaxDays,
  };
}

const SPACE = 'billing';

/**
 * Whoever settles items or makes responses does so alone, so that an item ends once, and deliveries of one
 * bq_id count up. Taken before the items are looked at.
 */
export async function lockSettling(tx: Tx): Promise<void> {
  await lockNames(tx, SPACE, ['settle']);
}

/**
 * Data that arrives is projected before open items are looked for. Held shared until it is committed, so that
 * a request can wait for all data on its way that has not seen its items.
 */
export async function lockArrival(tx: Tx): Promise<void> {
  await lockNames(tx, SPACE, ['arrival'], 'shared');
}

/** Returns when no arrival is under way that began before. */
export async function awaitArrivals(tx: Tx): Promise<void> {
  await lockNames(tx, SPACE, ['arrival'], 'exclusive');
}
