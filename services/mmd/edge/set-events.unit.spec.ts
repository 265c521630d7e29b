import { describe, expect, it } from '@jest/globals';
import { encodeEvent } from '@mdmr/events';
import type { SetOutcome } from '../decide/apply-set.js';
import type { Timeline } from '../decide/directory.js';
import type { ContentRow } from '../decide/outcome.js';
import { U1, april, at } from '../decide/spec-world.js';
import type { OpenSet } from '../decide/sync-set.js';
import { outcomeEvents, stateEvent } from './set-events.js';

const NOW = at('2026-04-30T16:00');
const SET: OpenSet = {
  set_id: 'S-1',
  mode: 'PSYNC',
  sequence: 1,
  sender: 'MAPLE',
  state: 'OPEN',
  parts: [1, 2].map((part) => ({
    part,
    custody_id: `C${part}`,
    custody_seq: part,
    custody_at_ms: NOW + part,
    sender: 'MAPLE',
    file_id: `S-1.${part}`,
    file_name: 'x.csv',
    sha256: 'ab',
    records: 1,
  })),
  opened_at_ms: NOW,
  window_end_ms: NOW + 1,
  parked_at_ms: null,
  told_parked: false,
};
const DECISION = { ldc: 'MAPLE', set: SET, now: NOW };
const NOTHING: SetOutcome = {
  applied: [],
  contentRejected: [],
  relationRejected: [],
  changes: [],
  guard: null,
  counts: new Map([[1, { applied: 2, rejected: 1 }]]),
};

function eventsOf(outcome: Partial<SetOutcome>, refs = new Map<string, string>()) {
  let next = 0;
  return outcomeEvents(DECISION, { ...NOTHING, ...outcome }, refs, () => `ref-${++next}`);
}

function changed(...keys: [Timeline['type'], string][]): Timeline[] {
  const directory = april();
  return keys.map(([type, owner]) => directory.timeline(type, owner)!);
}

describe('the events of an applied set', () => {
  it('always tell the outcome of the rows, with the counts of the parts', () => {
    const events = eventsOf({});
    expect(events.map((e) => e.type)).toEqual(['mmd.SyncOutcomesRecorded']);
    expect(events[0]!.value).toMatchObject({
      custody_at_ms: NOW + 2,
      last: true,
      custody: [
        { custody_id: 'C1', applied: 2, rejected: 1 },
        { custody_id: 'C2', applied: 0, rejected: 0 },
      ],
    });
  });

  it('name accounts by reference, a known one by the one it has', () => {
    const accounts = changed(['ACC', U1]);
    const [identified, directory] = eventsOf({ changes: accounts });
    expect(identified).toMatchObject({
      type: 'mmd.AccountsIdentified',
      value: { accounts: [{ account_ref: 'ref-1', account_id: 'A-9001' }] },
    });
    expect(directory!.value).toMatchObject({
      timelines: [{ versions: [{ values: { account_ref: 'ref-1' } }] }],
    });
    const again = eventsOf({ changes: accounts }, new Map([['A-9001', 'known']]));
    expect(again.map((e) => e.type)).toEqual(['mmd.DirectoryChanged', 'mmd.SyncOutcomesRecorded']);
  });

  it('tell addresses apart from the directory', () => {
    const events = eventsOf({ changes: changed(['SDP', U1]) });
    const located = events.find((e) => e.type === 'mmd.SdpsLocated');
    expect(located!.value).toMatchObject({
      locations: [{ usdp_id: U1, service_address: '12 Elm St', postal_code: 'K0A1A0' }],
    });
    const directory = events.find((e) => e.type === 'mmd.DirectoryChanged');
    expect(JSON.stringify(directory)).not.toMatch(/Elm|K0A/);
  });

  it('come in chunks that fit a message, the last marked', () => {
    const row = (line: number): ContentRow => ({
      file_id: 'S-1.1',
      line,
      part: 1,
      usdp_id: U1,
      record_key: `SDP/${U1}`,
      field: 'record',
      reason: 'BAD_VALUE',
      value: 'x'.repeat(4000),
    });
    const events = eventsOf({ contentRejected: Array.from({ length: 300 }, (_, i) => row(i)) });
    const sizes = events.map((e) => encodeEvent(e.type, e.value as never).length);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThan(900_000);
    const chunks = events.map((e) => e.value as { chunk: number; last: boolean });
    expect(chunks.map((c) => c.chunk)).toEqual(chunks.map((_, i) => i));
    expect(chunks.filter((c) => c.last)).toEqual([chunks.at(-1)]);
  });
});

describe('the state of a set', () => {
  it('names what is in and what is missing', () => {
    const event = stateEvent(DECISION, { state: 'INCOMPLETE', reason: 'INCOMPLETE', expected: 1 });
    expect(event).toMatchObject({
      key: 'MAPLE',
      value: {
        ended: true,
        parts: [{ part: 1 }, { part: 2 }],
        parts_missing: [3, 4, 5, 6],
        custody_at_ms: NOW + 2,
        expected_sequence: 1,
      },
    });
    expect(stateEvent(DECISION, { state: 'PARKED', expected: 1 }).value).toMatchObject({
      ended: false,
      reason: '',
    });
  });
});
