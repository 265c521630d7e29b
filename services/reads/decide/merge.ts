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
  const fresh = (presentSinceMs: Instant): Standing => ({
    winner: candidate,
    lastSeq: custodySeq,
    lastLine: line,
    presentSinceMs,
  });
  if (!standing) return { standing: fresh(custodyAtMs), outcome: 'NEW' };
  const since = Math.min(standing.presentSinceMs, custodyAtMs);
  const kept = { ...standing, presentSinceMs: since };
  const rank = rankOf(candidate.flag) - rankOf(standing.winner.flag);
  if (rank > 0) return { standing: fresh(since), outcome: 'NEW' };
  if (rank < 0) return { standing: kept, outcome: 'SUPERSEDED' };
  const isLater = (custodySeq - standing.lastSeq || line - standing.lastLine) >= 0;
  if (sameValue(candidate, standing.winner)) {
    const last = isLater ? { lastSeq: custodySeq, lastLine: line } : {};
    return { standing: { ...kept, ...last }, outcome: 'UNCHANGED' };
  }
  if (!isLater) return { standing: kept, outcome: 'SUPERSEDED' };
  return { standing: fresh(since), outcome: 'NEW' };
}

/** What stands for each item of one meter and length: intervals by index, registers by instant. */
export type Track = Map<number, Standing>;

/** The accepted values of meters within one channel and day. */
export class MeterDayLedger {
  private readonly tracks = new Map<string, Track>();
  private lastMeter: MatchedMeter | null = null;
  private lastMinutes = -1;
  private lastTrack: Track = new Map();

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
    return this.tracks.get(trackKey(ldc, meterId, intervalMinutes));
  }

  /** Everything that stands. */
  *values(): Iterable<Standing> {
    for (const track of this.tracks.values()) yield* track.values();
  }

  /** Items of a block mostly share one meter, so the last track is remembered. */
  private openTrack(meter: MatchedMeter, intervalMinutes: number): Track {
    if (meter === this.lastMeter && intervalMinutes === this.lastMinutes) return this.lastTrack;
    const key = trackKey(meter.ldc, meter.meterId, intervalMinutes);
    let track = this.tracks.get(key);
    if (!track) this.tracks.set(key, (track = new Map()));
    this.lastMeter = meter;
    this.lastMinutes = intervalMinutes;
    this.lastTrack = track;
    return track;
  }
}

function trackKey(ldc: string, meterId: string, intervalMinutes: number): string {
  return `${ldc}\n${meterId}\n${intervalMinutes}`;
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
