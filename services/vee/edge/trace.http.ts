import { parseEstDay, Rejection } from '@mdmr/kernel';
import { problem, SERVICE, type ServiceTools } from '@mdmr/service';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { traceDay } from '../report/trace.report.js';

/** `trace interval`: what VEE made of a day's intervals, back to files and lines. */
@Controller('admin/trace/interval')
export class TraceController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':usdp/:day')
  async trace(
    @Param('usdp') usdpId: string,
    @Param('day') dayText: string,
    @Query('channel') channel?: string,
  ): Promise<object> {
    const day = parseEstDay(dayText);
    if (day === null) throw new Rejection('BAD_VALUE', `${dayText} is no date (YYYY-MM-DD).`);
    const channels = await traceDay(this.tools.db, usdpId, day, channel ?? null);
    if (channels.length === 0) {
      throw problem(404, 'NOTHING_KNOWN', `Nothing is known of ${usdpId} on ${dayText}.`);
    }
    return { usdp_id: usdpId, day: dayText, channels };
  }
}
