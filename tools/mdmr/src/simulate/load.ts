/** What a meter measures: integer thousandths of meter units, so that registers add up exactly. */
import { civilParts, type EstDay } from '@mdmr/kernel';
import type { Point } from './population.js';
import { Random } from './random.js';

/** Shares of the day's mean by hour of the local clock's winter, in per cent. */
const HOME_WEEKDAY = [
  55, 48, 44, 42, 44, 58, 90, 125, 115, 88, 80, 82, 88, 84, 82, 92, 120, 165, 190, 185, 165, 140,
  105, 75,
];
const HOME_FREE = [
  62, 54, 48, 45, 45, 50, 65, 90, 120, 135, 135, 132, 130, 122, 115, 115, 125, 155, 175, 170, 155,
  135, 108, 82,
];
const BUSINESS_WEEKDAY = [
  50, 48, 48, 48, 50, 60, 85, 120, 150, 160, 165, 165, 160, 162, 160, 155, 140, 115, 90, 75, 65, 58,
  54, 50,
];
const BUSINESS_FREE = [
  52, 50, 50, 50, 50, 52, 55, 60, 68, 72, 74, 75, 75, 74, 72, 70, 66, 62, 60, 58, 56, 55, 54, 52,
];
/** Sun on a panel by EST hour. */
const SUN = [0, 0, 0, 0, 0, 2, 10, 25, 45, 65, 80, 92, 98, 95, 85, 70, 50, 30, 14, 4, 0, 0, 0, 0];
/** Use and sun by month, in per cent of the year's mean. */
const SEASON = [125, 118, 105, 92, 85, 100, 118, 115, 92, 86, 98, 120];
const SEASON_SUN = [45, 65, 95, 115, 130, 135, 135, 125, 105, 75, 48, 38];

/**
 * Values of one channel and day, one an interval, in thousandths of meter units. Depends on nothing
 * but the point, the day and the seed: days can be made in any order.
 */
export function dayLoad(point: Point, channel: string, day: EstDay, seed: number): number[] {
  const random = new Random(seed, `${point.meter_id}/${channel}/${day}`);
  const perHour = 60 / point.interval_minutes;
  const weather = random.between(85, 115);
  const hourly = channel === 'GKWH' ? sunShape(day) : useShape(point, day);
  const values: number[] = [];
  for (const share of hourly) {
    for (let part = 0; part < perHour; part += 1) {
      const noise = random.between(70, 130);
      const mean = (point.mean_milli * share * weather) / (100 * 100 * perHour);
      values.push(Math.round((mean * noise) / 100));
    }
  }
  return values;
}

function useShape(point: Point, day: EstDay): number[] {
  const { month, weekday } = civilParts(day);
  const free = weekday === 0 || weekday === 6;
  const home = free ? HOME_FREE : HOME_WEEKDAY;
  const business = free ? BUSINESS_FREE : BUSINESS_WEEKDAY;
  const shape = point.category === 'RESIDENTIAL' ? home : business;
  return shape.map((share) => (share * SEASON[month - 1]!) / 100);
}

function sunShape(day: EstDay): number[] {
  const { month } = civilParts(day);
  return SUN.map((share) => (share * 3 * SEASON_SUN[month - 1]!) / 100);
}

/** A register as the meter shows it: it rolls over, and cuts what it has no digits for. */
export function registerText(milli: number, point: Point): string {
  const shown = milli % (10 ** point.register_dials * 1000);
  const unit = 10 ** (3 - point.register_decimals);
  return milliText(Math.floor(shown / unit) * unit, point.register_decimals);
}

/** Thousandths as a decimal with that many digits. */
export function milliText(milli: number, decimals = 3): string {
  const whole = Math.floor(milli / 1000);
  if (decimals === 0) return String(whole);
  return `${whole}.${String(milli % 1000)
    .padStart(3, '0')
    .slice(0, decimals)}`;
}
