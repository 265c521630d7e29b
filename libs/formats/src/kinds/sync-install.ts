import { may, must } from './kind.js';
import type { KindDef } from './kind.js';
import { ACTION, SYNC_HEADER } from './sync-header.js';

/** Part 3: installations of meters at service delivery points. */
export const SYNC_INSTALL: KindDef = {
  kind: 'SYNC-INSTALL',
  from: 'ORGANIZATION',
  function: 'SYNC',
  part: 3,
  header: SYNC_HEADER,
  records: [
    {
      type: 'INS',
      key: ['usdp_id', 'meter_id'],
      dated: 'installed_at',
      fields: [
        must('usdp_id', 'id'),
        must('meter_id', 'id'),
        must('installed_at', 'timestamp'),
        may('removed_at', 'timestamp'),
        may('install_reads', 'register-reads'),
        may('removal_reads', 'register-reads'),
        ACTION,
      ],
    },
  ],
};
