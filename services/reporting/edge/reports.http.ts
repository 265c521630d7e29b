import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { readReport } from '@mdmr/formats';
import { formatInstant } from '@mdmr/kernel';
import { SERVICE, problem, type ServiceTools } from '@mdmr/service';
import { findReport, listReports } from '../report/report-list.query.js';
import { remake, type Remakers } from '../report/remake.js';
import { eventReports, scheduledReports } from '../report/reports.js';

const NOT_FOUND = 404;

interface ReportQuery {
  readonly org?: string;
  readonly run?: string;
  readonly ldc?: string;
  /** `true`: made again from the events up to its as_of. */
  readonly anew?: string;
}

/** Reports as delivered, and made again: `mdmr reports`. */
@Controller('admin/reports')
export class ReportsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get()
  async list(@Query() query: ReportQuery): Promise<object> {
    const files = await listReports(this.tools.db, query.org || null);
    return {
      reports: files.map((file) => ({
        report: file.report,
        ldc: file.ldc,
        recipient: file.recipient,
        run_id: file.runId,
        file_id: file.fileId,
        name: file.name,
        generated_at: formatInstant(file.generatedAtMs),
        rows: file.rows,
      })),
    };
  }

  @Get(':report')
  async get(@Param('report') report: string, @Query() query: ReportQuery): Promise<object> {
    const { db, files, clock } = this.tools;
    const wanted = {
      report: report.toUpperCase(),
      org: query.org || null,
      run: query.run || null,
      ldc: query.ldc ?? null,
    };
    const file = await findReport(db, wanted);
    if (!file) throw problem(NOT_FOUND, 'UNKNOWN_REPORT', 'No such report was made.');
    const anew = query.anew === 'true';
    const bytes = anew
      ? Buffer.from(await db.tx((tx) => remake(tx, this.remakers(), file, clock.now())))
      : await files.readAll(file.sha256);
    return { name: file.name, ...readReport(bytes), content: bytes.toString('utf8') };
  }

  private remakers(): Remakers {
    const { files, config } = this.tools;
    return {
      eventReports,
      composer: { reports: scheduledReports, files, settings: config },
    };
  }
}
