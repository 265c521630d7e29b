/** What came of a set, as events: the directory, identities apart, the rows' outcomes, the set's state. */
import { emit } from '@mdmr/bus';
import type { OutEvent } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import type { Instant } from '@mdmr/kernel';
import type { SetOutcome } from '../decide/apply-set.js';
import { without } from '../decide/directory.js';
import type { Timeline, Version } from '../decide/directory.js';
import { missingParts } from '../decide/sync-set.js';
import type { OpenSet, SetReason, SetState } from '../decide/sync-set.js';

const TIMELINES_A_CHUNK = 500;
const LOCATIONS_A_CHUNK = 1_000;
const ROWS_A_CHUNK = 1_000;
/** At up to three bytes each still below what Kafka takes. */
const CHARACTERS_A_CHUNK = 250_000;

type Told = EventValue<'mmd.DirectoryChanged'>['timelines'][number];
type Location = EventValue<'mmd.SdpsLocated'>['locations'][number];

export interface SetDecision {
  readonly ldc: string;
  readonly set: OpenSet;
  readonly now: Instant;
}

/** Pieces of at most `size` items, and so small that each fits a message of 1 MiB. */
function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  let chunk: T[] = [];
  let characters = 0;
  for (const item of items) {
    const length = lengthOf(item);
    if (chunk.length > 0 && (chunk.length === size || characters + length > CHARACTERS_A_CHUNK)) {
      chunks.push(chunk);
      chunk = [];
      characters = 0;
    }
    chunk.push(item);
    characters += length;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** Characters of all texts in a value, and some for what is none. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let length = 0;
  for (const inner of Object.values(value)) length += lengthOf(inner);
  return length;
}

export interface StateChange {
  readonly state: SetState;
  /** Makes an IR10; none = no report. */
  readonly reason?: SetReason;
  readonly detail?: string;
  /** The sequence the LDC has to send next, after this change. */
  readonly expected: number;
  readonly affected?: number;
  readonly active?: number;
}

const OPEN_STATES: readonly SetState[] = ['OPEN', 'WAITING', 'PARKED'];

export function stateEvent({ ldc, set, now }: SetDecision, change: StateChange): OutEvent {
  return emit('mmd.SyncSetStateChanged', ldc, {
    at_ms: now,
    ldc,
    set_id: set.set_id,
    mode: set.mode,
    sequence: set.sequence,
    state: change.state,
    ended: !OPEN_STATES.includes(change.state),
    reason: change.reason ?? '',
    detail: change.detail ?? '',
    expected_sequence: change.expected,
    parts: set.parts.map(({ part, custody_id, file_id, file_name, sha256, sender, records }) => ({
      part,
      custody_id,
      file_id,
      file_name,
      sha256,
      sender,
      records,
    })),
    parts_missing: missingParts(set.parts),
    sender: set.sender,
    custody_at_ms: custodyOf(set),
    affected: change.affected ?? 0,
    active: change.active ?? 0,
  });
}

function custodyOf(set: OpenSet): Instant {
  return set.parts.reduce((at, p) => Math.max(at, p.custody_at_ms), 0);
}

/** Events of an applied set but for its state. New accounts get a reference from `newRef`. */
export function outcomeEvents(
  decision: SetDecision,
  outcome: SetOutcome,
  accountRefs: ReadonlyMap<string, string>,
  newRef: () => string,
): OutEvent[] {
  const accounts = new AccountRefs(accountRefs, newRef);
  const timelines = outcome.changes.map((t) => toldTimeline(t, accounts));
  return [
    ...accountEvents(decision, accounts),
    ...locationEvents(decision, outcome.changes),
    ...directoryEvents(decision, timelines),
    ...rowEvents(decision, outcome),
  ];
}

class AccountRefs {
  readonly added: { account_ref: string; account_id: string }[] = [];
  readonly #refs: Map<string, string>;
  readonly #newRef: () => string;

  constructor(known: ReadonlyMap<string, string>, newRef: () => string) {
    this.#refs = new Map(known);
    this.#newRef = newRef;
  }

