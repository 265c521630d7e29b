import type { Processor } from '@mdmr/bus';
import { participantsProjection } from '@mdmr/directory';
import type { ServiceSpec, ServiceTools } from '@mdmr/service';
import { ExchangeController } from './edge/exchange.http.js';
import { ExchangeFolders } from './edge/exchange-folders.js';
import { FilesController } from './edge/files.http.js';
import { PARTICIPANTS_PROCESSOR, startInbox } from './edge/inbox.schedule.js';
import type { Loop } from './edge/loop.js';
import { startOutboxKeep } from './edge/outbox-keep.schedule.js';
import { startOutbox } from './edge/outbox.schedule.js';
import { startReturning } from './edge/returned-parts.schedule.js';
import { gatewayWork } from './edge/work.js';
import { billingProgressProjection } from './project/billing-progress.projection.js';
import { custodyProjection } from './project/custody.projection.js';
import { deliveryProjection } from './project/delivery.projection.js';
import { readsProgressProjection } from './project/reads-progress.projection.js';
import { returnedPartProjection } from './project/returned-part.projection.js';
import { syncProgressProjection } from './project/sync-progress.projection.js';
import { usdpProgressProjection } from './project/usdp-progress.projection.js';
import { custodyTables } from './store/1-custody.migration.js';

/** Read apart from all else, so that its lag tells whether a file may be judged. */
const participants: Processor = {
  name: PARTICIPANTS_PROCESSOR,
  topics: participantsProjection.topics,
  handle: async () => [],
};

const loops = new WeakMap<ServiceTools, Loop[]>();
const foldersOf = ({ config }: ServiceTools) => new ExchangeFolders(config.exchangeDir);

export const gatewayService: ServiceSpec = {
  name: 'gateway',
  migrations: [custodyTables],
  projections: () => [
    participantsProjection,
    custodyProjection,
    deliveryProjection,
    returnedPartProjection,
    usdpProgressProjection,
    syncProgressProjection,
    readsProgressProjection,
    billingProgressProjection,
  ],
  processors: () => [participants],
  controllers: [FilesController, ExchangeController],
  onStarted: async (tools) => {
    const folders = foldersOf(tools);
    const starts = [startInbox, startOutbox, startReturning, startOutboxKeep];
    loops.set(
      tools,
      starts.map((start) => start(tools, folders)),
    );
  },
  onStopping: async (tools) => {
    await Promise.all((loops.get(tools) ?? []).map((loop) => loop.stop()));
  },
  status: async (tx, tools) => ({ work: await gatewayWork(tx, foldersOf(tools)) }),
};
