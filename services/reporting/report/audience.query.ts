import type { Participants } from '@mdmr/directory';
import { dayOfInstant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { Audience } from '../decide/recipients.js';
import { organizationsInRole } from './sdp-roles.query.js';
import type { Run } from './scheduled-report.js';

/** Who gets the reports of a run about an LDC (reports.md 1). */
export async function audienceOf(
  tx: Pick<Tx, 'query'>,
  participants: Participants,
  run: Run,
  ldc: string,
): Promise<Audience> {
  const runDay = dayOfInstant(run.asOfMs);
  const headEnds = participants.amccsOf(ldc).map((headEnd) => headEnd.orgId);
  const days = [run.dataDay, runDay];
  const operators = await organizationsInRole(tx, ldc, 'AMI_OPERATOR', days);
  const billingAgents = await organizationsInRole(tx, ldc, 'BILLING_AGENT', [runDay]);
  return { ldc, amiOperators: [...new Set([...headEnds, ...operators])], billingAgents };
}
