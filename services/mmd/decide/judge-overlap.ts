/** One account, one organization a role, one meter at an SDP, one SDP of a meter, at a time. */
import { recordKey } from './directory.js';
import type { RecordType } from './directory.js';
import type { Draft, Entry } from './draft.js';
import { isNew } from './draft.js';
import type { RelationReason } from './facts.js';
import { comparePlace } from './record.js';
import type { Party, Violation } from './violation.js';

export interface Placed {
  readonly entry: Entry;
  /** `record_key` of the entry. */
  readonly key: string;
  readonly usdp: string;
}

export function placed(type: RecordType, usdp: string, name: string, entry: Entry): Placed {
  const { from_ms, values } = entry.version;
  return { entry, key: recordKey(type, usdp, name, from_ms, values), usdp };
}

/**
 * What covers an instant together. Each new row that loses is told once: against what is held if it
 * meets such, else against a lower row; of several the one with the smaller key.
 */
export function overlaps(
  places: readonly Placed[],
  reason: RelationReason,
  apart: (a: Placed, b: Placed) => boolean = () => true,
): Violation[] {
  if (places.length < 2 || !places.some((p) => isNew(p.entry))) return [];
  const spans = places
    .filter(({ entry: { version: v } }) => v.to_ms === null || v.to_ms > v.from_ms)
    .sort((a, b) => a.entry.version.from_ms - b.entry.version.from_ms);
  const losers = new Map<Placed, Placed>();
  for (let i = 0; i < spans.length; i++) {
    const a = spans[i]!;
    const end = a.entry.version.to_ms ?? Infinity;
    for (let j = i + 1; j < spans.length && spans[j]!.entry.version.from_ms < end; j++) {
      const b = spans[j]!;
      if (!apart(a, b)) continue;
      const loser = loserOfPair(a, b);
      if (loser !== null) noteLoser(losers, loser, loser === a ? b : a);
    }
  }
  return [...losers].map(([loser, other]) => {
    const parties: Party[] = [{ row: loser.entry.row!, reason, against: other.key }];
    if (isNew(other.entry)) parties.push({ row: other.entry.row!, reason, against: loser.key });
    return { parties };
  });
}

function loserOfPair(a: Placed, b: Placed): Placed | null {
  if (!isNew(a.entry)) return isNew(b.entry) ? b : null;
  if (!isNew(b.entry)) return a;
  return comparePlace(a.entry.row!, b.entry.row!) < 0 ? b : a;
}

function noteLoser(losers: Map<Placed, Placed>, loser: Placed, other: Placed): void {
  const known = losers.get(loser);
  if (known !== undefined) {
    const knownNew = isNew(known.entry);
    if (knownNew === isNew(other.entry) ? known.key <= other.key : !knownNew) return;
  }
  losers.set(loser, other);
}

export function judgeRelations(
  draft: Draft,
  type: 'INS' | 'ACC' | 'ORG',
  usdp: string,
  name: string,
): Violation[] {
  const { entries } = draft.after(type, usdp, name);
  if (entries.length < 2) return [];
  const places = entries.map((entry) => placed(type, usdp, name, entry));
  return overlaps(places, type === 'INS' ? 'INSTALL_OVERLAP' : 'EFFECTIVE_DATE_CONFLICT');
}

/** Installations of a meter after all rows, at any SDP of the LDC. */
export function installationsOf(draft: Draft, meter: string): Placed[] {
  const places: Placed[] = [];
  for (const usdp of draft.usdpsOfMeter(meter)) {
    for (const entry of draft.after('INS', usdp).entries) {
      if (entry.version.values['meter_id'] === meter) places.push(placed('INS', usdp, '', entry));
    }
  }
  return places;
}
