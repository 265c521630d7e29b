/**
 * What each home's intervals have to be once the hub has done its work: the truth of the meters,
 * but for what never came or came wrong, and that by the rules of estimation.
 */
import type { Channel, Meter, Point } from '../cast.js';
import { CROSSED } from '../cast.js';
import { FIRST_DAY, LAST_DAY } from '../dates.js';
import {
  CONTRADICTION,
  DUMPED_GAP,
  GAPS,
  LATE_CLOCK,
  IMPOSSIBLE,
  isOn,
  sentDay,
  type Gap,
} from '../incidents.js';
import type { Metering } from '../metering.js';
import { likeDayShape, lineShape, shares } from './own-estimates.js';

/** Of a billing: before the evening of 10 November and the corrections after it, or later. */
export type Known = 'FIRST' | 'CORRECTED';

export interface OwnInterval {
  readonly wh: number;
  readonly estimated: boolean;
}

/** null: no meter stood there */
export type OwnDay = readonly (OwnInterval | null)[];

export class OwnValues {
  constructor(private readonly metering: Metering) {}

  /** The intervals of a home's channel on a day, in the length of its meter. */
  day(point: Point, channel: Channel, day: number, known: Known): OwnDay {
    const home = known === 'FIRST' ? this.mistakenFor(point) : point;
    const measured = this.measured(home, channel, day);
    if (known === 'FIRST' && isOn(LATE_CLOCK, point.sdpId, day)) return this.asSent(home, day);
    if (isOn(CONTRADICTION, point.sdpId, day)) return this.asSent(home, day);
    const gaps = GAPS.filter((gap) => gap.sdpId === home.sdpId && gap.day === day);
    const open = gaps.filter((gap) => gap !== DUMPED_GAP || known === 'FIRST');
    if (isOn(IMPOSSIBLE, home.sdpId, day)) open.push(impossibleGap(day));
    return open.reduce((values, gap) => this.filled(home, gap, values), measured);
  }

  /** True energy of a home, both meters of an exchange together. */
  private measured(point: Point, channel: Channel, day: number): OwnDay {
    const days = this.metering
      .metersOf(point.sdpId)
      .map((meter) => this.meterDay(meter, channel, day));
    const length = Math.max(0, ...days.map((values) => values.length));
    return Array.from({ length }, (_, i) => {
      const parts = days.flatMap((values) => values[i] ?? []);
      const wh = parts.reduce((sum, part) => sum + part, 0);
      return parts.length === 0 ? null : { wh, estimated: false };
    });
  }

  private meterDay(meter: Meter, channel: Channel, day: number): (number | null)[] {
    const values = this.metering.day(meter, channel, day)?.values ?? [];
    return values.map((milli) => (milli === null ? null : milli * meter.multiplier));
  }

  private asSent(point: Point, day: number): OwnDay {
    const meter = this.metering.metersOf(point.sdpId)[0]!;
    const { values } = sentDay(point.sdpId, day, this.metering.day(meter, 'KWH', day)!);
    return values.map((wh) => ({ wh: wh!, estimated: false }));
  }

  /** The register knows what the gap used; the shape comes from like days or a line. */
  private filled(point: Point, gap: Gap, values: OwnDay): OwnDay {
    const whOf = (day: number, index: number) => this.measured(point, 'KWH', day)[index]!.wh;
    const missing = values.slice(gap.from, gap.to).map((value) => value!.wh);
    const total = missing.reduce((sum, wh) => sum + wh, 0);
    const hours = (missing.length * 24) / values.length;
    const shape =
      hours <= 2
        ? lineShape(values[gap.from - 1]!.wh, values[gap.to]!.wh, missing.length)
        : likeDayShape(gap.day - FIRST_DAY, gap.from, gap.to, (dayNumber, index) =>
            whOf(FIRST_DAY + dayNumber, index),
          );
    const estimates = shares(total, shape);
    return values.map((value, i) => {
      const estimate = estimates[i - gap.from];
      return estimate === undefined ? value : { wh: estimate, estimated: true };
    });
  }

  /** Until the repair each of the two crossed homes has the other's values. */
  private mistakenFor(point: Point): Point {
    const [first, second] = CROSSED;
    const other = point.sdpId === first ? second : point.sdpId === second ? first : point.sdpId;
    return this.metering.cast.points.find(({ sdpId }) => sdpId === other)!;
  }
}

function impossibleGap(day: number): Gap {
  return { sdpId: IMPOSSIBLE.sdpId, day, from: IMPOSSIBLE.index, to: IMPOSSIBLE.index + 1 };
}

/** Days of the story, for loops. */
export const ALL_DAYS = Array.from({ length: LAST_DAY - FIRST_DAY + 1 }, (_, i) => FIRST_DAY + i);
