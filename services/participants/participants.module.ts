import { participantsProjection } from '@mdmr/directory';
import type { ServiceSpec } from '@mdmr/service';
import { CodesController } from './edge/codes.http.js';
import { DelegationsController } from './edge/delegations.http.js';
import { HeadEndsController } from './edge/head-ends.http.js';
import { LdcSettingsController } from './edge/ldc-settings.http.js';
import { registerOperatorKey } from './edge/operator-key.js';
import { OrganizationsController } from './edge/organizations.http.js';
import { codesAndKeysProjection } from './project/codes-and-keys.projection.js';
import { participantsTables } from './store/1-participants.migration.js';

export const participantsService: ServiceSpec = {
  name: 'participants',
  migrations: [participantsTables],
  projections: () => [participantsProjection, codesAndKeysProjection],
  controllers: [
    OrganizationsController,
    DelegationsController,
    HeadEndsController,
    LdcSettingsController,
    CodesController,
  ],
  onStarted: registerOperatorKey,
};
