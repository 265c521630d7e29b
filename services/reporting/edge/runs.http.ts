import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { loadParticipants } from '@mdmr/directory';
import { Rejection, formatEstDay, formatInstant } from '@mdmr/kernel';
import { SERVICE, problem, type ServiceTools } from '@mdmr/service';
import { readRunAsked, type RunAsked } from '../decide/ask-run.js';
import { runOf } from '../report/run.query.js';
import { runDue } from './schedule.schedule.js';

const CONFLICT = 409;
const NOT_FOUND = 404;

/** Runs an operator asks for: `mdmr schedule run`. */
@Controller('admin/runs')
export class RunsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async ask(@Body() body: RunAsked): Promise<object> {
    let runId = '';
    await this.tools.bus.decide(async ({ tx, now }) => {
      const participants = await loadParticipants(tx);
      const wanted = orConflict(() =>
        readRunAsked(body, now, (org) => participants.hasRole(org, 'LDC')),
      );
      const due = await runDue(tx, { ...wanted, asOfMs: now, late: false, asked: true }, now);
      runId = due.runId;
      return [due.event];
    });
    return { run_id: runId };
  }

  @Get(':run_id')
  async show(@Param('run_id') runId: string): Promise<object> {
    const run = await runOf(this.tools.db, runId);
    if (!run) throw problem(NOT_FOUND, 'UNKNOWN_RUN', `There is no run ${runId}.`);
    return {
      run_id: run.runId,
      state: run.reportedAtMs === null ? 'RUNNING' : 'DONE',
      schedule: run.schedule,
      day: formatEstDay(run.dataDay),
      org: run.org,
      as_of: formatInstant(run.asOfMs),
      files: run.files,
    };
  }
}

/** A day that is not over is no mistake of form: it will be possible later. */
function orConflict<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Rejection && error.code === 'DAY_NOT_OVER') {
      throw problem(CONFLICT, error.code, error.message);
    }
    throw error;
  }
}
