import { emit, type OutEvent } from '@mdmr/bus';
import {
  dayOfInstant,
  type EstDay,
  isText,
  parseEstDay,
  parseInstant,
  Rejection,
} from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { problem, SERVICE, type ServiceTools } from '@mdmr/service';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import { storedDayKeys } from '../report/channel-days.query.js';
import { FactsCache } from './facts-cache.js';
import { type ChannelTask, judgeChannels } from './judging.js';
import { lockPoints } from './shards.js';

class Accept {
  @IsString() readonly usdp_id!: string;
  /** Days, or instants in them; the end is exclusive. */
  @IsString() readonly start!: string;
  @IsString() readonly end!: string;
  @IsString() readonly rule!: string;
  @IsString() readonly user!: string;
  @IsString() readonly reason!: string;
}

interface Period {
  readonly startDay: EstDay;
  readonly endDay: EstDay;
}

const RULES = ['R-021', 'R-023', 'R-024', 'R-025', 'R-031'];
/** Of a request's period, not of a block: billing lets the request go when it sees the acceptance. */
const BILLING_RULE = 'R-024';

/** `vee accept`: a person lets values stand against a rule until one of them changes. */
@Controller('admin/accept')
export class AcceptController {
  private readonly cache = new FactsCache();

  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async accept(@Body() body: Accept): Promise<{ accepted: number }> {
    const period = periodOf(body);
    let days = 0;
    await this.tools.bus.decide(async ({ tx, now }) => {
      const events = await this.acceptDays(tx, body, period, now);
      days = events.length;
      if (days === 0 && body.rule !== BILLING_RULE) {
        throw problem(409, 'NOTHING_TO_ACCEPT', `No ${body.rule} failure stands there.`);
      }
      const { usdp_id, rule, user, reason } = body;
      const { startDay: start_day, endDay: end_day } = period;
      const facts = { at_ms: now, usdp_id, start_day, end_day, rule, user, reason };
      return [emit('vee.ValuesAccepted', usdp_id, facts), ...events];
    });
    return { accepted: days };
  }

  private async acceptDays(
    tx: Tx,
    { usdp_id, rule }: Accept,
    period: Period,
    now: number,
  ): Promise<OutEvent[]> {
    await lockPoints(tx, [usdp_id]);
    await this.cache.begin(tx);
    const point = (await this.cache.load(tx, [usdp_id])).get(usdp_id)!;
    if (point.ldc === '') throw problem(404, 'UNKNOWN_USDP', `No service point ${usdp_id}.`);
    if (rule === BILLING_RULE) return [];
    const range = { from: period.startDay, to: period.endDay - 1 };
    const touched = new Map<string, Set<EstDay>>();
    for (const { channel, day } of await storedDayKeys(tx, [usdp_id], range)) {
      touched.set(channel, (touched.get(channel) ?? new Set<EstDay>()).add(day));
    }
    const accept = { rule: `VEE-${rule}`, ...period };
    const tasks: ChannelTask[] = [...touched].map(([channel, days]) => ({
      facts: point.of(channel),
      touched: days,
      accept,
    }));
    const decision = { cause: 'ACCEPT' as const, runId: null, now };
    return judgeChannels(tx, this.cache.book, tasks, decision);
  }
}

function periodOf(body: Accept): Period {
  if (!RULES.includes(body.rule)) {
    throw new Rejection('BAD_RULE', `The rule is one of ${RULES.join(', ')}.`);
  }
  if (body.user === '' || !isText(body.reason) || body.reason === '') {
    throw new Rejection('BAD_VALUE', 'An acceptance needs a user and a reason.');
  }
  const startDay = dayOf(body.start);
  const endDay = dayOf(body.end);
  if (startDay >= endDay) throw new Rejection('BAD_PERIOD', 'The start is not before the end.');
  return { startDay, endDay };
}

function dayOf(text: string): EstDay {
  const instant = parseInstant(text);
  const day = parseEstDay(text) ?? (instant === null ? null : dayOfInstant(instant));
  if (day === null) throw new Rejection('BAD_VALUE', `${text} is no date (YYYY-MM-DD).`);
  return day;
}
