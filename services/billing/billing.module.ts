import { directoryProjection, participantsProjection } from '@mdmr/directory';
import type { ServiceSpec, ServiceTools, WiringTools } from '@mdmr/service';
import { billingRoom, type BillingRoom } from './edge/billing-room.js';
import { channelDaySubscription } from './edge/channel-day.subscription.js';
import { DirectoryRetry } from './edge/directory.subscription.js';
import { participantsSubscription } from './edge/participants.subscription.js';
import { workNextRun } from './edge/rebilling.schedule.js';
import { workNextRequestFile } from './edge/request-files.schedule.js';
import { responsesTimer } from './edge/responses.schedule.js';
import { seedCalendars } from './edge/seed-calendars.js';
import { TraceController } from './edge/trace.http.js';
import { windowEndTimer } from './edge/window-end.schedule.js';
import { WorkLoop } from './edge/work-loop.js';
import { accountIdentityProjection } from './project/account-identity.projection.js';
import { calendarProjection } from './project/calendar.projection.js';
import { channelDayProjection } from './project/channel-day.projection.js';
import { deliveryProjection } from './project/delivery.projection.js';
import { directorySetProjection } from './project/directory-set.projection.js';
import { requestFileProjection } from './project/request-file.projection.js';
import { requestProjection } from './project/request.projection.js';
import { estimationRunProjection, rebillingProjection } from './project/run.projection.js';
import { sumAcceptedProjection } from './project/sum-accepted.projection.js';
import { usdpIssuedProjection } from './project/usdp-issued.projection.js';
import { countOpenRuns } from './report/rebilling.query.js';
import { countUntriedFiles } from './report/requests.query.js';
import { migrations } from './store/migrations.js';

const projections = [
  participantsProjection,
  directoryProjection,
  directorySetProjection,
  usdpIssuedProjection,
  accountIdentityProjection,
  channelDayProjection,
  sumAcceptedProjection,
  calendarProjection,
  requestFileProjection,
  requestProjection,
  deliveryProjection,
  estimationRunProjection,
  rebillingProjection,
];

/** Frames channel days into billing quantities, answers requests, and tells what changed since. */
export function billingService(): ServiceSpec {
  const retry = new DirectoryRetry();
  let shared: BillingRoom | undefined;
  let loops: WorkLoop[] = [];
  const room = (tools: WiringTools): BillingRoom => (shared ??= billingRoom(tools));
  return {
    name: 'billing',
    migrations,
    projections: () => projections,
    processors: (tools) => [
      channelDaySubscription(room(tools)),
      retry.subscription(),
      participantsSubscription(),
    ],
    timers: (tools) => [responsesTimer(room(tools)), windowEndTimer(room(tools))],
    controllers: [TraceController],
    onStarted: async (tools: ServiceTools) => {
      await seedCalendars(tools);
      const own = shared!;
      loops = [
        new WorkLoop('requests', tools, (goOn) => workNextRequestFile(tools, own, goOn)),
        new WorkLoop('re-billing', tools, (goOn) => workNextRun(tools, own, goOn)),
        new WorkLoop('directory', tools, (goOn) => retry.work(tools, own, goOn)),
      ];
      for (const loop of loops) loop.start();
    },
    onStopping: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
    status: async (tx) => {
      const work: string[] = [];
      const files = await countUntriedFiles(tx);
      if (files > 0) work.push(`${files} requests not yet tried`);
      const runs = await countOpenRuns(tx);
      if (runs > 0) work.push(`${runs} final runs not yet compared`);
      if (retry.pending) work.push('open items touched by a set');
      return { work };
    },
  };
}
