import { Rejection, parseEstDay } from '@mdmr/kernel';
import { loadParticipants } from '@mdmr/directory';
import { SERVICE, problem, type ServiceTools } from '@mdmr/service';
import type { Tx } from '@mdmr/postgres';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { deriveChannelDay, type ChannelDayKey, type StoredBlock } from '../decide/index.js';
import { channelsOfPoints } from '../report/channel-days.query.js';
import { DirectoryMemory } from '../report/directory-cache.js';
import { traceOf, tracedValues, type IntervalTrace } from '../report/interval-trace.query.js';
import { blocksOfPlan, lockTouched } from './derive-channel-days.js';
import { Workbench } from './workbench.js';

/** `trace interval`: from a channel day back to files and lines. */
@Controller('admin/trace/interval')
export class TraceController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':usdp/:day')
  async trace(
    @Param('usdp') usdpId: string,
    @Param('day') day: string,
    @Query('channel') channel?: string,
  ): Promise<{ channels: IntervalTrace[] }> {
    const estDay = parseEstDay(day);
    if (estDay === null) throw new Rejection('BAD_VALUE', `${day} is no date (YYYY-MM-DD).`);
    return this.tools.db.tx(async (tx) => {
      const participants = await loadParticipants(tx);
      const now = this.tools.clock.now();
      const bench = await Workbench.open(tx, now, participants, new DirectoryMemory());
      await bench.directory.ensurePoints(tx, [usdpId]);
      const point = bench.view.servicePoint(usdpId);
      if (!point || point.statuses.length === 0) {
        throw problem(404, 'UNKNOWN_USDP', `The directory has no USDP ID ${usdpId}.`);
      }
      const keys = await this.keysOf(tx, usdpId, estDay, channel);
      return { channels: await this.traces(bench, keys) };
    });
  }

  private async keysOf(
    tx: Tx,
    usdpId: string,
    estDay: number,
    channel: string | undefined,
  ): Promise<ChannelDayKey[]> {
    const keys = await channelsOfPoints(tx, estDay, [usdpId]);
    const wanted = channel ?? 'KWH';
    const isKnown = keys.some((k) => k.channel === wanted);
    if (!isKnown) keys.push({ usdpId, channel: wanted, estDay });
    return keys.filter((k) => channel === undefined || k.channel === channel);
  }

  private async traces(bench: Workbench, keys: readonly ChannelDayKey[]): Promise<IntervalTrace[]> {
    const { plans, known } = await lockTouched(bench, { days: keys, bounded: [] });
    return plans.map((plan) => {
      const blocks = blocksOfPlan(bench, plan);
      const derived = deriveChannelDay(bench.view, plan.key, blocks);
      const stored = blocks.map((b) => b.block as StoredBlock);
      const version = known.get(plan.key)?.version ?? 0;
      return traceOf(plan.key, version, derived, tracedValues(bench.view, stored));
    });
  }
}
