/**
 * EST-HIS by the ladder `soft`: every valid day of `soft.days` (60) serves, weighted by age, class, how near its
 * energy in the gap is to the registers', and how near its hours beside the gap are to those measured; the
 * weighted mean is smoothed 1-2-1 and runs into the line of the neighbours at the edges. A shape in floats, kept
 * to a thousandth of a Wh: it may differ by 1 Wh an interval. Source: bench:vee.
 */
import type { EstDay } from '@mdmr/kernel';
import { dayClass } from '../day-class.js';
import { fraction } from '../fraction.js';
import { type Donor, donorSixtieths } from '../history.js';
import { cutToShare, hasHistory } from './est-his.js';
import type { GapSlot, GapView, Shape, ShapeMethod } from './method.js';

const AGE_DAYS = 21;
const OTHER_CLASS = 0.35;
const ENERGY_SPREAD = 0.25;
const FLOOR_KWH = 0.05;
const KNOWN_MINUTES = 240;
const EDGE_PER_HOUR = 0.8;
const PER_WH = 1000;

export const soft: ShapeMethod = {
  kind: 'shape',
  code: 'EST-HIS',
  thresholds: {},
  shape(gap) {
    const days = gap.at['soft.days']!;
    if (!hasHistory(gap, days)) return null;
    const donors = gap.history.before(gap.firstDay, days, gap.account);
    const mean = weightedMean(gap, donors);
    if (mean === null) return null;
    const edged = blendEdges(gap, smooth(mean));
    const values = edged.map((wh, i) =>
      cutToShare(fraction(Math.round(Math.max(wh, 0) * PER_WH), PER_WH), gap.slots[i]!),
    );
    const shape: Shape = { values, donorDays: donors.map((d) => d.day).sort((a, b) => a - b) };
    return shape;
  },
};

/** Wh per slot; null where too few donors have a value. */
function weightedMean(gap: GapView, donors: readonly Donor[]): number[] | null {
  const weights = new Map<EstDay, number[]>();
  const out: number[] = [];
  for (const slot of gap.slots) {
    let mine = weights.get(slot.day);
    if (mine === undefined) {
      mine = donors.map((donor) => weightOf(gap, slot.day, donor));
      weights.set(slot.day, mine);
    }
    const mean = slotMean(donors, mine, slot, gap.at['his.values']!);
    if (mean === null) return null;
    out.push(mean);
  }
  return out;
}

function slotMean(
  donors: readonly Donor[],
  weights: readonly number[],
  slot: GapSlot,
  atLeast: number,
): number | null {
  let sum = 0;
  let weight = 0;
  let count = 0;
  donors.forEach((donor, i) => {
    const value = valueOf(donor, slot);
    if (value === null) return;
    sum += weights[i]! * value;
    weight += weights[i]!;
    count++;
  });
  if (count < atLeast) return null;
  return weight > 0 ? sum / weight : 0;
}

function valueOf(donor: Donor, slot: { fromMinute: number; minutes: number }): number | null {
  const sixtieths = donorSixtieths(donor, slot.fromMinute, slot.minutes);
  return sixtieths === null ? null : sixtieths / 60;
}

function weightOf(gap: GapView, day: EstDay, donor: Donor): number {
  const age = Math.exp(-(gap.firstDay - donor.day) / AGE_DAYS);
  const ofClass = dayClass(donor.day) === dayClass(day) ? 1 : OTHER_CLASS;
  return age * ofClass * energyWeight(gap, day, donor) * knownWeight(gap, day, donor);
}

/** How near the donor's energy in the gap is to the registers'; of a gap of several days the day's share. */
function energyWeight(gap: GapView, day: EstDay, donor: Donor): number {
  if (gap.energyWh === null) return 1;
  const slots = gap.slots.filter((s) => s.day === day);
  const share = slots.length / gap.slots.length;
  let wh = 0;
  for (const slot of slots) wh += valueOf(donor, slot) ?? 0;
  const energyKwh = (Math.max(gap.energyWh, 0) * share) / 1000;
  const ratio = Math.log((wh / 1000 + FLOOR_KWH) / (energyKwh + FLOOR_KWH));
  return Math.exp(-0.5 * (ratio / ENERGY_SPREAD) ** 2);
}

/** How near the donor is to what was measured within four hours of the gap, on the gap's day. */
function knownWeight(gap: GapView, day: EstDay, donor: Donor): number {
  const known = gap.known(KNOWN_MINUTES).filter((k) => k.day === day);
  if (known.length === 0) return 1;
  let difference = 0;
  let mean = 0;
  for (const slot of known) {
    difference += Math.abs((valueOf(donor, slot) ?? 0) - slot.wh) / 1000;
    mean += slot.wh / 1000;
  }
  return Math.exp(-difference / known.length / (mean / known.length + FLOOR_KWH));
}

function smooth(values: readonly number[]): number[] {
  return values.map((value, i) => {
    const left = values[i - 1];
    const right = values[i + 1];
    const weight = 2 + (left === undefined ? 0 : 1) + (right === undefined ? 0 : 1);
    return (2 * value + (left ?? 0) + (right ?? 0)) / weight;
  });
}

/** Near a measured neighbour the line counts more, by exp(-0.8 d), d in hours from that neighbour. */
function blendEdges(gap: GapView, values: readonly number[]): number[] {
  const { before, after } = gap;
  if (before === null && after === null) return [...values];
  const count = values.length;
  const a = before ?? after!;
  const b = after ?? before!;
  return values.map((value, i) => {
    const hours = gap.slots[i]!.minutes / 60;
    const toLeft = before === null ? Infinity : (i + 1) * hours;
    const toRight = after === null ? Infinity : (count - i) * hours;
    const weight = Math.exp(-EDGE_PER_HOUR * Math.min(toLeft, toRight));
    const line = a + ((b - a) * (i + 1)) / (count + 1);
    return weight * line + (1 - weight) * value;
  });
}
