import { may, must } from './kind.js';
import type { KindDef } from './kind.js';

/** Lists of allowed codes of an LDC, loaded by the operator. */
export const CODES: KindDef = {
  kind: 'CODES',
  from: 'OPERATOR',
  function: null,
  header: [],
  records: [
    {
      type: 'COD',
      key: ['list', 'id'],
      fields: [must('list', ['rate-class']), must('id', 'id'), may('text', 'text')],
    },
  ],
};
