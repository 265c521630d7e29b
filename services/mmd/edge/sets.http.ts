import type { Ctx, OutEvent } from '@mdmr/bus';
import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { showSet } from '../report/sync-set.query.js';
import type { ShownSet } from '../report/sync-set.query.js';
import { discardParked, releaseParked } from './make-move.js';
import { untilAllSeen } from './until-all-seen.js';

type Decide = (ctx: Ctx) => Promise<OutEvent[] | null>;

/** Synchronization sets: shown; parked ones released or discarded. */
@Controller('admin/sets')
export class SetsController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':ldc/:set_id')
  async show(@Param('ldc') ldc: string, @Param('set_id') setId: string): Promise<ShownSet> {
    const set = await showSet(this.tools.db, ldc, setId);
    if (set === null) throw problem(404, 'UNKNOWN_SET', `${ldc} has sent no set ${setId}.`);
    return set;
  }

  @Post(':ldc/:set_id/release')
  @HttpCode(200)
  async release(@Param('ldc') ldc: string, @Param('set_id') setId: string): Promise<ShownSet> {
    await untilAllSeen(this.tools.bus);
    return this.decideParked(ldc, setId, (ctx) => releaseParked(this.tools, ctx, ldc, setId));
  }

  @Post(':ldc/:set_id/discard')
  @HttpCode(200)
  discard(@Param('ldc') ldc: string, @Param('set_id') setId: string): Promise<ShownSet> {
    return this.decideParked(ldc, setId, (ctx) => discardParked(ctx, ldc, setId));
  }

  private async decideParked(ldc: string, setId: string, decide: Decide): Promise<ShownSet> {
    const { state } = await this.show(ldc, setId);
    await this.tools.bus.decide(async (ctx) => {
      const events = await decide(ctx);
      if (events !== null) return events;
      const sentence = `Set ${setId} of ${ldc} is ${state}; only a PARKED set is decided.`;
      throw problem(409, 'SET_NOT_PARKED', sentence);
    });
    return this.show(ldc, setId);
  }
}
