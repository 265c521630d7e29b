import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

/** Part 2: meters. */
export const SYNC_METER: KindDef = {
  kind: 'SYNC-METER',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 2,
  header: SYNC_HEADER,
  records: [
    {
      type: 'MTR',
      key: ['meter_id'],
      dated: 'effective_from',
      fields: [
        must('meter_id', 'id'),
        must('amcd_id', 'id'),
        must('amcc_id', 'id'),
        must('effective_from', 'date-or-timestamp'),
        must('interval_minutes', ['5', '15', '30', '60']),
        must('multiplier', 'decimal-above-0'),
        must('register_dials', ['4', '5', '6', '7', '8', '9']),
        must('channels', 'channels'),
        may('register_decimals', ['0', '1', '2', '3', '4']),
        ACTION,
      ],
    },
  ],
};
