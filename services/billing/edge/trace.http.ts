import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { problem, SERVICE, type ServiceTools } from '@mdmr/service';
import { traceBq } from '../report/trace.query.js';

/** Where a billed number comes from. */
@Controller('admin/trace/bq')
export class TraceController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':bq_id')
  async trace(@Param('bq_id') bqId: string, @Query('revision') revision?: string): Promise<object> {
    if (revision !== undefined && !/^[1-9]\d{0,8}$/.test(revision)) {
      throw problem(400, 'BAD_VALUE', '`revision` is a whole number from 1.');
    }
    const wanted = revision === undefined ? null : Number(revision);
    const found = await this.tools.db.tx((tx) => traceBq(tx, bqId, wanted));
    if (found !== null) return found;
    const which = wanted === null ? '' : ` with revision ${wanted}`;
    throw problem(404, 'UNKNOWN_BQ', `Nothing was delivered as ${bqId}${which}.`);
  }
}
