/** Everything of one meter after all rows: known when installed, at one SDP, its id nobody else's. */
import type { Instant } from '@mdmr/kernel';
import { recordKey, timelineId, versionsOf } from './directory.js';
import type { After, Draft } from './draft.js';
import { isNew } from './draft.js';
import { installationsOf, overlaps } from './judge-overlap.js';
import type { Placed } from './judge-overlap.js';
import { judgeRow } from './judge-row.js';
import { isKeyHeld, spansOf, withdrawalsBefore } from './spans.js';
import { alone } from './violation.js';
import type { Party, Violation } from './violation.js';

/** A span in which a meter of another LDC is registered at a head-end. */
export interface ForeignMeter {
  readonly ldc: string;
  readonly meter: string;
  readonly amcc: string;
  readonly amcd: string;
  readonly from: Instant;
  /** Exclusive: the next version of the meter, none = for good. */
  readonly to: Instant | null;
  /** When the meter gave its AMCD id up: removed for the last time. */
  readonly given_up_at: Instant | null;
}

export function judgeMeter(
  draft: Draft,
  meter: string,
  foreign: readonly ForeignMeter[],
): Violation[] {
  const found: Violation[] = [];
  const mtr = draft.after('MTR', meter);
  const rows = draft.rowsOf('MTR', meter);
  const installations = installationsOf(draft, meter);
  for (const place of installations) {
    if (isNew(place.entry)) found.push(...judgeMeterNeed(draft, meter, mtr, place));
  }
  if (mtr.withdrawn.length > 0) found.push(...judgeWithdrawnMeter(draft, mtr, installations));
  found.push(...overlaps(installations, 'METER_ALREADY_INSTALLED', (a, b) => a.usdp !== b.usdp));
  if (rows.length > 0) found.push(...judgeMeterId(mtr, meter, foreign));
  for (const row of rows) found.push(...judgeRow(draft, row));
  return found;
}

/** An installation needs the meter at its installed_at. */
function judgeMeterNeed(draft: Draft, meter: string, mtr: After, place: Placed): Violation[] {
  const row = place.entry.row!;
  const from = place.entry.version.from_ms;
  if (from >= (mtr.entries[0]?.version.from_ms ?? Infinity)) return [];
  const id = timelineId('MTR', meter);
  const held = versionsOf(draft.held, 'MTR', meter);
  const withdrawals = withdrawalsBefore(mtr, from);
  if (withdrawals.length > 0 && isKeyHeld(draft, row)) return [];
  if (held.length === 0 && mtr.entries.length === 0 && draft.lostCreations.has(id)) {
    return [alone(row, 'DEPENDS_ON_REJECTED', id)];
  }
  const against = held.length > 0 || mtr.entries.length > 0 ? id : '';
  const parties: Party[] = [{ row, reason: 'UNKNOWN_METER', against }];
  for (const w of withdrawals) {
    parties.push({ row: w, reason: 'EFFECTIVE_DATE_CONFLICT', against: row.key });
  }
  return [{ parties }];
}

/** A withdrawal may not leave a held installation without its meter. */
function judgeWithdrawnMeter(draft: Draft, mtr: After, installations: Placed[]): Violation[] {
  const first = mtr.entries[0]?.version.from_ms ?? Infinity;
  const found: Violation[] = [];
  for (const { entry, key } of installations) {
    const from = entry.version.from_ms;
    if (from >= first || (isNew(entry) && !isKeyHeld(draft, entry.row!))) continue;
    const rows = withdrawalsBefore(mtr, from);
    if (rows.length === 0) continue;
    found.push({
      parties: rows.map((row) => ({ row, reason: 'EFFECTIVE_DATE_CONFLICT', against: key })),
    });
  }
  return found;
}

/** No meter of another LDC has the id at the same head-end at the time. */
function judgeMeterId(mtr: After, meter: string, foreign: readonly ForeignMeter[]): Violation[] {
  const found: Violation[] = [];
  const others = foreign.filter((f) => f.meter === meter);
  if (others.length === 0) return found;
  const against = recordKey('MTR', meter, '', 0, {});
  for (const { entry, from, to } of spansOf(mtr.entries)) {
    const amcc = entry.version.values['amcc_id'];
    if (!others.some((f) => f.amcc === amcc && f.from < to && from < (f.to ?? Infinity))) continue;
    // A held version can only have grown into the conflict by a withdrawal of what followed it.
    const rows = isNew(entry)
      ? [entry.row!]
      : mtr.withdrawn.filter((w) => w.version.from_ms > from).map((w) => w.row);
    if (rows.length === 0) continue;
    found.push({ parties: rows.map((row) => ({ row, reason: 'METER_ID_CONFLICT', against })) });
  }
  return found;
}
