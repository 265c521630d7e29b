import { directoryProjection, participantsProjection } from '@mdmr/directory';
import type { ServiceSpec, ServiceTools } from '@mdmr/service';
import { AcceptController } from './edge/accept.http.js';
import { channelDaySubscription } from './edge/channel-day.subscription.js';
import { directorySubscription } from './edge/directory.subscription.js';
import { FinalRuns } from './edge/final-runs.schedule.js';
import { settingsSubscription } from './edge/settings.subscription.js';
import { TraceController } from './edge/trace.http.js';
import { registerShippedServices, VeeServicesController } from './edge/vee-services.http.js';
import { channelDayProjection } from './project/channel-day.projection.js';
import { factsEpochProjection } from './project/facts-epoch.projection.js';
import { runsDoneProjection, runsDueProjection } from './project/runs.projection.js';
import { servicesProjection } from './project/services.projection.js';
import { openRuns } from './report/runs.query.js';
import { veeTables } from './store/1-vee.migration.js';

const running = new WeakMap<ServiceTools, FinalRuns>();

export const veeService: ServiceSpec = {
  name: 'vee',
  migrations: [veeTables],
  projections: () => [
    participantsProjection,
    directoryProjection,
    servicesProjection,
    factsEpochProjection,
    channelDayProjection,
    runsDueProjection,
    runsDoneProjection,
  ],
  processors: () => [channelDaySubscription(), directorySubscription(), settingsSubscription()],
  controllers: [VeeServicesController, AcceptController, TraceController],
  onStarted: async (tools) => {
    await registerShippedServices(tools);
    const runs = new FinalRuns(tools);
    running.set(tools, runs);
    runs.start();
  },
  onStopping: async (tools) => running.get(tools)?.stop(),
  status: async (tx) => ({
    work: (await openRuns(tx)).map((run) => `estimation run ${run.runId}`),
  }),
};
