import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

export const FRAMINGS = ['PERIODIC', 'TOU', 'HOURLY'] as const;

/**
 * Part 6: how a service delivery point is validated and billed. framing is judged by
 * UNKNOWN_FRAMING.
 */
export const SYNC_SERVICE: KindDef = {
  kind: 'SYNC-SERVICE',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 6,
  header: SYNC_HEADER,
  records: [
    {
      type: 'SVC',
      key: ['usdp_id'],
      dated: 'effective_from',
      fields: [
        must('usdp_id', 'id'),
        must('effective_from', 'date'),
        may('vee_service', 'id'),
        must('framing', 'any'),
        may('energy_purchase_service', 'id'),
        may('rate_class', 'id'),
        ACTION,
      ],
    },
  ],
};
