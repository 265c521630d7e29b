import type { EventValue } from '@mdmr/events';
import type { ReportRow } from '@mdmr/formats';

/** What billing compared: a segment and channel of a delivered item. */
export type RebillFacts = EventValue<'billing.RebillingCompared'>['rows'][number];

/** In the order of BR03's columns. */
const BINS = ['on', 'mid', 'off', 'ultra_low'] as const;

interface Triple {
  readonly old: number | null;
  readonly now: number | null;
  readonly diff: number | null;
}

/**
 * Old, new and difference. A side that is not there counts as 0 in the difference, except where the
 * item cannot be answered now: then there is no difference to tell.
 */
function triple(old: number | null, now: number | null, unavailable: boolean): Triple {
  if (unavailable) return { old, now: null, diff: null };
  const nothing = old === null && now === null;
  return { old, now, diff: nothing ? null : (now ?? 0) - (old ?? 0) };
}

function triplesOf(facts: RebillFacts): Triple[] {
  const unavailable = facts.change === 'UNAVAILABLE';
  const bins = BINS.map((bin) => facts.bins.find((b) => b.bin === bin));
  return [
    triple(facts.old_total_wh, facts.new_total_wh, unavailable),
    ...bins.map((b) => triple(b?.old_wh ?? null, b?.new_wh ?? null, unavailable)),
  ];
}

/**
 * Whether `br03-threshold-wh` hides the row: a difference of energy that is below it everywhere.
 * A row without any difference of energy tells of something else and stays.
 */
export function belowThreshold(facts: RebillFacts, thresholdWh: number): boolean {
  const largest = Math.max(...triplesOf(facts).map((t) => Math.abs(t.diff ?? 0)));
  const energyDiffers = facts.change !== 'UNAVAILABLE' && largest > 0;
  return energyDiffers && largest < thresholdWh;
}

/** A row of BR03; energies in Wh. */
export function rebillRow(facts: RebillFacts, accountId: string): ReportRow {
  const unavailable = facts.change === 'UNAVAILABLE';
  return [
    facts.bq_id,
    facts.usdp_id,
    accountId,
    facts.start_day,
    facts.end_day,
    facts.segment_no,
    facts.segment_start_day,
    facts.segment_end_day,
    facts.channel,
    facts.old_revision,
    unavailable ? null : facts.new_revision,
    facts.change,
    ...triplesOf(facts).flatMap((t) => [t.old, t.now, t.diff]),
    unavailable ? null : facts.hours_changed,
    facts.cause,
    facts.request_file_id,
    facts.delivered_at_ms,
    facts.delivered_to,
  ];
}
