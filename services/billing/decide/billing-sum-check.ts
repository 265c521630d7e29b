/**
 * VEE-R-024: over the period of a request the intervals must add up to what the registers at its ends say,
 * meter by meter. Not run where a register is missing or a multiplier changes in between.
 */
import {
  addDecimal,
  compareDecimal,
  dayOfInstant,
  decimalOf,
  mulDecimal,
  parseDecimal,
  present,
  roundDecimalToInteger,
  startOfDay,
  subDecimal,
} from '@mdmr/kernel';
import type { Decimal, EstDay, Instant } from '@mdmr/kernel';
import type { ChannelDays, Quantity } from './frame-item.js';
import type { Channel, Installation, SdpFacts } from './sdp-facts.js';

/** A register that bounds a day or stands at an exchange; energies are exact decimals of customer Wh. */
export interface ChannelDayRegister {
  atMs: Instant;
  /** READ, INSTALL, REMOVAL. */
  kind: string;
  meterId: string;
  wh: string;
  resolutionWh: string;
}

/** `at kind meter wh resolution`; a day's registers are one text with `;` between them. */
export function formatRegister(r: ChannelDayRegister): string {
  return `${r.atMs} ${r.kind} ${r.meterId} ${r.wh} ${r.resolutionWh}`;
}

function parseRegisters(text: string): ChannelDayRegister[] {
  if (text === '') return [];
  return text.split(';').map((one) => {
    const [at = '', kind = '', meterId = '', wh = '', resolutionWh = ''] = one.split(' ');
    return { atMs: Number(at), kind, meterId, wh, resolutionWh };
  });
}

const CAP_WH = decimalOf(1000n);
const SHARE = present(parseDecimal('0.001'), 'share');
const TWO = decimalOf(2n);

function decimal(text: string): Decimal {
  return present(parseDecimal(text), `decimal ${text}`);
}

function larger(a: Decimal, b: Decimal): Decimal {
  return compareDecimal(a, b) < 0 ? b : a;
}

function smaller(a: Decimal, b: Decimal): Decimal {
  return compareDecimal(a, b) < 0 ? a : b;
}

interface Period {
  start: EstDay;
  end: EstDay;
  channel: Channel;
}

/** The register of a meter at an instant, from the day that ends or begins there. */
function registerAt(
  rows: ChannelDays,
  period: Period,
  meterId: string,
  at: Instant,
): ChannelDayRegister | null {
  const day = dayOfInstant(at);
  for (const date of [day, day - 1]) {
    const row = rows(period.channel, date);
    const found = parseRegisters(row?.registers ?? '').filter(
      (r) => r.atMs === at && r.meterId === meterId,
    );
    // An installation record bounds at its instant before any register of that instant.
    const best = found.find((r) => r.kind !== 'READ') ?? found[0];
    if (best !== undefined) return best;
  }
  return null;
}

interface Piece {
  energy: Decimal;
  resolution: Decimal;
  multiplier: Decimal;
}

function pieceOf(
  one: Installation,
  period: Period,
  from: Instant,
  to: Instant,
  rows: ChannelDays,
): Piece | null {
  const first = registerAt(rows, period, one.meterId, from);
  const last = registerAt(rows, period, one.meterId, to);
  if (first === null || last === null) return null;
  const multipliers = new Set(
    one.meter
      .filter((v, i) => v.fromMs < to && (one.meter[i + 1]?.fromMs ?? Infinity) > from)
      .map((v) => v.multiplier),
  );
  if (multipliers.size !== 1) return null;
  return {
    energy: subDecimal(decimal(last.wh), decimal(first.wh)),
    resolution: larger(decimal(first.resolutionWh), decimal(last.resolutionWh)),
    multiplier: decimal([...multipliers][0]!),
  };
}

/** The pieces of the period by meter; null = not every end has a register. */
function piecesOf(facts: SdpFacts, period: Period, rows: ChannelDays): Piece[] | null {
  const start = startOfDay(period.start);
  const end = startOfDay(period.end);
  const pieces: Piece[] = [];
  for (const one of facts.installations) {
    const from = Math.max(start, one.fromMs);
    const to = Math.min(end, one.toMs ?? Infinity);
    if (from >= to) continue;
    const piece = pieceOf(one, period, from, to, rows);
    // A decrease is a rollover or a fault of a register: R-021 judges it, day by day.
    if (piece === null || piece.energy.units < 0n) return null;
    pieces.push(piece);
  }
  return pieces.length === 0 ? null : pieces;
}

/** T of R-023 over the period, capped at max(1 kWh, twice the resolution). */
function toleranceOf(pieces: readonly Piece[], sum: Decimal, intervals: number): Decimal {
  let resolution = decimalOf(0n);
  let grown = decimalOf(0n);
  for (const piece of pieces) {
    resolution = larger(resolution, piece.resolution);
    // Each interval may be off by 1 Wh of the meter.
    const rounding = mulDecimal(piece.multiplier, decimalOf(BigInt(intervals)));
    grown = larger(grown, addDecimal(piece.resolution, rounding));
  }
  const twice = mulDecimal(TWO, resolution);
  const wanted = larger(larger(twice, grown), mulDecimal(SHARE, sum));
  return smaller(wanted, larger(CAP_WH, twice));
}

/** Sum less registers in Wh when it fails, else null: passed or not run. */
export function sumDifference(
  facts: SdpFacts,
  start: EstDay,
  end: EstDay,
  quantities: readonly Quantity[],
  rows: ChannelDays,
): number | null {
  for (const channel of ['KWH', 'GKWH'] as const) {
    const own = quantities.filter((quantity) => quantity.channel === channel);
    if (own.length === 0) continue;
    const pieces = piecesOf(facts, { start, end, channel }, rows);
    if (pieces === null) continue;
    const sum = decimalOf(BigInt(own.reduce((wh, quantity) => wh + quantity.totalWh, 0)));
    const intervals = own.reduce((n, quantity) => n + quantity.intervals, 0);
    const registers = pieces.reduce((a, piece) => addDecimal(a, piece.energy), decimalOf(0n));
    const difference = subDecimal(sum, registers);
    const size = difference.units < 0n ? subDecimal(registers, sum) : difference;
    if (compareDecimal(size, toleranceOf(pieces, sum, intervals)) > 0) {
      return Number(roundDecimalToInteger(difference));
    }
  }
  return null;
}
