import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions, type BulkColumn, type Tx } from '@mdmr/postgres';
import type { DeviceKey, Run } from '../decide/index.js';
import { blockBytes, runsBytes } from '../store/block-bytes.js';

type Received = InEvent<'reads.MeterDayReceived'>['value'];
type Reattributed = InEvent<'reads.MeterDayReattributed'>['value'];
type EventRun = Received['attribution'][number];

const text = (name: string): BulkColumn => ({ name, type: 'text' });
const int4 = (name: string): BulkColumn => ({ name, type: 'int4' });
const int8 = (name: string): BulkColumn => ({ name, type: 'int8' });
const bool = (name: string): BulkColumn => ({ name, type: 'bool' });

const KEY_COLUMNS = [
  int4('est_day'),
  text('amcc_id'),
  text('device_id'),
  text('channel'),
  bool('is_register'),
  int8('custody_seq'),
  int4('line'),
];
const STATE_COLUMNS: BulkColumn[] = [
  ...KEY_COLUMNS,
  text('id_kind'),
  text('other_id'),
  int4('version'),
  { name: 'runs', type: 'bytea' },
  int4('held_values'),
  int8('held_since_ms'),
];
const KEY = KEY_COLUMNS.map((c) => c.name).join(', ');

/** Blocks as received, and what the directory has made of them since. */
export const meterDaysProjection: Projection = {
  name: 'meter-days',
  topics: ['mdmr.reads.meter-days.v1'],
  async apply(tx, events) {
    const received: Received[] = [];
    const states: StateRow[] = [];
    for (const event of events) {
      if (event.type === 'reads.MeterDayReceived') {
        received.push(event.value);
        if (runValues(event.value).some(isHeld)) states.push(stateOf(event.value, 1));
      } else if (event.type === 'reads.MeterDayReattributed') {
        states.push(stateOf(event.value, event.value.version));
      }
    }
    await insertBlocks(tx, received);
    await upsertStates(tx, states);
  },
};

async function insertBlocks(tx: Tx, received: readonly Received[]): Promise<void> {
  if (received.length === 0) return;
  const days = new Set(received.map((v) => v.est_day));
  await ensureDayPartitions(tx, 'read_block', days);
  await bulkInsert(tx, {
    table: 'read_day',
    columns: [int4('est_day')],
    rows: [...days].sort((a, b) => a - b).map((day) => [day]),
    onConflict: 'on conflict do nothing',
  });
  await insertFiles(tx, received);
  await insertRows(tx, received);
}

/** What many blocks share: sent once, with a number by which each block tells it. */
interface BlockGroup {
  readonly est_day: number;
  readonly amcc_id: string;
  readonly channel: string;
  readonly interval_minutes: number;
  readonly custody_seq: number;
}

/** So many groups are looked through for a block's own; a group that comes again does no harm. */
const GROUPS_LOOKED_AT = 8;

function groupOf(groups: BlockGroup[], v: Received): number {
  for (let i = groups.length - 1; i >= 0 && i >= groups.length - GROUPS_LOOKED_AT; i--) {
    const group = groups[i]!;
    const isSame =
      group.est_day === v.est_day &&
      group.channel === v.channel &&
      (group.interval_minutes === 0) === (v.interval_minutes === 0) &&
      group.custody_seq === v.custody_seq &&
      group.amcc_id === v.amcc_id;
    if (isSame) return i + 1;
  }
  return groups.push(v);
}

async function insertRows(tx: Tx, received: readonly Received[]): Promise<void> {
  const groups: BlockGroup[] = [];
  const numbers = received.map((v) => groupOf(groups, v));
  await tx.query(
    `insert into read_block
       (est_day, amcc_id, device_id, channel, is_register, custody_seq, line, body)
     select g.est_day, g.amcc_id, u.device_id, g.channel, g.is_register, g.custody_seq, u.line,
       u.body
     from unnest($1::int4[], $2::text[], $3::int4[], $4::bytea[]) as u(number, device_id, line, body)
     join unnest($5::int4[], $6::text[], $7::text[], $8::bool[], $9::int8[]) with ordinality
       as g(est_day, amcc_id, channel, is_register, custody_seq, number) using (number)`,
    [
      numbers,
      received.map((v) => v.device_id),
      received.map((v) => v.line),
      received.map(bodyOf),
      groups.map((g) => g.est_day),
      groups.map((g) => g.amcc_id),
      groups.map((g) => g.channel),
      groups.map((g) => g.interval_minutes === 0),
      groups.map((g) => g.custody_seq),
    ],
  );
}

