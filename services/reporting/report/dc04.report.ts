import { REPORT_COLUMNS } from '@mdmr/formats';
import { seesAll, type Recipient } from '../decide/recipients.js';
import { heldAndMoved, sendersWithoutLdc, type ValueScope } from './held-values.query.js';
import type { RunAsk, ScheduledReport } from './scheduled-report.js';

/**
 * Values held, every day while they are; values rejected, applied since held and moved, once. Those
 * whose LDC is still open go to the sender alone.
 */
export const dc04: ScheduledReport = {
  id: 'DC04',
  schedule: 'INTERIM',
  columns: REPORT_COLUMNS.DC04,
  to: ['L', 'A'],
  senders: sendersWithoutLdc,
  rows: async (tx, ask) => (recipient) => heldAndMoved(tx, ask, scopeOf(ask, recipient)),
};

/** The LDC sees all, the owner of head-ends their values, a sender what it alone can be told of. */
function scopeOf(ask: RunAsk, recipient: Recipient): ValueScope {
  if (ask.ldc !== '' && seesAll(recipient)) return { kind: 'ALL' };
  if (ask.ldc === '') return { kind: 'SENDER', sender: recipient.org };
  const amccs = ask.participants.amccsOfOrg(recipient.org).map((headEnd) => headEnd.amccId);
  return { kind: 'HEAD_ENDS', amccs, sender: recipient.org };
}
