import { directoryProjection, participantsProjection } from '@mdmr/directory';
import type { ServiceSpec } from '@mdmr/service';
import { directorySubscription } from './edge/directory.subscription.js';
import { heldExpirySchedule } from './edge/held-expiry.schedule.js';
import { HoldsController } from './edge/holds.http.js';
import { participantsSubscription } from './edge/participants.subscription.js';
import { segmentSubscription } from './edge/segment.subscription.js';
import { TraceController } from './edge/trace.http.js';
import { channelDaysProjection } from './project/channel-days.projection.js';
import { directoryAppliedProjection } from './project/directory-applied.projection.js';
import { meterDaysProjection } from './project/meter-days.projection.js';
import { countHeld } from './report/held.query.js';
import { readsMigration } from './store/1-reads.migration.js';

/** The wiring of the service: tables, events to rows, decisions, doors. */
export const readsService: ServiceSpec = {
  name: 'reads',
  migrations: [readsMigration],
  projections: () => [
    participantsProjection,
    directoryProjection,
    directoryAppliedProjection,
    meterDaysProjection,
    channelDaysProjection,
  ],
  processors: (tools) => [
    segmentSubscription(tools),
    directorySubscription(),
    participantsSubscription(),
  ],
  timers: (tools) => [heldExpirySchedule(tools.config.heldExpireDays)],
  controllers: [HoldsController, TraceController],
  status: async (tx) => ({ held_values: await countHeld(tx) }),
};
