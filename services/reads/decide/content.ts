import { hash } from 'node:crypto';
import type { EventValue } from '@mdmr/events';

type ChannelDayValue = EventValue<'reads.ChannelDayAttributed'>;

/**
 * What makes a channel day "different": lineage and custody are not part of it, so an equal value
 * that comes again makes no new version; nor is an installation's end on a later day.
 */
export function contentOf(v: ChannelDayValue): string {
  return JSON.stringify([
    v.interval_minutes,
    v.flags,
    v.values,
    v.shared.map((s) => [s.index, s.parts.map((p) => [p.meter_id, p.from_ms, p.to_ms, p.wh])]),
    v.registers.map((r) => [r.at_ms, r.meter_id, r.units, r.scale, r.kind, r.flag]),
    v.spans.map((s) => [
      s.meter_id,
      s.from_ms,
      s.to_ms,
      s.multiplier,
      s.dials,
      s.decimals,
      s.interval_minutes,
    ]),
  ]);
}

const DIGEST_CHARACTERS = 22;

/** Digest of the content, 132 bits. */
export function contentHash(v: ChannelDayValue): string {
  return hash('sha256', contentOf(v), 'base64url').slice(0, DIGEST_CHARACTERS);
}
