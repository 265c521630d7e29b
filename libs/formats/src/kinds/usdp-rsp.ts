import { must } from './kind.js';
import type { KindDef } from './kind.js';

/** The USDP IDs issued for a request, in request order. */
export const USDP_RSP: KindDef = {
  kind: 'USDP-RSP',
  from: 'HUB',
  function: null,
  header: [must('request_file_id', 'id')],
  records: [
    {
      type: 'SDP',
      key: ['sdp_id'],
      fields: [must('sdp_id', 'id'), must('usdp_id', 'id'), must('assigned_at', 'timestamp')],
    },
  ],
};
