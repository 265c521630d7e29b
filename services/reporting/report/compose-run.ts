import { loadParticipants } from '@mdmr/directory';
import type { OutEvent } from '@mdmr/bus';
import { dayOfInstant } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { outboundFileId } from '@mdmr/service';
import { recipientsOf, type Audience, type Recipient } from '../decide/recipients.js';
import { audienceOf } from './audience.query.js';
import { composeFile, type ReportStore } from './compose-file.js';
import { previousAsOf } from './run.query.js';
import type { ReportHead } from './report-file.js';
import type { Run, RunAsk, ScheduledReport } from './scheduled-report.js';

/** Settings of the hub that reports depend on. */
export interface ReportSettings {
  readonly scheduleReadsDueMinute: number;
  readonly heldListDays: number;
}

/** What making the reports of a run needs. */
export interface RunComposer {
  readonly reports: readonly ScheduledReport[];
  readonly files: ReportStore;
  readonly settings: ReportSettings;
}

/** Every report of the run's schedule about one LDC, for each of its recipients. */
export async function composeLdc(
  tx: Tx,
  composer: RunComposer,
  run: Run,
  ldc: string,
  now: Instant,
): Promise<OutEvent[]> {
  const ask = await askOf(tx, composer.settings, run, ldc);
  const audience = await audienceOf(tx, ask.participants, run, ldc);
  const events: OutEvent[] = [];
  for (const report of composer.reports.filter((r) => r.schedule === run.schedule)) {
    const recipients = recipientsOf(rolesOf(report, ask), audience);
    events.push(...(await composeReport(tx, composer.files, report, ask, recipients, now)));
  }
  return events;
}

/** Rows that no LDC can be named for, for their senders alone; nothing where there are none. */
export async function composeWithoutLdc(
  tx: Tx,
  composer: RunComposer,
  run: Run,
  now: Instant,
): Promise<OutEvent[]> {
  const ask = await askOf(tx, composer.settings, run, '');
  const events: OutEvent[] = [];
  for (const report of composer.reports.filter((r) => r.schedule === run.schedule)) {
    const senders = (await report.senders?.(tx, ask)) ?? [];
    const recipients = senders.map((org): Recipient => ({ org, roles: [] }));
    events.push(...(await composeReport(tx, composer.files, report, ask, recipients, now)));
  }
  return events;
}

async function composeReport(
  tx: Tx,
  store: ReportStore,
  report: ScheduledReport,
  ask: RunAsk,
  recipients: readonly Recipient[],
  now: Instant,
): Promise<OutEvent[]> {
  if (recipients.length === 0) return [];
  const rows = await report.rows(tx, ask);
  const events: OutEvent[] = [];
  for (const recipient of recipients) {
    const head = headOfRun(report, ask, recipient.org, now);
    events.push(await composeFile(store, head, rows(recipient), []));
  }
  return events;
}

export async function askOf(
  tx: Tx,
  settings: ReportSettings,
  run: Run,
  ldc: string,
): Promise<RunAsk> {
  return {
    run,
    ldc,
    sinceMs: await previousAsOf(tx, run, ldc),
    participants: await loadParticipants(tx),
    readsDueMinute: settings.scheduleReadsDueMinute,
    heldListDays: settings.heldListDays,
  };
}

function rolesOf(report: ScheduledReport, ask: RunAsk): ScheduledReport['to'] {
  const day = dayOfInstant(ask.run.asOfMs);
  const toAmi =
    report.toAmiBySetting && ask.participants.setting(ask.ldc, 've-to-ami', day) === 'Y';
  return toAmi ? [...report.to, 'A'] : report.to;
}

/** The recipient with its roles, for a file that is made again. */
export async function recipientOf(
  tx: Tx,
  report: ScheduledReport,
  ask: RunAsk,
  org: string,
): Promise<Recipient> {
  if (ask.ldc === '') return { org, roles: [] };
  const audience: Audience = await audienceOf(tx, ask.participants, ask.run, ask.ldc);
  const found = recipientsOf(rolesOf(report, ask), audience).find((r) => r.org === org);
  return found ?? { org, roles: report.to.filter((role) => role !== 'L') };
}

export function headOfRun(
  report: ScheduledReport,
  ask: RunAsk,
  recipient: string,
  generatedAt: Instant,
): ReportHead {
  const { run } = ask;
  return {
    reportId: report.id,
    ldc: ask.ldc,
    fileId: outboundFileId(report.id, ask.ldc, recipient, run.runId),
    generatedAt,
    recipient,
    runId: run.runId,
    periodStart: run.dataDay,
    periodEnd: run.dataDay + 1,
    asOf: run.asOfMs,
    columns: report.columns,
  };
}
