import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';

type Reader = Pick<Tx, 'query'>;

/** A report as it was made. */
export interface ReportFileRow {
  readonly fileId: string;
  readonly report: string;
  readonly ldc: string;
  readonly recipient: string;
  readonly runId: string;
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number | null;
  readonly generatedAtMs: Instant;
  readonly asOfMs: Instant | null;
}

const FILES = `
  select file_id as "fileId", report_id as report, ldc, recipient, run_id as "runId", name, sha256,
         bytes, row_count as rows, generated_at_ms as "generatedAtMs", as_of_ms as "asOfMs"
  from report_file`;

/** More than anybody reads; older ones are found by their run. */
const LIST_LIMIT = 20_000;

/** All reports, or those of one recipient, newest first. */
export async function listReports(tx: Reader, org: string | null): Promise<ReportFileRow[]> {
  const found = await tx.query<ReportFileRow>(
    `${FILES} where $1::text is null or recipient = $1
     order by generated_at_ms desc, report_id, ldc, recipient, file_id
     limit ${LIST_LIMIT}`,
    [org],
  );
  return found.rows;
}

/** What names one report; without a run it is the newest. */
export interface ReportWanted {
  readonly report: string;
  readonly org: string | null;
  readonly run: string | null;
  readonly ldc: string | null;
}

/**
 * The newest report that fits. Where nobody is named, the LDC's own file stands before those that
 * its agents got at the same time.
 */
export async function findReport(
  tx: Reader,
  wanted: ReportWanted,
): Promise<ReportFileRow | undefined> {
  const found = await tx.query<ReportFileRow>(
    `${FILES} where report_id = $1 and ($2::text is null or recipient = $2)
       and ($3::text is null or run_id = $3) and ($4::text is null or ldc = $4)
     order by generated_at_ms desc, (recipient = ldc) desc, ldc desc, recipient, file_id limit 1`,
    [wanted.report, wanted.org, wanted.run, wanted.ldc],
  );
  return found.rows[0];
}
