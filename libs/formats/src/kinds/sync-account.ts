import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

/** Part 4: accounts of service delivery points. */
export const SYNC_ACCOUNT: KindDef = {
  kind: 'SYNC-ACCOUNT',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 4,
  header: SYNC_HEADER,
  records: [
    {
      type: 'ACC',
      key: ['usdp_id', 'account_id'],
      dated: 'effective_from',
      fields: [
        must('usdp_id', 'id'),
        must('account_id', 'id'),
        must('effective_from', 'date'),
        may('effective_to', 'date'),
        ACTION,
      ],
    },
  ],
};
