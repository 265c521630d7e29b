import { CHANNELS } from './field-types.js';
import { may, must } from './kind.js';
import type { FieldDef, KindDef } from './kind.js';
import { BQ_PURPOSES } from './bq-req.js';
import { FRAMINGS } from './sync-service.js';

/** h01 to h24: h01 = 00:00-01:00 EST; an hour not expected is empty. */
const HOURS: FieldDef[] = Array.from({ length: 24 }, (_, i) =>
  may(`h${String(i + 1).padStart(2, '0')}`, 'energy'),
);

/** Billing quantities, and the hours of HOURLY ones. */
export const BQ_RSP: KindDef = {
  kind: 'BQ-RSP',
  from: 'HUB',
  function: null,
  header: [
    must('request_file_id', 'id'),
    must('response_no', 'ordinal'),
    must('final', ['Y', 'N']),
  ],
  records: [
    {
      type: 'BQ',
      key: ['bq_id', 'segment_no', 'channel'],
      fields: [
        must('request_file_id', 'id'),
        must('usdp_id', 'id'),
        may('account_id', 'id'),
        must('segment_start', 'date'),
        must('segment_end', 'date'),
        must('framing', FRAMINGS),
        may('energy_purchase_service', 'id'),
        must('channel', CHANNELS),
        must('total', 'energy'),
        may('on', 'energy'),
        may('mid', 'energy'),
        may('off', 'energy'),
        may('ultra_low', 'energy'),
        must('intervals', 'integer'),
        must('estimated', 'integer'),
        must('edited', 'integer'),
        must('bq_id', 'id'),
        must('revision', 'ordinal'),
        must('unit', ['KWH', 'KVARH']),
        must('segment_no', 'ordinal'),
        may('purpose', BQ_PURPOSES),
      ],
    },
    {
      type: 'HRL',
      key: ['bq_id', 'segment_no', 'channel', 'est_date'],
      fields: [
        must('request_file_id', 'id'),
        must('bq_id', 'id'),
        must('usdp_id', 'id'),
        must('segment_no', 'ordinal'),
        must('channel', CHANNELS),
        must('est_date', 'date'),
        ...HOURS,
      ],
    },
  ],
};
