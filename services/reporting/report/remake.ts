import { Defect } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { outboundFileId } from '@mdmr/service';
import { fileIdOfCut, headOfCut } from './compose-event.js';
import { askOf, headOfRun, recipientOf, type RunComposer } from './compose-run.js';
import { headsOf, rowsOfCut, streamsOfRun } from './event-piece.query.js';
import type { EventReport } from './event-report.js';
import { reportText } from './report-file.js';
import type { ReportFileRow } from './report-list.query.js';
import { runOf } from './run.query.js';

/** Reports by how they are made. */
export interface Remakers {
  readonly eventReports: readonly EventReport[];
  readonly composer: RunComposer;
}

/**
 * Makes a report again from what was recorded up to its as_of: the same bytes, but for file_id and
 * generated_at. It is shown, not sent.
 * @throws Defect when its causes are not there any more
 */
export async function remake(
  tx: Tx,
  remakers: Remakers,
  file: ReportFileRow,
  now: Instant,
): Promise<string> {
  const fresh = { fileId: outboundFileId(file.fileId, String(now)), generatedAt: now };
  const event = remakers.eventReports.find((report) => report.id === file.report);
  if (event) return remakeEvent(tx, event, file, fresh);
  const scheduled = remakers.composer.reports.find((report) => report.id === file.report);
  const run = await runOf(tx, file.runId);
  if (!scheduled || !run) throw new Defect('REPORT_LOST', `${file.fileId} has no cause`);
  const ask = await askOf(tx, remakers.composer.settings, run, file.ldc);
  const recipient = await recipientOf(tx, scheduled, ask, file.recipient);
  const head = { ...headOfRun(scheduled, ask, file.recipient, now), ...fresh };
  return reportText(head, (await scheduled.rows(tx, ask))(recipient));
}

/** The cut whose file had this id. */
async function remakeEvent(
  tx: Tx,
  report: EventReport,
  file: ReportFileRow,
  fresh: { fileId: string; generatedAt: Instant },
): Promise<string> {
  for (const stream of await streamsOfRun(tx, report, file.runId)) {
    for (const cut of report.cuts(stream, await headsOf(tx, report, stream))) {
      if (fileIdOfCut(report, cut, file.recipient) !== file.fileId) continue;
      const head = { ...headOfCut(report, cut, file.recipient, fresh.generatedAt), ...fresh };
      return reportText(head, rowsOfCut(tx, report, cut));
    }
  }
  throw new Defect('REPORT_LOST', `${file.fileId} has no cause`);
}
