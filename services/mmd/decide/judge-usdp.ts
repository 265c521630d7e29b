/** Everything of one SDP after all rows: it has a version on each date, and nothing is there twice. */
import { recordKey, timelineId, versionsOf } from './directory.js';
import type { RecordType } from './directory.js';
import { isNew } from './draft.js';
import type { After, Draft, Entry, Row } from './draft.js';
import { judgeRelations } from './judge-overlap.js';
import { judgeRow } from './judge-row.js';
import { judgeBins } from './judge-bins.js';
import { isKeyHeld, withdrawalsBefore } from './spans.js';
import { alone } from './violation.js';
import type { Party, Violation } from './violation.js';

export function judgeUsdp(draft: Draft, usdp: string): Violation[] {
  const found: Violation[] = [];
  const rows = draft.rowsOfUsdp(usdp);
  const touched = new Map<string, Row>();
  for (const row of rows) touched.set(`${row.type}/${row.name}`, row);
  const sdp = draft.after('SDP', usdp);
  for (const { type, name } of touched.values()) {
    const after = draft.after(type, usdp, name);
    for (const { row, against } of after.clashes) {
      found.push(alone(row, 'EFFECTIVE_DATE_CONFLICT', against));
    }
    if (type === 'SDP') continue;
    for (const entry of after.entries) {
      if (isNew(entry)) found.push(...judgeSdpNeed(draft, sdp, { type, usdp, name }, entry));
    }
    if (type === 'ACC' || type === 'ORG' || type === 'INS') {
      for (const v of judgeRelations(draft, type, usdp, name)) found.push(v);
    }
  }
  // After the timelines: only now does each row know from when it is true and whether it is new.
  for (const row of rows) found.push(...judgeRow(draft, row));
  found.push(...clashesElsewhere(draft, usdp, touched));
  if (sdp.withdrawn.length > 0) found.push(...judgeWithdrawnSdp(draft, usdp, sdp));
  found.push(...judgeBins(draft, usdp));
  return found;
}

/** INS of an SDP that has no INS row itself, but whose meter goes elsewhere (PSYNC). */
function clashesElsewhere(draft: Draft, usdp: string, touched: Map<string, Row>): Violation[] {
  if (draft.facts.mode === 'ISYNC' || touched.has('INS/')) return [];
  return draft
    .after('INS', usdp)
    .clashes.map(({ row, against }) => alone(row, 'EFFECTIVE_DATE_CONFLICT', against));
}

interface Place {
  readonly type: RecordType;
  readonly usdp: string;
  readonly name: string;
}

/** A row needs a version of its SDP on its date. */
function judgeSdpNeed(draft: Draft, sdp: After, place: Place, entry: Entry): Violation[] {
  const row = entry.row!;
  const from = entry.version.from_ms;
  const first = sdp.entries[0]?.version.from_ms ?? Infinity;
  if (from >= first) return [];
  const id = timelineId('SDP', place.usdp);
  const held = versionsOf(draft.held, 'SDP', place.usdp);
  const withdrawals = withdrawalsBefore(sdp, from);
  // Held under this key already: the withdrawal leaves it without its SDP, see judgeWithdrawnSdp.
  if (withdrawals.length > 0 && isKeyHeld(draft, row)) return [];
  if (held.length === 0 && sdp.entries.length === 0 && draft.lostCreations.has(id)) {
    return [alone(row, 'DEPENDS_ON_REJECTED', id)];
  }
  const against = held.length > 0 || sdp.entries.length > 0 ? id : '';
  const parties: Party[] = [{ row, reason: 'EFFECTIVE_DATE_CONFLICT', against }];
  for (const w of withdrawals) {
    parties.push({ row: w, reason: 'EFFECTIVE_DATE_CONFLICT', against: row.key });
  }
  return [{ parties }];
}

/** A withdrawal may not leave a held record without its SDP. */
function judgeWithdrawnSdp(draft: Draft, usdp: string, sdp: After): Violation[] {
  const first = sdp.entries[0]?.version.from_ms ?? Infinity;
  const found: Violation[] = [];
  for (const { type, name } of draft.heldOfUsdp(usdp)) {
    if (type === 'SDP') continue;
    for (const entry of draft.after(type, usdp, name).entries) {
      const { from_ms: from, values } = entry.version;
      if (from >= first || (isNew(entry) && !isKeyHeld(draft, entry.row!))) continue;
      const against = recordKey(type, usdp, name, from, values);
      const rows = withdrawalsBefore(sdp, from);
      if (rows.length === 0) continue;
      found.push({
        parties: rows.map((row) => ({ row, reason: 'EFFECTIVE_DATE_CONFLICT', against })),
      });
    }
  }
  return found;
}
