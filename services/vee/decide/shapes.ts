/** The ladder at work: the first method that gives a gap a shape, or the flat one where the energy is known. */
import { MINUTE_MS } from '@mdmr/kernel';
import { fraction, type Fraction } from './fraction.js';
import type { Gap } from './gaps.js';
import { type LadderName, methodsOf } from './ladder/index.js';
import type { GapView, Method } from './ladder/method.js';

/** A gap with the method and the shape that the ladder gave it. */
export interface Shaped {
  readonly gap: Gap;
  readonly method: Method;
  readonly shape: readonly Fraction[];
  readonly donorDays: readonly number[];
}

interface Viewed {
  readonly gap: Gap;
  readonly view: GapView;
}

interface Flat extends Viewed {
  readonly method: Method;
}

/**
 * Shapes in order of time, and the gaps for which no method applies. `energyWh` is what the registers leave for
 * all gaps, null without registers; `isZero`: it is within T of nothing.
 */
export function shapeGaps(
  gaps: readonly Viewed[],
  ladder: LadderName,
  energyWh: number | null,
  isZero: boolean,
): { shaped: Shaped[]; without: Gap[] } {
  const shaped: Shaped[] = [];
  const without: Gap[] = [];
  const flat: Flat[] = [];
  for (const viewed of gaps) {
    const found = shapeOf(viewed, ladder, energyWh !== null, isZero);
    if (found === null) without.push(viewed.gap);
    else if ('shape' in found) shaped.push(found);
    else flat.push(found);
  }
  // What is flat takes its minutes' share of the energy before all gaps are scaled as one.
  const minutes = gaps.reduce((sum, { view }) => sum + view.lengthMinutes, 0);
  for (const one of flat) shaped.push(flatShape(one, Math.max(energyWh ?? 0, 0), minutes));
  shaped.sort((x, y) => x.gap.from - y.gap.from);
  return { shaped, without };
}

function shapeOf(
  { gap, view }: Viewed,
  ladder: LadderName,
  bounded: boolean,
  isZero: boolean,
): Shaped | Flat | null {
  for (const method of methodsOf(ladder)) {
    if (method.channels !== undefined && !method.channels.includes(view.channel)) continue;
    if (method.kind === 'shape') {
      const shape = method.shape(view);
      if (shape) return { gap, method, shape: shape.values, donorDays: shape.donorDays };
    }
    // What comes back from a customer has no flat shape: only zero, where the registers leave no more.
    const may = view.channel !== 'GKWH' || isZero;
    if (method.kind === 'flat' && bounded && may) return { gap, method, view };
  }
  return null;
}

function flatShape({ gap, method, view }: Flat, totalWh: number, minutes: number): Shaped {
  const zero = view.channel === 'GKWH';
  const milli = BigInt(Math.round(totalWh * 1000));
  const ofMs = BigInt(Math.round(minutes * MINUTE_MS)) * 1000n;
  const shape = view.slots.map((slot) =>
    zero ? fraction(0) : fraction(milli * BigInt(slot.shareMs), ofMs),
  );
  return { gap, method, shape, donorDays: [] };
}
