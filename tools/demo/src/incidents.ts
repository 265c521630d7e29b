/** What goes wrong between the meters and the hub, each once and on its day. */
import { CLOCK_CHANGE, MODULE_CHANGED, day } from './dates.js';
import type { EstDay } from '@mdmr/kernel';
import type { MeterDay } from './metering.js';

/** Intervals [from, to) of a day that do not come with the others. */
export interface Gap {
  readonly sdpId: string;
  readonly day: EstDay;
  readonly from: number;
  readonly to: number;
  /** the midnight register did not come either */
  readonly noRegister?: true;
}

/** The evening of 20 October: billed as estimated, then the meter's memory is read out. */
export const DUMPED_GAP: Gap = { sdpId: 'MP-0011', day: day('2026-10-20'), from: 17, to: 21 };
export const GAPS: readonly Gap[] = [
  DUMPED_GAP,
  { sdpId: 'MP-0014', day: day('2026-11-24'), from: 17, to: 21 },
  { sdpId: 'MP-0015', day: CLOCK_CHANGE + 2, from: 0, to: 24, noRegister: true },
  { sdpId: 'MP-0016', day: CLOCK_CHANGE + 3, from: 9, to: 10 },
  { sdpId: 'MP-0018', day: CLOCK_CHANGE + 4, from: 30, to: 33 },
];

/** A head-end's clock that was an hour late: the day comes again, adjusted, after it was billed. */
export const LATE_CLOCK = { sdpId: 'MP-0013', day: day('2026-10-21') } as const;

/** One hour sixty kWh too high: more than the service of a home can carry. */
export const IMPOSSIBLE = {
  sdpId: 'MP-0020',
  day: day('2026-11-18'),
  index: 13,
  milli: 60_000,
} as const;

/** Five hours a quarter too high: nothing to blame but the sum, so a person has to look. */
export const CONTRADICTION = { sdpId: 'MP-0021', day: day('2026-11-18'), from: 8, to: 13 } as const;

/** A line whose count does not fit; it is sent again the same morning. */
export const WRONG_COUNT = { sdpId: 'MP-0022', day: day('2026-11-04') } as const;

/** A meter that is ahead of its time. */
export const FUTURE_STAMP = { sdpId: 'MP-0024', day: day('2026-11-04') } as const;

/** Meters that nobody knows, in one file of NA1. */
export const STRANGERS = {
  meterIds: ['X-7771', 'X-7772', 'X-7773'],
  day: day('2026-11-04'),
} as const;

/** The module of this home was changed; the directory learns it days later. */
export const CHANGED_MODULE = { sdpId: 'MP-0023', from: MODULE_CHANGED } as const;

/** The values of a day as the head-end sends them; null = not sent. */
export function sentDay(
  sdpId: string,
  day: EstDay,
  truth: MeterDay,
): { values: (number | null)[]; register: number | null } {
  let values = [...truth.values];
  let { register } = truth;
  for (const gap of GAPS.filter((g) => g.sdpId === sdpId && g.day === day)) {
    values = values.map((value, i) => (i >= gap.from && i < gap.to ? null : value));
    if (gap.noRegister) register = null;
  }
  if (isOn(LATE_CLOCK, sdpId, day)) values = [values.at(-1)!, ...values.slice(0, -1)];
  if (isOn(IMPOSSIBLE, sdpId, day)) values[IMPOSSIBLE.index]! += IMPOSSIBLE.milli;
  if (isOn(CONTRADICTION, sdpId, day)) {
    values = values.map((value, i) => (isTooHigh(i) ? Math.floor((value! * 5) / 4) : value));
  }
  return { values, register };
}

const isTooHigh = (index: number) => index >= CONTRADICTION.from && index < CONTRADICTION.to;

export function isOn(
  incident: { sdpId: string; day: EstDay },
  sdpId: string,
  day: EstDay,
): boolean {
  return incident.sdpId === sdpId && incident.day === day;
}
