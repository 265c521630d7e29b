import { may, must } from './kind.js';
import type { KindDef } from './kind.js';

/** Request for USDP IDs. */
export const USDP_REQ: KindDef = {
  kind: 'USDP-REQ',
  from: 'ORGANIZATION',
  function: 'USDP',
  header: [],
  records: [
    {
      type: 'SDP',
      key: ['sdp_id'],
      fields: [must('sdp_id', 'id'), may('service_address', 'text')],
    },
  ],
};
