import { readdir, rmdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS, HOUR_MS, systemClock } from '@mdmr/kernel';
import type { ServiceTools } from '@mdmr/service';
import type { ExchangeFolders } from './exchange-folders.js';
import { startLoop } from './loop.js';
import type { Loop } from './loop.js';

/**
 * Removes what an organization has left in its outbox for longer than MDMR_OUTBOX_KEEP_DAYS. Age is
 * by the machine's clock, like the times of files: a driven clock that leaps ahead empties no
 * outbox.
 */
export function startOutboxKeep(tools: ServiceTools, folders: ExchangeFolders): Loop {
  const keepMs = tools.config.outboxKeepDays * DAY_MS;
  return startLoop('outbox keep', HOUR_MS, tools.log, async () => {
    const oldest = systemClock().now() - keepMs;
    for (const org of await folders.orgs()) await sweep(folders.outbox(org), oldest, true);
  });
}

async function sweep(folder: string, oldest: number, isRoot: boolean): Promise<void> {
  let kept = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const found = path.join(folder, entry.name);
    if (entry.isDirectory()) await sweep(found, oldest, false);
    else if (entry.isFile() && (await stat(found)).mtimeMs < oldest) await unlink(found);
    else kept++;
  }
  if (!isRoot && kept === 0 && (await readdir(folder)).length === 0) await rmdir(folder);
}
