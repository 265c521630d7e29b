import { Body, Controller, Get, Header, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { formatInstant } from '@mdmr/kernel';
import type { Metrics } from './metrics.js';
import { problem } from './problem.js';
import type { Reach } from './reach.js';
import { SERVICE, type ServiceSpec, type ServiceTools } from './spec.js';

export const METRICS = Symbol('METRICS');
export const SPEC = Symbol('SPEC');
export const REACH = Symbol('REACH');

const UNAVAILABLE = 503;

interface StatusResponse {
  status(code: number): void;
}

/** The doors that every service has: health, metrics, status, rebuild. */
@Controller()
export class BaseController {
  constructor(
    @Inject(SERVICE) private readonly tools: ServiceTools,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(SPEC) private readonly spec: ServiceSpec,
    @Inject(REACH) private readonly reach: Reach,
  ) {}

  @Get('health/live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) response: StatusResponse): Promise<object> {
    const { stopped, waiting } = this.tools.bus;
    const reason = await this.reach.trouble();
    if (reason === null && stopped.length === 0 && waiting.length === 0) return { status: 'ready' };
    response.status(UNAVAILABLE);
    if (reason !== null) return { status: 'not ready', reason };
    if (stopped.length > 0) return { status: 'partitions stopped', stopped };
    return { status: 'not ready', reason: 'work is tried again and again', waiting };
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4')
  page(): Promise<string> {
    return this.metrics.page();
  }

  @Get('admin/status')
  async status(): Promise<object> {
    const { bus, db, clock, name } = this.tools;
    const status = await bus.status();
    const details = this.spec.status ? await db.tx((tx) => this.spec.status!(tx, this.tools)) : {};
    const stopped = status.stopped.map((s) => `${s.topic}/${s.partition} stands: ${s.reason}`);
    const { work = [], ...rest } = details;
    return {
      service: name,
      ready: stopped.length === 0,
      relay_backlog: status.relay_backlog,
      lag: status.lag,
      next_due: status.next_due,
      work: [...status.due.map((d) => `timer ${d}`), ...work, ...stopped],
      activity: status.activity,
      clock: formatInstant(clock.now()),
      clock_ms: clock.now(),
      quarantined: status.quarantined,
      details: rest,
    };
  }

  @Post('admin/rebuild')
  @HttpCode(200)
  async rebuild(@Body() body: { check?: unknown }): Promise<object> {
    if (body.check !== undefined && typeof body.check !== 'boolean') {
      throw problem(400, 'BAD_VALUE', '`check` is true or false.');
    }
    const tables = await this.tools.bus.rebuild(body.check === true);
    return { equal: tables.every((t) => t.equal), tables };
  }
}
