/** One meter an AMCD id at a head-end at a time; a meter removed for good has given its id up. */
import type { Instant } from '@mdmr/kernel';
import { timelineId, versionsOf } from './directory.js';
import type { Draft, Entry, Row } from './draft.js';
import { isNew } from './draft.js';
import { spansOf } from './spans.js';
import type { ForeignMeter } from './judge-meter.js';
import { installationsOf } from './judge-overlap.js';
import type { Party, Violation } from './violation.js';

export function amcdKey(amcc: string, amcd: string): string {
  return `${amcc}/${amcd}`;
}

/** A span in which a meter has the AMCD id. */
interface Holding {
  readonly meter: string;
  readonly own: boolean;
  /** The MTR row that says so; null = held. */
  readonly row: Row | null;
  readonly from: Instant;
  readonly to: Instant;
  /** As `to`, if the set had no INS rows for the meter. */
  readonly heldTo: Instant;
}

/** The last removal of a meter that is not installed again; Infinity = it keeps its id. */
export function givenUpAt(installations: readonly { readonly to_ms: Instant | null }[]): Instant {
  let last = installations.length === 0 ? Infinity : -Infinity;
  for (const { to_ms } of installations) last = Math.max(last, to_ms ?? Infinity);
  return last;
}

function heldInstallations(draft: Draft, meter: string): { to_ms: Instant | null }[] {
  const found = [];
  for (const usdp of draft.usdpsOfMeter(meter)) {
    for (const version of versionsOf(draft.held, 'INS', usdp)) {
      if (version.values['meter_id'] === meter) found.push(version);
    }
  }
  return found;
}

function holdingsOf(draft: Draft, meter: string, key: string): Holding[] {
  const holds = (e: Entry): boolean =>
    amcdKey(e.version.values['amcc_id'] ?? '', e.version.values['amcd_id'] ?? '') === key;
  const spans = spansOf(draft.after('MTR', meter).entries).filter((s) => holds(s.entry));
  if (spans.length === 0) return [];
  const after = givenUpAt(installationsOf(draft, meter).map((p) => p.entry.version));
  const before = givenUpAt(heldInstallations(draft, meter));
  return spans.map(({ entry, from, to }) => ({
    meter,
    own: true,
    row: isNew(entry) ? entry.row : null,
    from,
    to: Math.min(to, after),
    heldTo: Math.min(to, before),
  }));
}

function foreignHolding(f: ForeignMeter): Holding {
  const to = Math.min(f.to ?? Infinity, f.given_up_at ?? Infinity);
  return { meter: f.meter, own: false, row: null, from: f.from, to, heldTo: to };
}

export function judgeAmcd(
  draft: Draft,
  key: string,
  meters: Iterable<string>,
  foreign: readonly ForeignMeter[],
): Violation[] {
  const holdings: Holding[] = [];
  for (const meter of meters) holdings.push(...holdingsOf(draft, meter, key));
  const others = foreign.filter((f) => amcdKey(f.amcc, f.amcd) === key);
  holdings.push(...others.map(foreignHolding));
  if (holdings.length < 2) return [];
  const spans = holdings.filter((h) => h.from < h.to).sort((a, b) => a.from - b.from);
  const found: Violation[] = [];
  for (let i = 0; i < spans.length; i++) {
    const a = spans[i]!;
    for (let j = i + 1; j < spans.length && spans[j]!.from < a.to; j++) {
      const b = spans[j]!;
      if (a.meter === b.meter && a.own === b.own) continue;
      const parties = partiesOf(draft, a, b);
      if (parties.length > 0) found.push({ parties });
    }
  }
  return found;
}

/** MTR rows that claim the id, and INS rows without which a meter would have given it up. */
function partiesOf(draft: Draft, a: Holding, b: Holding): Party[] {
  const parties: Party[] = [];
  const claim = (row: Row, other: Holding): void => {
    // Which meter of another LDC has the id is that LDC's own affair.
    const against = other.own ? timelineId('MTR', other.meter) : '';
    parties.push({ row, reason: 'AMCD_CONFLICT', against });
  };
  for (const [mine, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (mine.row !== null) claim(mine.row, other);
    const apartAsHeld = mine.heldTo <= other.from || mine.heldTo <= mine.from;
    if (mine.own && apartAsHeld) {
      for (const row of installRows(draft, mine.meter)) claim(row, other);
    }
  }
  if (parties.length > 0) return parties;
  for (const { meter, own } of [a, b]) {
    if (!own) continue;
    for (const { row } of draft.after('MTR', meter).withdrawn)
      claim(row, meter === a.meter ? b : a);
  }
  return parties;
}

/** INS rows of the meter that change something. */
function installRows(draft: Draft, meter: string): Row[] {
  return draft.installRowsOf(meter).filter((row) => !row.unchanged);
}
