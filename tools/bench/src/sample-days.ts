/** Channels with a month of ordinary days behind them, as VEE knows them, and the events of one more day. */
import type { EventValue } from '@mdmr/events';
import { DAY_MS, startOfDay, type EstDay } from '@mdmr/kernel';
import { BenchChannel, inputOf, pieceOf, readOf } from '@mdmr/vee/dist/decide/bench-channel.js';
import { receivedOf, validatedOf } from '@mdmr/vee/dist/decide/channel-day-event.js';
import type { DayInput } from '@mdmr/vee/dist/decide/model.js';
import { FIRST_DAY } from './synced-hub.js';

export const WARM_DAYS = 30;
/** The day after those that lie behind. */
export const NEXT_DAY = FIRST_DAY + WARM_DAYS;
const HOURS = 24;

type Attributed = EventValue<'reads.ChannelDayAttributed'>;

/** One channel of one service point, hourly, with a register each midnight that agrees. */
export class SampleChannel {
  readonly channel = new BenchChannel();
  private readonly meterId: string;
  private readonly usdpId: string;
  private registerWh: number;

  constructor(private readonly number: number) {
    this.meterId = `LDC01-M${String(number).padStart(6, '0')}`;
    this.usdpId = String(4_000_000_000 + number * 7_919);
    this.registerWh = 1_000_000 + number * 1_357;
    const from = startOfDay(FIRST_DAY);
    const installRead = (this.registerWh / 1000).toFixed(3);
    this.channel.pieces = [pieceOf({ meterId: this.meterId, from, installRead })];
    for (let day = FIRST_DAY; day < NEXT_DAY; day += 1) this.channel.give(day, this.dayOf(day));
  }

  /** Values and register of the day after the last one taken. */
  dayOf(day: EstDay): DayInput {
    const wh = Array.from({ length: HOURS }, (_, hour) => this.valueAt(day, hour));
    this.registerWh += wh.reduce((sum, value) => sum + value, 0);
    const at = startOfDay(day) + DAY_MS;
    return inputOf(60, wh, [readOf(this.meterId, at, (this.registerWh / 1000).toFixed(3))]);
  }

  private valueAt(day: EstDay, hour: number): number {
    const mixed = Math.imul(day * 31 + hour, 0x9e3779b1) ^ Math.imul(this.number, 0x85ebca6b);
    return 200 + ((mixed >>> 7) % 1_600);
  }

  /** What reads publishes of a day. */
  attributed(day: EstDay, input: DayInput): Attributed {
    const file_id = `SIMAMI_CMEP_LDC01-${day}`;
    const [read] = input.registers;
    const { meterId: meter_id } = this;
    const line = this.number * 2 + 1;
    return {
      at_ms: startOfDay(day + 1) + 7_200_000,
      ldc: 'LDC01',
      usdp_id: this.usdpId,
      channel: 'KWH',
      est_day: day,
      version: 1,
      cause: 'READ',
      custody_at_ms: startOfDay(day + 1) + 7_100_000,
      completed_at_ms: startOfDay(day + 1) + 7_100_000,
      interval_minutes: 60,
      values: [...input.values],
      flags: input.flags,
      sources: [{ from: 0, to: HOURS, custody_id: `c-${day}`, file_id, line, meter_id }],
      shared: [],
      registers: [
        {
          at_ms: read!.at,
          meter_id,
          units: read!.units,
          scale: read!.scale,
          kind: 'READ',
          flag: 'R',
          file_id,
          line: line + 1,
        },
      ],
      spans: [
        {
          meter_id,
          from_ms: startOfDay(day),
          to_ms: startOfDay(day + 1),
          multiplier: '1',
          dials: 6,
          decimals: 3,
          interval_minutes: 60,
          installed_at_ms: startOfDay(FIRST_DAY),
          removed_at_ms: null,
        },
      ],
    };
  }

  /** What VEE publishes of a day given to the channel. */
  validated(day: EstDay, attributed: Attributed): EventValue<'vee.ChannelDayValidated'> {
    const key = { ldc: 'LDC01', usdpId: this.usdpId, channel: 'KWH', day };
    const facts = { version: 1, cause: 'READ', runId: null, now: attributed.at_ms } as const;
    return validatedOf(key, this.channel.verdict(day), receivedOf(attributed), facts);
  }
}
