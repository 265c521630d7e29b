/**
 * What the meters counted: the truth of the story. Values and registers are integer thousandths of
 * meter units, so a register is always exactly the one before plus the intervals between.
 */
import {
  MINUTE_MS,
  dayOfInstant,
  dayOfIntervalEnd,
  startOfDay,
  type EstDay,
  type Instant,
} from '@mdmr/kernel';
import type { Cast, Channel, Meter, Point } from './cast.js';
import { LAST_DAY } from './dates.js';

export interface MeterDay {
  /** null: the meter did not stand there in any part of the interval */
  readonly values: readonly (number | null)[];
  /** at the end of the day; null when the meter was gone by then */
  readonly register: number | null;
}

export class Metering {
  private readonly points: ReadonlyMap<string, Point>;
  private readonly days = new Map<string, MeterDay[]>();

  constructor(readonly cast: Cast) {
    this.points = new Map(cast.points.map((point) => [point.sdpId, point]));
  }

  /** One day of a meter's channel; undefined before it came and after it went. */
  day(meter: Meter, channel: Channel, day: EstDay): MeterDay | undefined {
    return this.all(meter, channel)[day - dayOfInstant(meter.from)];
  }

  /** The register at the instant of removal. */
  removalRegister(meter: Meter, channel: Channel): number {
    const counted = this.all(meter, channel).flatMap(({ values }) => values);
    return meter.startMilli.get(channel)! + sum(counted);
  }

  /** The meters that really measure a home, the first first. */
  metersOf(sdpId: string): Meter[] {
    return this.cast.meters.filter(({ measures }) => measures === sdpId);
  }

  private all(meter: Meter, channel: Channel): MeterDay[] {
    const key = `${meter.meterId}/${channel}`;
    const known = this.days.get(key) ?? this.count(meter, channel);
    this.days.set(key, known);
    return known;
  }

  private count(meter: Meter, channel: Channel): MeterDay[] {
    const load = this.points.get(meter.measures)!.loads.get(channel)!;
    const last = meter.to === null ? LAST_DAY : dayOfIntervalEnd(meter.to);
    const days: MeterDay[] = [];
    let register = meter.startMilli.get(channel)!;
    for (let day = dayOfInstant(meter.from); day <= last; day += 1) {
      const values = load.day(day).map((value, i) => partOf(meter, day, i, value));
      register += sum(values);
      const isGone = meter.to !== null && meter.to < startOfDay(day + 1);
      days.push({ values, register: isGone ? null : register });
    }
    return days;
  }
}

/** The part of an interval that a meter counted: cut at its minute of coming or going. */
function partOf(meter: Meter, day: EstDay, index: number, value: number): number | null {
  const start = startOfDay(day) + index * meter.minutes * MINUTE_MS;
  const before = (instant: Instant) => {
    const minutes = Math.min(meter.minutes, Math.max(0, (instant - start) / MINUTE_MS));
    return Math.floor((value * minutes) / meter.minutes);
  };
  const end = start + meter.minutes * MINUTE_MS;
  if (end <= meter.from || (meter.to !== null && start >= meter.to)) return null;
  return (meter.to === null ? value : before(meter.to)) - before(meter.from);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** Thousandths of meter units as a meter shows them. */
export function milliText(milli: number): string {
  const fraction = String(milli % 1000).padStart(3, '0');
  return `${Math.floor(milli / 1000)}.${fraction}`;
}
