import {
  decimalOf,
  isWholeWh,
  mulDecimal,
  roundDecimalToInteger,
  scaledKwhToWh,
  trimDecimal,
  type Decimal,
} from '@mdmr/kernel';

const THOUSAND = decimalOf(1000);
const ONE = decimalOf(1);
/** kWh with so many decimals are whole Wh. */
const WHOLE_WH_SCALE = 3;

/** The multiplier that is still to be applied to a value. */
export function multiplierFor(
  block: { readonly multiplied: boolean },
  version: { readonly multiplier: Decimal },
): Decimal {
  return block.multiplied ? ONE : version.multiplier;
}

/** Exact customer Wh of units x 10^-scale meter units. */
export function exactWh(units: number, scale: number, multiplier: Decimal): Decimal {
  return trimDecimal(mulDecimal(mulDecimal(decimalOf(units, scale), multiplier), THOUSAND));
}

/**
 * An exact Wh as the integer that is kept, half away from zero. Beyond what an integer holds
 * exactly (9,007 TWh) the value stands at that limit, where every limit check fails it.
 */
export function roundWh(exact: Decimal): number {
  return limited(roundDecimalToInteger(exact));
}

function limited(wh: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(wh > limit ? limit : wh < -limit ? -limit : wh);
}

/**
 * Whole Wh of values under one multiplier. Usually in exact integer arithmetic of doubles, which
 * costs a tenth of big integers; both give the same.
 */
export function wattHours(multiplier: Decimal): (units: number, scale: number) => number {
  const factor = Number(multiplier.units);
  return (units, scale) => {
    const product = units * factor;
    if (Number.isSafeInteger(product)) {
      const wh = scaledKwhToWh(product, scale + multiplier.scale);
      if (wh !== null) return wh;
    }
    return roundWh(exactWh(units, scale, multiplier));
  };
}

/** Whole Wh of values of one scale under one multiplier, as `wattHours` gives them. */
export function allWattHours(
  values: readonly (number | null)[],
  scale: number,
  multiplier: Decimal,
): (number | null)[] {
  const toWh = wattHours(multiplier);
  const digits = WHOLE_WH_SCALE - scale - multiplier.scale;
  const factor = digits >= 0 ? Number(multiplier.units) * 10 ** digits : Number.NaN;
  const result = new Array<number | null>(values.length);
  for (let i = 0; i < values.length; i++) {
    const units = values[i]!;
    const wh = units * factor;
    result[i] = Number.isSafeInteger(wh) ? wh + 0 : toWh(units, scale);
  }
  return result;
}

/** Whether rounding to whole Wh changes the value. */
export function isRounded(units: number, scale: number, multiplier: Decimal): boolean {
  const product = units * Number(multiplier.units);
  if (Number.isSafeInteger(product)) return !isWholeWh(product, scale + multiplier.scale);
  return exactWh(units, scale, multiplier).scale > 0;
}
