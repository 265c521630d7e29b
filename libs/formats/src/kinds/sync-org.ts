import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

export const SDP_ROLES = ['LDC', 'AMI_OPERATOR', 'BILLING_AGENT'] as const;

/** Part 5: roles of organizations on service delivery points. */
export const SYNC_ORG: KindDef = {
  kind: 'SYNC-ORG',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 5,
  header: SYNC_HEADER,
  records: [
    {
      type: 'ORG',
      key: ['usdp_id', 'role'],
      dated: 'effective_from',
      fields: [
        must('usdp_id', 'id'),
        must('role', SDP_ROLES),
        must('org_id', 'id'),
        must('effective_from', 'date'),
        may('effective_to', 'date'),
        ACTION,
      ],
    },
  ],
};