  refOf(account_id: string): string {
    const known = this.#refs.get(account_id);
    if (known !== undefined) return known;
    const account_ref = this.#newRef();
    this.#refs.set(account_id, account_ref);
    this.added.push({ account_ref, account_id });
    return account_ref;
  }
}

/** A timeline without what belongs into the identity compartment. */
function toldTimeline(timeline: Timeline, accounts: AccountRefs): Told {
  const { type, owner, name } = timeline;
  return {
    record_type: type,
    usdp_id: type === 'MTR' ? null : owner,
    meter_id: type === 'MTR' ? owner : null,
    name: name === '' ? null : name,
    versions: timeline.versions.map((v) => ({ ...v, values: toldValues(timeline, v, accounts) })),
  };
}

function toldValues({ type }: Timeline, version: Version, accounts: AccountRefs) {
  if (type === 'ACC') {
    const account_ref = accounts.refOf(version.values['account_id']!);
    return { ...without(version.values, 'account_id'), account_ref };
  }
  if (type !== 'SDP') return { ...version.values };
  return without(version.values, 'service_address', 'postal_code');
}

function accountEvents({ ldc, now }: SetDecision, { added }: AccountRefs): OutEvent[] {
  return chunksOf(added, ROWS_A_CHUNK).map((accounts) =>
    emit('mmd.AccountsIdentified', ldc, { at_ms: now, ldc, accounts }),
  );
}

/** Where the SDP versions of this set are; whole, so that an address can also be taken back. */
function locationEvents({ ldc, set, now }: SetDecision, changes: readonly Timeline[]): OutEvent[] {
  const locations: Location[] = changes.flatMap(({ type, owner, versions }) =>
    type !== 'SDP'
      ? []
      : versions
          .filter((v) => v.recorded_at_ms === now)
          .map(({ from_ms, values }) => ({
            usdp_id: owner,
            from_ms,
            service_address: values['service_address'] ?? null,
            postal_code: values['postal_code'] ?? null,
          })),
  );
  return chunksOf(locations, LOCATIONS_A_CHUNK).map((part) =>
    emit('mmd.SdpsLocated', ldc, { at_ms: now, ldc, set_id: set.set_id, locations: part }),
  );
}

function directoryEvents({ ldc, set, now }: SetDecision, timelines: readonly Told[]): OutEvent[] {
  const chunks = chunksOf(timelines, TIMELINES_A_CHUNK);
  return chunks.map((part, chunk) =>
    emit('mmd.DirectoryChanged', ldc, {
      at_ms: now,
      ldc,
      set_id: set.set_id,
      chunk,
      last: chunk === chunks.length - 1,
      timelines: part,
    }),
  );
}

/** The rows of IR06, then IR07, then IR14, at least one event; the last has the counts of the parts. */
function rowEvents({ ldc, set, now }: SetDecision, outcome: SetOutcome): OutEvent[] {
  const { applied, contentRejected, relationRejected } = outcome;
  const rows = [...applied, ...contentRejected, ...relationRejected];
  const chunks: (typeof rows)[] = rows.length === 0 ? [[]] : chunksOf(rows, ROWS_A_CHUNK);
  const custody = set.parts.map(({ part, custody_id }) => {
    const { applied, rejected } = outcome.counts.get(part) ?? { applied: 0, rejected: 0 };
    return { custody_id, applied, rejected };
  });
  return chunks.map((part, chunk) => {
    const last = chunk === chunks.length - 1;
    return emit('mmd.SyncOutcomesRecorded', ldc, {
      at_ms: now,
      ldc,
      set_id: set.set_id,
      mode: set.mode,
      sender: set.sender,
      custody_at_ms: custodyOf(set),
      chunk,
      last,
      applied: part.flatMap((row) => ('action' in row ? [row] : [])),
      content_rejected: part.flatMap((row) => ('field' in row ? [row] : [])),
      relation_rejected: part.flatMap((row) => ('conflicting_with' in row ? [row] : [])),
      custody: last ? custody : [],
    });
  });
}
