import type { ServiceSpec } from '@mdmr/service';
import { requestFileSubscription } from './edge/request-file.subscription.js';
import { addressProjection } from './project/address.projection.js';
import { sdpProjection } from './project/sdp.projection.js';
import { sdpTables } from './store/1-sdp.migration.js';

export const usdpService: ServiceSpec = {
  name: 'usdp',
  migrations: [sdpTables],
  projections: () => [sdpProjection, addressProjection],
  processors: (tools) => [requestFileSubscription(tools)],
};
