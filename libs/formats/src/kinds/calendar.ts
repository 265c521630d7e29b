import { may, must } from './kind.js';
import type { KindDef } from './kind.js';

/**
 * Calendars of bins, loaded by the operator. `bins` and the codes of bins are billing's to judge.
 */
export const CALENDAR: KindDef = {
  kind: 'CALENDAR',
  from: 'OPERATOR',
  function: null,
  header: [],
  records: [
    {
      type: 'CAL',
      key: ['id'],
      fields: [must('id', 'id'), may('bins', 'any'), must('confirmed', ['Y', 'N'])],
    },
    {
      type: 'BIN',
      key: ['id'],
      fields: [
        must('id', 'id'),
        must('valid_from', 'date'),
        may('valid_to', 'date'),
        must('season_from', 'month-day'),
        must('season_to', 'month-day'),
        must('day_type', ['WEEKDAY', 'FREE']),
        must('from', 'time-of-day'),
        must('to', 'time-of-day'),
        must('bin', 'id'),
      ],
    },
    { type: 'PRD', key: ['id', 'date'], fields: [must('id', 'id'), must('date', 'date')] },
  ],
};
