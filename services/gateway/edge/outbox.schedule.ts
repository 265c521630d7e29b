import { emit } from '@mdmr/bus';
import type { ServiceTools } from '@mdmr/service';
import { dueFiles } from '../report/due-deliveries.query.js';
import type { DueFile } from '../report/due-deliveries.query.js';
import type { ExchangeFolders } from './exchange-folders.js';
import { startLoop } from './loop.js';
import type { Loop } from './loop.js';

const PAUSE_MS = 100;
const BATCH = 100;

/**
 * Puts files of the hub into outboxes. A crash between the file and its event puts the same bytes
 * there once more under the same name. One recipient's trouble does not keep others waiting.
 */
export function startOutbox(tools: ServiceTools, folders: ExchangeFolders): Loop {
  return startLoop('outbox', PAUSE_MS, tools.log, async (isStopping) => {
    const due = await dueFiles(tools.db, BATCH);
    const delivered: DueFile[] = [];
    const troubles: unknown[] = [];
    for (const file of due) {
      if (isStopping()) break;
      try {
        const outbox = folders.outbox(file.recipient);
        await folders.place(file.recipient, tools.files.path(file.sha256), outbox, file.name);
        delivered.push(file);
      } catch (error) {
        troubles.push(error);
      }
    }
    if (delivered.length > 0) {
      await tools.bus.decide(async ({ now }) =>
        delivered.map((file) =>
          emit('gateway.FileDelivered', file.recipient, { at_ms: now, ...file }),
        ),
      );
    }
    if (troubles.length > 0) throw new AggregateError(troubles, 'files could not be delivered');
  });
}
