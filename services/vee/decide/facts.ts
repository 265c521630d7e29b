/**
 * What the directory says about one channel of one service point: pieces (a meter installed, with one
 * multiplier) and the facts of each day. `contextOf` writes what a verdict of a day stands on, so that a
 * directory change shows as a difference.
 */
import {
  DAY_MS,
  type Decimal,
  decimalToString,
  type EstDay,
  type Instant,
  MINUTE_MS,
  startOfDay,
} from '@mdmr/kernel';

export type Status = 'ACTIVE' | 'INACTIVE' | 'DISCONNECTED' | 'RETIRED' | '';

/** An interval length from an instant on. */
export interface DatedLength {
  readonly from: Instant;
  readonly minutes: number;
}

/** A meter at the service point with one multiplier, [from, to). */
export interface Piece {
  readonly meterId: string;
  readonly installedAt: Instant;
  readonly from: Instant;
  readonly to: Instant;
  readonly multiplier: Decimal;
  readonly multiplierText: string;
  readonly dials: number;
  readonly decimals: number | null;
  /** Interval lengths, by their begin; the first holds from the piece's begin. */
  readonly lengths: readonly DatedLength[];
  /** Register at installed_at, when the piece begins there; meter units. */
  readonly installRead: Decimal | null;
  readonly removalRead: Decimal | null;
}

export interface DayFacts {
  readonly status: Status;
  readonly category: string;
  readonly accountRef: string;
  readonly serviceId: string;
  /** SERVICE_KW; of GKWH GENERATION_KW. */
  readonly ratedKw: number | null;
}

export interface ChannelFacts {
  readonly usdpId: string;
  readonly ldc: string;
  readonly channel: string;
  /** Only pieces whose meter lists the channel, in time order. */
  readonly pieces: readonly Piece[];
  on(day: EstDay): DayFacts;
}

/** Multiplier and length changes of one meter make pieces of one installation. */
export function sameInstallation(a: Piece, b: Piece): boolean {
  return a.meterId === b.meterId && a.installedAt === b.installedAt;
}

/** An interval of such a day must have a value. */
export function expectsValues(facts: DayFacts): boolean {
  return facts.status === 'ACTIVE' || facts.status === 'DISCONNECTED';
}

/** The pieces that cover part of [from, to). */
export function piecesWithin(facts: ChannelFacts, from: Instant, to: Instant): Piece[] {
  return facts.pieces.filter((p) => p.from < to && p.to > from);
}

/** Interval length of a day without reads: the longest of its meters; null without a meter. */
export function lengthOn(facts: ChannelFacts, day: EstDay): number | null {
  const from = startOfDay(day);
  let longest: number | null = null;
  for (const piece of facts.pieces) {
    if (piece.from >= from + DAY_MS || piece.to <= from) continue;
    const minutes = longestLength(piece, from, from + DAY_MS);
    if (longest === null || minutes > longest) longest = minutes;
  }
  return longest;
}

/** The longest interval of a piece within [from, to). */
function longestLength(piece: Piece, from: Instant, to: Instant): number {
  let longest = 0;
  piece.lengths.forEach(({ from: begins, minutes }, i) => {
    const ends = piece.lengths[i + 1]?.from ?? Infinity;
    const inForce = (i === 0 || begins < to) && ends > from;
    if (inForce && minutes > longest) longest = minutes;
  });
  return longest;
}

/** True if an interval of the day is expected. */
export function expectsDay(facts: ChannelFacts, day: EstDay): boolean {
  return expectsValues(facts.on(day)) && lengthOn(facts, day) !== null;
}

export interface Context {
  /** Status. */
  readonly s: string;
  /** Account reference. */
  readonly a: string;
  /** VEE service id. */
  readonly v: string;
  /** Rated kW and category: what the limit of R-031 comes from. */
  readonly k: string;
  /** Interval length by the directory; 0 = no meter. */
  readonly l: number;
  /** Pieces of the day, clipped to it. */
  readonly p: readonly string[];
}

export function contextOf(facts: ChannelFacts, day: EstDay): string {
  const f = facts.on(day);
  const from = startOfDay(day);
  const pieces: string[] = [];
  for (const piece of facts.pieces) {
    if (piece.from < from + DAY_MS && piece.to > from) pieces.push(pieceText(piece, from));
  }
  const context: Context = {
    s: f.status,
    a: f.accountRef,
    v: f.serviceId,
    k: `${f.ratedKw ?? ''}/${f.category}`,
    l: lengthOn(facts, day) ?? 0,
    p: pieces,
  };
  return JSON.stringify(context);
}

/** Meter, multiplier, dials, decimals; where the piece begins or ends on the day, when and at what register. */
function pieceText(piece: Piece, dayFrom: Instant): string {
  const base = `${piece.meterId} x${piece.multiplierText} ${piece.dials}.${piece.decimals ?? ''}`;
  const minute = (at: Instant) => (at - dayFrom) / MINUTE_MS;
  const begins = piece.from >= dayFrom;
  const ends = piece.to <= dayFrom + DAY_MS;
  if (!begins && !ends) return base;
  const from = begins ? ` from ${minute(piece.from)} ${readText(piece.installRead)}` : '';
  const to = ends ? ` to ${minute(piece.to)} ${readText(piece.removalRead)}` : '';
  return base + from + to;
}

function readText(read: Decimal | null): string {
  return read === null ? '-' : decimalToString(read);
}

export function parseContext(text: string): Context {
  return JSON.parse(text) as Context;
}
