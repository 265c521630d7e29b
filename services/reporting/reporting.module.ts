import { directoryProjection, participantsProjection } from '@mdmr/directory';
import type { ServiceSpec, ServiceTools } from '@mdmr/service';
import { scheduleTimes } from './config.js';
import { ClockController } from './edge/clock.http.js';
import { eventReportProcessor } from './edge/event-reports.subscription.js';
import { ReportsController } from './edge/reports.http.js';
import { RunReporter } from './edge/run-reporter.js';
import { RunsController } from './edge/runs.http.js';
import { scheduleTimer } from './edge/schedule.schedule.js';
import { accountIdentityProjection } from './project/account-identity.projection.js';
import { collectedDayProjection } from './project/collected-day.projection.js';
import { eventPieceProjection } from './project/event-piece.projection.js';
import { expectedSpanProjection } from './project/expected-span.projection.js';
import { heldValueProjection } from './project/held-value.projection.js';
import { lineRejectionProjection } from './project/line-rejection.projection.js';
import { nveProjection } from './project/nve.projection.js';
import { rebillingProjection } from './project/rebilling.projection.js';
import { reportFileProjection } from './project/report-file.projection.js';
import { runProjection } from './project/run.projection.js';
import { eventReports, scheduledReports } from './report/reports.js';
import { openRuns } from './report/run.query.js';
import { first } from './store/1-reporting.migration.js';

/** Each running service's reporter; made when its bus runs. */
const reporters = new WeakMap<ServiceTools, RunReporter>();

export const reportingService: ServiceSpec = {
  name: 'reporting',
  migrations: [first],
  projections: () => [
    participantsProjection,
    directoryProjection,
    expectedSpanProjection, // reads what the directory's projection wrote
    eventPieceProjection(eventReports),
    collectedDayProjection,
    heldValueProjection,
    lineRejectionProjection,
    nveProjection,
    rebillingProjection,
    accountIdentityProjection,
    runProjection,
    reportFileProjection,
  ],
  processors: ({ files }) => [eventReportProcessor(eventReports, files)],
  timers: ({ config, clock }) =>
    config.schedule === 'on' ? [scheduleTimer(scheduleTimes(config), clock.now())] : [],
  controllers: [ClockController, ReportsController, RunsController],
  onStarted: async (tools) => {
    const { files, config } = tools;
    const composer = { reports: scheduledReports, files, settings: config };
    const reporter = new RunReporter(tools, composer);
    reporters.set(tools, reporter);
    reporter.start();
  },
  onStopping: async (tools) => reporters.get(tools)?.stop(),
  status: async (tx) => ({
    work: (await openRuns(tx)).map((run) => `reports of ${run.runId} are due`),
  }),
};
