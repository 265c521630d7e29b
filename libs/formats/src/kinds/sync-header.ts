import { may, must } from './kind.js';

export const SYNC_MODES = ['PSYNC', 'ISYNC'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** Header fields of every part of a synchronization set. */
export const SYNC_HEADER = [
  must('mode', SYNC_MODES),
  must('set_id', 'id'),
  must('set_sequence', 'ordinal'),
  must('part', ['1', '2', '3', '4', '5', '6']),
  must('parts', ['6']),
];

/** The last field of every detail. WITHDRAW needs values only in key and date. */
export const ACTION = may('action', ['WITHDRAW']);
