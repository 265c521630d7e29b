import { REPORT_COLUMNS, sortReportRows, type ReportRow } from '@mdmr/formats';
import { intervalEnd } from '@mdmr/kernel';
import type { EstDay, Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { seesAll } from '../decide/recipients.js';
import { organizationAtSdps } from './sdp-roles.query.js';
import type { RowsFor, RunAsk, ScheduledReport } from './scheduled-report.js';

/** Gaps that could not be estimated, in every final run while they are open. */
export const ve02: ScheduledReport = {
  id: 'VE02',
  schedule: 'FINAL',
  columns: REPORT_COLUMNS.VE02,
  to: ['L'],
  toAmiBySetting: true,
  rows: openGaps,
};

interface NveDay {
  readonly usdp_id: string;
  readonly channel: string;
  readonly est_day: EstDay;
  readonly interval_minutes: number;
  readonly gaps: readonly Gap[];
}

/** Intervals [from, to) of a day. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

async function openGaps(tx: Tx, ask: RunAsk): Promise<RowsFor> {
  const days = await nveDays(tx, ask.ldc, ask.run.asOfMs, ask.run.runId);
  const roles = await organizationAtSdps(tx, 'AMI_OPERATOR', days, ask.run.asOfMs);
  return (recipient) => {
    const own = seesAll(recipient)
      ? days
      : days.filter((d) => roles(d.usdp_id, d.est_day) === recipient.org);
    return sortReportRows(own.flatMap(gapRows));
  };
}

/** One row a gap and day; stamps are interval ends. */
export function gapRows(d: NveDay): ReportRow[] {
  return d.gaps.map((gap) => [
    d.usdp_id,
    d.channel,
    d.est_day,
    intervalEnd(d.est_day, gap.from, d.interval_minutes),
    intervalEnd(d.est_day, gap.to - 1, d.interval_minutes),
    gap.reason,
  ]);
}

/**
 * The newest version of each channel day that ever needed a person, as of the run. What the run
 * itself estimated belongs to it, though it was decided after the run began.
 */
async function nveDays(tx: Tx, ldc: string, asOf: Instant, runId: string): Promise<NveDay[]> {
  const found = await tx.query<NveDay>(
    `select * from (
       select distinct on (usdp_id, channel, est_day) usdp_id, channel, est_day,
              interval_minutes, gaps
       from nve_version where ldc = $1 and (at_ms <= $2 or run_id = $3)
       order by usdp_id, channel, est_day, version desc
     ) newest where jsonb_array_length(gaps) > 0`,
    [ldc, asOf, runId],
  );
  return found.rows;
}
