import type { EventValue } from '@mdmr/events';

type ChannelDayValue = EventValue<'reads.ChannelDayAttributed'>;

/**
 * Digest of what makes a channel day "different": lineage and custody are not part of it, so an
 * equal value that comes again makes no new version; nor is an installation's end on a later day.
 * 53 bits, a safe integer: it is only ever compared with that of the version before.
 */
export function contentHash(v: ChannelDayValue): number {
  const digest = new Digest();
  digest.number(v.interval_minutes);
  digest.text(v.flags);
  digest.number(v.values.length);
  for (let i = 0; i < v.values.length; i++) digest.number(v.values[i]!);
  digest.number(v.shared.length);
  for (const { index, parts } of v.shared) {
    digest.number(index);
    digest.number(parts.length);
    for (const p of parts) {
      digest.text(p.meter_id);
      digest.number(p.from_ms);
      digest.number(p.to_ms);
      digest.text(p.wh);
    }
  }
  digest.number(v.registers.length);
  for (const r of v.registers) {
    digest.number(r.at_ms);
    digest.text(r.meter_id);
    digest.number(r.units);
    digest.number(r.scale);
    digest.text(r.kind);
    digest.text(r.flag);
  }
  digest.number(v.spans.length);
  for (const s of v.spans) {
    digest.text(s.meter_id);
    digest.number(s.from_ms);
    digest.number(s.to_ms);
    digest.text(s.multiplier);
    digest.number(s.dials);
    digest.number(s.decimals);
    digest.number(s.interval_minutes);
  }
  return digest.value();
}

const TWO_32 = 4_294_967_296;
const LOW_BITS = 21;
/** Odd constants of murmur3 and xxHash. */
const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
/** High word of no value: no safe integer has it. */
const NOTHING = 0x7fffffff;

/** Two murmur-like lanes of 32 bits over words: no text and no object a value. */
class Digest {
  private a = 0x2545f491;
  private b = 0x6c62272e;

  private word(word: number): void {
    const mixed = Math.imul(word, C1);
    this.a ^= Math.imul((mixed << 15) | (mixed >>> 17), C2);
    this.a = (Math.imul((this.a << 13) | (this.a >>> 19), 5) + 0xe6546b64) | 0;
    this.b = Math.imul(this.b ^ word, P1);
    this.b = Math.imul((this.b << 17) | (this.b >>> 15), P2) ^ mixed;
  }

  /** An integer, or none. */
  number(value: number | null): void {
    if (value === null) {
      this.word(0);
      this.word(NOTHING);
      return;
    }
    this.word(value | 0);
    this.word(Math.floor(value / TWO_32) | 0);
  }

  text(value: string | null): void {
    if (value === null) {
      this.number(null);
      return;
    }
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  value(): number {
    const high = avalanche(this.a ^ Math.imul(this.b, P1)) >>> 0;
    const low = avalanche(this.b ^ Math.imul(this.a, P2)) >>> (32 - LOW_BITS);
    return high * 2 ** LOW_BITS + low;
  }
}

function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
