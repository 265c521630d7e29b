import { directoryProjection, participantsProjection } from '@mdmr/directory';
import type { ServiceSpec, ServiceTools } from '@mdmr/service';
import { DirectoryController } from './edge/directory.http.js';
import { SetMoves, setWindowsTimer, setWork } from './edge/set-moves.schedule.js';
import { SetsController } from './edge/sets.http.js';
import { syncPartSubscription } from './edge/sync-part.subscription.js';
import { identityProjection } from './project/identity.projection.js';
import { registryProjections } from './project/registry.projection.js';
import { syncSetProjection } from './project/sync-set.projection.js';
import { listOpenSets } from './report/open-sets.query.js';
import { mmdTables } from './store/1-mmd.migration.js';

const moves = new WeakMap<ServiceTools, SetMoves>();

export const mmdService: ServiceSpec = {
  name: 'mmd',
  migrations: [mmdTables],
  projections: () => [
    participantsProjection,
    ...registryProjections,
    directoryProjection,
    identityProjection,
    syncSetProjection,
  ],
  processors: (tools) => [syncPartSubscription(tools)],
  timers: (tools) => [setWindowsTimer(tools)],
  controllers: [SetsController, DirectoryController],
  onStarted: async (tools) => {
    const loop = new SetMoves(tools);
    moves.set(tools, loop);
    loop.start();
  },
  onStopping: async (tools) => {
    await moves.get(tools)?.stop();
  },
  status: async (tx, tools) => ({
    work: await setWork(tx, tools),
    ...(await listOpenSets(tx)),
  }),
};
