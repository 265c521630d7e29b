/** Exact decimals and Wh. */

/** units x 10^-scale */
export interface Exact {
  readonly units: bigint;
  readonly scale: number;
}

/** A decimal without an exponent; null when it is none. */
export function parseExact(text: string): Exact | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  if (whole + fraction === '') return null;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

export function times(a: Exact, b: Exact): Exact {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

export function isZero({ units }: Exact): boolean {
  return units === 0n;
}

/** kWh as whole Wh, rounded half away from zero. */
export function toWh({ units, scale }: Exact): bigint {
  const KILO = 3;
  if (scale <= KILO) return units * 10n ** BigInt(KILO - scale);
  const divisor = 10n ** BigInt(scale - KILO);
  const size = units < 0n ? -units : units;
  const rounded = (2n * size + divisor) / (2n * divisor);
  return units < 0n ? -rounded : rounded;
}

/** Energy as the hub writes it, `12.345`, in Wh. */
export function whOfText(text: string): bigint {
  const exact = parseExact(text);
  if (exact === null || exact.scale !== 3) throw new Error(`${text} is no energy`);
  return exact.units;
}
