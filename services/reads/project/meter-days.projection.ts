import type { InEvent, Projection } from '@mdmr/bus';
import { bulkInsert, ensureDayPartitions, type BulkColumn, type Tx } from '@mdmr/postgres';
import type { Run } from '../decide/index.js';
import { masksText, registersText, runsText, unitsText } from '../store/block-text.js';

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
const BLOCK_COLUMNS = [
  ...KEY_COLUMNS,
  text('id_kind'),
  text('other_id'),
  text('purpose'),
  bool('multiplied'),
  int4('interval_minutes'),
  int4('scale'),
  text('units'),
  text('flags'),
  text('masks'),
  text('registers'),
  text('repeats'),
  text('runs'),
];
const STATE_COLUMNS = [
  ...KEY_COLUMNS,
  int4('version'),
  text('runs'),
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
        const state = stateOf(event.value, 1);
        if (state.held > 0) states.push(state);
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
  await bulkInsert(tx, {
    table: 'read_block',
    columns: BLOCK_COLUMNS,
    rows: received.map(blockRow),
  });
}

async function insertFiles(tx: Tx, received: readonly Received[]): Promise<void> {
  const files = new Map(received.map((v) => [v.custody_seq, v]));
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
  const kinds = new Map(received.map((v) => [`${v.amcc_id}\n${v.key}`, [v.amcc_id, v.key]]));
  await bulkInsert(tx, {
    table: 'head_end_key',
    columns: [text('amcc_id'), text('id_kind')],
    rows: [...kinds.values()],
    onConflict: 'on conflict do nothing',
  });
}

function keyOf(v: Received | Reattributed): unknown[] {
  const isRegister = v.interval_minutes === 0;
  return [v.est_day, v.amcc_id, v.device_id, v.channel, isRegister, v.custody_seq, v.line];
}

function blockRow(v: Received): unknown[] {
  return [
    ...keyOf(v),
    v.key,
    v.other_id,
    v.purpose,
    v.multiplied,
    v.interval_minutes,
    v.scale,
    unitsText(v.values),
    v.flags,
    masksText(v.masks),
    registersText(v.registers.map((r) => ({ ...r, atMs: r.at_ms }))),
    v.repeats.join(','),
    runsText(runsOf(v)),
  ];
}

/** A block is either intervals or registers, so it has one of the two lists. */
function runsOf(v: Received | Reattributed): Run[] {
  const runs: EventRun[] = v.interval_minutes === 0 ? v.register_attribution : v.attribution;
  return runs.map((r) => ({
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
    if (run.state !== 'HELD') continue;
    held += run.to - run.from;
    sinceMs = Math.min(sinceMs ?? run.sinceMs!, run.sinceMs!);
  }
  return { key: keyOf(v), version, runs, held, sinceMs };
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
      s.version,
      runsText(s.runs),
      s.held,
      s.sinceMs,
    ]),
    onConflict:
      `on conflict (${KEY}) do update set version = excluded.version, runs = excluded.runs, ` +
      'held_values = excluded.held_values, held_since_ms = excluded.held_since_ms ' +
      'where s.version < excluded.version',
  });
}
