import type { Tx } from '@mdmr/postgres';
import { registeredOrgs } from '../report/custody.query.js';
import { countDue } from '../report/due-deliveries.query.js';
import { namesIn } from './arrivals.js';
import { countClaims } from './claims.js';
import type { ExchangeFolders } from './exchange-folders.js';

/** Sentences about what the gateway has not finished; none = idle. */
export async function gatewayWork(tx: Tx, folders: ExchangeFolders): Promise<string[]> {
  const work: string[] = [];
  for (const org of await registeredOrgs(tx)) {
    // Inbox first: a file that is claimed between the two looks is then seen twice, never missed.
    const names = await namesIn(folders.inbox(org));
    for (const name of names) work.push(`${name} in the inbox of ${org}`);
    const claimed = await countClaims(folders, org);
    if (claimed > 0) work.push(`${claimed} files of ${org} are being taken into custody`);
  }
  const due = await countDue(tx);
  if (due.files > 0) work.push(`${due.files} files are to be delivered`);
  if (due.parts > 0) work.push(`${due.parts} parts are to be returned`);
  return work;
}
