import type { Instant } from '@mdmr/kernel';
import type { Attribution, MatchedMeter } from './attribute-value.js';
import { ABSENT, NO_VALUE, flagOf, slotsOf, type Block } from './block.js';

/** A value that attribution accepts, with where it came from. */
export interface Candidate {
  readonly block: Block;
  readonly index: number;
  readonly units: number;
  readonly scale: number;
  readonly flag: string;
  readonly meter: MatchedMeter;
}

/** What a value did to its meter day: a new version, or nothing. */
export type Outcome = 'NEW' | 'UNCHANGED' | 'SUPERSEDED';

/** Empty = R = A, then E, then N. */
export function rankOf(flag: string): number {
  if (flag === 'E') return 2;
  return flag === NO_VALUE || flag === ABSENT ? 1 : 3;
}

/** The value that stands for one interval, or register instant, of a meter. */
export interface Standing {
  /** First of the equal values that stand: lineage stays when the same value comes again. */
  winner: Candidate;
  /** Custody of the last equal value: what a value of equal rank is compared with. */
  lastSeq: number;
  lastLine: number;
  /** When the first accepted value of any rank above N was in custody. */
  presentSinceMs: Instant;
}

function sameValue(a: Candidate, b: Candidate): boolean {
  if (a.block.multiplied !== b.block.multiplied) return false;
  if (a.scale === b.scale) return a.units === b.units;
  const scale = Math.max(a.scale, b.scale);
  const at = (c: Candidate): bigint => BigInt(c.units) * 10n ** BigInt(scale - c.scale);
  return at(a) === at(b);
}

/**
 * Lets a value compete with the one that stands. Higher rank stays; at equal rank the newer by
 * custody; an equal value changes nothing, but its custody counts from then on.
 */
export function compete(
  standing: Standing | undefined,
  candidate: Candidate,
): { standing: Standing | undefined; outcome: Outcome } {
  if (candidate.flag === NO_VALUE) return { standing, outcome: 'UNCHANGED' };
  const { custodySeq, custodyAtMs } = candidate.block.file;
  const { line } = candidate.block;
  if (!standing) return { standing: fresh(candidate, custodyAtMs), outcome: 'NEW' };
  const since = Math.min(standing.presentSinceMs, custodyAtMs);
  const kept = { ...standing, presentSinceMs: since };
  const rank = rankOf(candidate.flag) - rankOf(standing.winner.flag);
  if (rank > 0) return { standing: fresh(candidate, since), outcome: 'NEW' };
  if (rank < 0) return { standing: kept, outcome: 'SUPERSEDED' };
  const isLater = (custodySeq - standing.lastSeq || line - standing.lastLine) >= 0;
  if (sameValue(candidate, standing.winner)) {
    const last = isLater ? { lastSeq: custodySeq, lastLine: line } : {};
    return { standing: { ...kept, ...last }, outcome: 'UNCHANGED' };
  }
  if (!isLater) return { standing: kept, outcome: 'SUPERSEDED' };
  return { standing: fresh(candidate, since), outcome: 'NEW' };
}

function fresh(winner: Candidate, presentSinceMs: Instant): Standing {
  const { file, line } = winner.block;
  return { winner, lastSeq: file.custodySeq, lastLine: line, presentSinceMs };
}

/** What stands for each item of one meter and length: intervals by index, registers by instant. */
export type Track = Map<number, Standing>;

/** A track with what it is of: a meter's values of one length. */
interface MeterTrack {
  readonly ldc: string;
  readonly meterId: string;
  readonly minutes: number;
  readonly track: Track;
}

/** The accepted values of meters within one channel and day. */
export class MeterDayLedger {
  /** Few, so that they are found faster by looking at each than by a key. */
  private readonly tracks: MeterTrack[] = [];
  private lastMeter: MatchedMeter | null = null;
  private lastTrack: MeterTrack | null = null;

  /** Adds one value and says what it did. Callers add in custody order where it matters. */
  add(block: Block, index: number, meter: MatchedMeter): Outcome {
    const track = this.openTrack(meter, block.intervalMinutes);
    const position = block.intervalMinutes === 0 ? block.registers[index]!.atMs : index;
    const before = track.get(position);
    const { standing, outcome } = compete(before, candidateOf(block, index, meter));
    if (standing && standing !== before) track.set(position, standing);
    return outcome;
  }

  /** What stands for a meter's values of one length (0: registers). */
  track(ldc: string, meterId: string, intervalMinutes: number): Track | undefined {
    return this.find(ldc, meterId, intervalMinutes)?.track;
  }

  private find(ldc: string, meterId: string, minutes: number): MeterTrack | undefined {
    for (const t of this.tracks) {
      if (t.minutes === minutes && t.meterId === meterId && t.ldc === ldc) return t;
    }
    return undefined;
  }

  /** Everything that stands. */
  forEach(visit: (standing: Standing) => void): void {
    for (const { track } of this.tracks) track.forEach(visit);
  }

  /** Items of a block mostly share one meter, so the last track is remembered. */
  private openTrack(meter: MatchedMeter, minutes: number): Track {
    const { lastTrack } = this;
    if (lastTrack && meter === this.lastMeter && minutes === lastTrack.minutes) {
      return lastTrack.track;
    }
    const { ldc, meterId } = meter;
    let found = this.find(ldc, meterId, minutes);
    if (!found) this.tracks.push((found = { ldc, meterId, minutes, track: new Map() }));
    this.lastMeter = meter;
    this.lastTrack = found;
    return found.track;
  }
}

function candidateOf(block: Block, index: number, meter: MatchedMeter): Candidate {
  const flag = flagOf(block, index);
  if (block.intervalMinutes === 0) {
    const { units, scale } = block.registers[index]!;
    return { block, index, units, scale, flag, meter };
  }
  return { block, index, units: block.values[index] ?? 0, scale: block.scale, flag, meter };
}

/** Indexes of the items that are applied, with their meters. */
export function* appliedItems(
  block: Block,
  attributions: readonly (Attribution | null)[],
): Generator<{ index: number; usdpId: string; meter: MatchedMeter }> {
  const slots = slotsOf(block);
  for (let index = 0; index < slots; index++) {
    const attribution = attributions[index];
    if (attribution?.usdpId && attribution.meter) {
      yield { index, usdpId: attribution.usdpId, meter: attribution.meter };
    }
  }
}
