import { REPORT_COLUMNS, sortReportRows } from '@mdmr/formats';
import { dayOfInstant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { belowThreshold, rebillRow, type RebillFacts } from '../decide/rebill-row.js';
import { seesAll } from '../decide/recipients.js';
import { organizationAtSdps } from './sdp-roles.query.js';
import type { RowsFor, RunAsk, ScheduledReport } from './scheduled-report.js';

/** What changed after it was delivered, as billing compared it in the run. */
export const br03: ScheduledReport = {
  id: 'BR03',
  schedule: 'FINAL',
  columns: REPORT_COLUMNS.BR03,
  to: ['L', 'B'],
  rows: changedAfterDelivery,
};

async function changedAfterDelivery(tx: Tx, ask: RunAsk): Promise<RowsFor> {
  const runDay = dayOfInstant(ask.run.asOfMs);
  const threshold = Number(ask.participants.setting(ask.ldc, 'br03-threshold-wh', runDay) ?? 0);
  const all = await comparedRows(tx, ask);
  const told = all.filter((row) => !belowThreshold(row, threshold));
  const accounts = await accountIds(tx, told);
  const agents = await organizationAtSdps(tx, 'BILLING_AGENT', told, ask.run.asOfMs);
  return (recipient) => {
    const own = seesAll(recipient)
      ? told
      : told.filter((row) => agents(row.usdp_id, runDay) === recipient.org);
    return sortReportRows(own.map((row) => rebillRow(row, accounts.get(row.account_ref) ?? '')));
  };
}

async function comparedRows(tx: Tx, ask: RunAsk): Promise<RebillFacts[]> {
  const found = await tx.query<{ facts: RebillFacts }>(
    'select facts from rebill_row where run_id = $1 and ldc = $2',
    [ask.run.runId, ask.ldc],
  );
  return found.rows.map((row) => row.facts);
}

/** Accounts by their references: the report is where the identity compartment is opened. */
async function accountIds(
  tx: Tx,
  rows: readonly RebillFacts[],
): Promise<Map<string | null, string>> {
  const refs = new Set(rows.flatMap((row) => (row.account_ref === null ? [] : [row.account_ref])));
  const found = await tx.query<{ account_ref: string; account_id: string }>(
    'select account_ref, account_id from account_identity where account_ref = any($1::text[])',
    [[...refs]],
  );
  return new Map(found.rows.map((row) => [row.account_ref, row.account_id]));
}