async function insertFiles(tx: Tx, received: readonly Received[]): Promise<void> {
  const files = new Map<number, Received>();
  for (const v of received) if (!files.has(v.custody_seq)) files.set(v.custody_seq, v);
  await bulkInsert(tx, {
    table: 'read_file',
    columns: [
      int8('custody_seq'),
      text('custody_id'),
      int8('custody_at_ms'),
      text('sender'),
      text('file_id'),
      text('file_name'),
    ],
    rows: [...files.values()].map((v) => [
      v.custody_seq,
      v.custody_id,
      v.custody_at_ms,
      v.sender,
      v.file_id,
      v.file_name,
    ]),
    onConflict: 'on conflict do nothing',
  });
  const kinds = new Map<string, Set<string>>();
  for (const v of received) {
    const known = kinds.get(v.amcc_id);
    if (known) known.add(v.key);
    else kinds.set(v.amcc_id, new Set([v.key]));
  }
  await bulkInsert(tx, {
    table: 'head_end_key',
    columns: [text('amcc_id'), text('id_kind')],
    rows: [...kinds].flatMap(([amccId, keys]) => [...keys].map((key) => [amccId, key])),
    onConflict: 'on conflict do nothing',
  });
}

function keyOf(v: Received | Reattributed): unknown[] {
  const isRegister = v.interval_minutes === 0;
  return [v.est_day, v.amcc_id, v.device_id, v.channel, isRegister, v.custody_seq, v.line];
}

function bodyOf(v: Received): Buffer {
  const block = {
    key: v.key as DeviceKey,
    multiplied: v.multiplied,
    otherId: v.other_id,
    purpose: v.purpose,
    intervalMinutes: v.interval_minutes,
    scale: v.scale,
    values: v.values,
    flags: v.flags,
    registers: v.registers.map((r) => ({ ...r, atMs: r.at_ms })),
    masks: v.masks,
    repeats: v.repeats,
  };
  return blockBytes(block, runsOf(v));
}

/** A block is either intervals or registers, so it has one of the two lists. */
function runValues(v: Received | Reattributed): readonly EventRun[] {
  return v.interval_minutes === 0 ? v.register_attribution : v.attribution;
}

function isHeld(run: { readonly state: string }): boolean {
  return run.state === 'HELD';
}

function runsOf(v: Received | Reattributed): Run[] {
  return runValues(v).map((r) => ({
    from: r.from,
    to: r.to,
    state: r.state as Run['state'],
    usdpId: r.usdp_id,
    reason: r.reason,
    sinceMs: r.since_ms,
  }));
}

interface StateRow {
  readonly key: unknown[];
  readonly names: [idKind: string, otherId: string];
  readonly version: number;
  readonly runs: Run[];
  readonly held: number;
  readonly sinceMs: number | null;
}

function stateOf(v: Received | Reattributed, version: number): StateRow {
  const runs = runsOf(v);
  let held = 0;
  let sinceMs: number | null = null;
  for (const run of runs) {
    if (!isHeld(run)) continue;
    held += run.to - run.from;
    sinceMs = Math.min(sinceMs ?? run.sinceMs!, run.sinceMs!);
  }
  return { key: keyOf(v), names: [v.key, v.other_id], version, runs, held, sinceMs };
}

/** The highest version of a block counts; one statement takes a block at most once. */
async function upsertStates(tx: Tx, states: readonly StateRow[]): Promise<void> {
  const newest = new Map<string, StateRow>();
  for (const state of states) {
    const id = state.key.join('\n');
    const before = newest.get(id);
    if (!before || before.version < state.version) newest.set(id, state);
  }
  await bulkInsert(tx, {
    table: 'block_state as s',
    columns: STATE_COLUMNS,
    rows: [...newest.values()].map((s) => [
      ...s.key,
      ...s.names,
      s.version,
      runsBytes(s.runs),
      s.held,
      s.sinceMs,
    ]),
    onConflict:
      `on conflict (${KEY}) do update set version = excluded.version, runs = excluded.runs, ` +
      'held_values = excluded.held_values, held_since_ms = excluded.held_since_ms ' +
      'where s.version < excluded.version',
  });
}
