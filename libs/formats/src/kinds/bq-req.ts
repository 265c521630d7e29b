import { may, must } from './kind.js';
import type { KindDef } from './kind.js';

export const BQ_PURPOSES = ['CYCLE', 'FINAL', 'REBILL', 'ADJUST', 'ADHOC'] as const;

/** Request for billing quantities. An empty window_end takes the default window. */
export const BQ_REQ: KindDef = {
  kind: 'BQ-REQ',
  from: 'ORGANIZATION',
  function: 'BILLING',
  header: [may('window_end', 'timestamp')],
  records: [
    {
      type: 'REQ',
      key: ['usdp_id', 'start_date', 'end_date'],
      fields: [
        must('usdp_id', 'id'),
        must('start_date', 'date'),
        must('end_date', 'date'),
        may('account_id', 'id'),
        may('as_known_on', 'timestamp'),
        may('purpose', BQ_PURPOSES),
      ],
    },
  ],
};
