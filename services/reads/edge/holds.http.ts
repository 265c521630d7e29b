import { Rejection, parseEstDay } from '@mdmr/kernel';
import { loadParticipants } from '@mdmr/directory';
import { SERVICE, problem, type ServiceTools } from '@mdmr/service';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { blocksHeldFor, type HeldFilter } from '../report/held.query.js';
import { EXPIRY_BLOCKS, rejectHeld } from './held-expiry.schedule.js';
import { lockForReattribution } from './reattribution.js';

class DiscardBody {
  @IsString() amcc!: string;
  @IsOptional() @IsString() meter?: string | null;
  /** `YYYY-MM-DD`: only values of days before it. */
  @IsOptional() @IsString() before?: string | null;
}

/** `hold discard`: held values become rejected, by an operator's word. */
@Controller('admin/holds')
export class HoldsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post('discard')
  @HttpCode(200)
  async discard(@Body() body: DiscardBody): Promise<{ discarded: number }> {
    const filter = await this.filterOf(body);
    let discarded = 0;
    for (;;) {
      const events = await this.tools.bus.decide(async (ctx) => {
        await lockForReattribution(ctx.tx, []);
        return rejectHeld(ctx, await blocksHeldFor(ctx.tx, filter, EXPIRY_BLOCKS), null);
      });
      if (events.length === 0) return { discarded };
      for (const event of events) {
        if (event.type === 'reads.CustodyChanged') discarded += event.value.rejected;
      }
    }
  }

  private async filterOf(body: DiscardBody): Promise<HeldFilter> {
    const participants = await loadParticipants(this.tools.db);
    if (!participants.amcc(body.amcc)) {
      throw problem(404, 'UNKNOWN_AMCC', `No AMCC ${body.amcc} is registered.`);
    }
    const beforeDay = body.before ? parseEstDay(body.before) : null;
    if (body.before && beforeDay === null) {
      throw new Rejection('BAD_VALUE', `${body.before} is no date (YYYY-MM-DD).`);
    }
    return { amccId: body.amcc, meterId: body.meter ?? null, beforeDay };
  }
}
