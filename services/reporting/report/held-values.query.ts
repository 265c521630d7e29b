import { DAY_MS } from '@mdmr/kernel';
import type { ReportRow } from '@mdmr/formats';
import type { Tx } from '@mdmr/postgres';
import type { RunAsk } from './scheduled-report.js';

/** Whose values a recipient of DC04 sees. */
export type ValueScope =
  | { readonly kind: 'ALL' }
  | { readonly kind: 'SENDER'; readonly sender: string }
  | { readonly kind: 'HEAD_ENDS'; readonly amccs: readonly string[]; readonly sender: string };

const FETCH_ROWS = 5_000;

/**
 * Parameters: $1 LDC, $2 as_of, $3 previous as_of, $4 held before it = one row a meter and reason;
 * those of the scope follow. A line may span two days, a file may have been sent twice: rows are
 * per line, and a value counts once.
 */
const HELD = `
  select distinct on (file_id, line, amcc_id, channel, first_ms, last_ms, register) *
  from held_run where ldc = $1 and at_ms <= $2 and (closed_at_ms is null or closed_at_ms > $2)
  order by file_id, line, amcc_id, channel, first_ms, last_ms, register, at_ms desc`;

const HELD_LINES = `
  select file_id, line, meter_id, amcd_id, channel, min(first_ms) as first_ms,
         max(last_ms) as last_ms, sum(to_index - from_index)::int8 as value_count, reason,
         'HELD' as state, '' as usdp_id, '' as from_usdp_id, file_name
  from (${HELD}) h where since_ms >= $4 and %SCOPE%
  group by file_id, line, meter_id, amcd_id, channel, reason, file_name`;

const HELD_METERS = `
  select '' as file_id, null as line, max(meter_id) as meter_id, max(amcd_id) as amcd_id,
         '' as channel, min(first_ms) as first_ms, max(last_ms) as last_ms,
         sum(to_index - from_index)::int8 as value_count, reason, 'HELD' as state,
         '' as usdp_id, '' as from_usdp_id, '' as file_name
  from (${HELD}) h where since_ms < $4 and %SCOPE%
  group by amcc_id, device_id, reason`;

const MOVES = `
  select file_id, line, meter_id, amcd_id, channel, min(first_ms), max(last_ms),
         sum(to_index - from_index)::int8, reason, state, usdp_id, from_usdp_id, file_name
  from (
    select distinct on
      (block, register, from_index, to_index, state, usdp_id, from_usdp_id, reason) *
    from value_move where ldc = $1 and at_ms > $3 and at_ms <= $2
  ) m where %SCOPE%
  group by file_id, line, meter_id, amcd_id, channel, reason, state, usdp_id, from_usdp_id,
           file_name`;

const REJECTED = `
  select file_id, line, meter_id, '', channel, null::int8, null::int8, sum(value_count)::int8,
         reason, 'REJECTED', '', '', file_name
  from (
    select distinct on (file_id, line, reason, channel) * from line_rejection
    where ldc = $1 and at_ms > $3 and at_ms <= $2
  ) r where %SENDER%
  group by file_id, line, meter_id, channel, reason, file_name`;

/** Rows of DC04 in the order of its columns, read from the database as they are needed. */
export async function* heldAndMoved(
  tx: Tx,
  ask: RunAsk,
  scope: ValueScope,
): AsyncGenerator<ReportRow> {
  const { asOfMs } = ask.run;
  const { values, lines, params } = conditionsOf(scope);
  const sql = [HELD_LINES, HELD_METERS, MOVES, REJECTED]
    .join(' union all ')
    .replaceAll('%SCOPE%', values)
    .replaceAll('%SENDER%', lines);
  const held = asOfMs - ask.heldListDays * DAY_MS;
  yield* rowsOf(
    tx,
    `${sql} order by file_id, line nulls first, meter_id, amcd_id, channel, first_ms nulls first,
     last_ms nulls first, value_count, reason, state, usdp_id, from_usdp_id, file_name`,
    [ask.ldc, asOfMs, ask.sinceMs ?? Number.MIN_SAFE_INTEGER, held, ...params],
  );
}

interface Conditions {
  /** Of rows that know their head-end. */
  readonly values: string;
  /** Of lines rejected whole, which know only who sent them. */
  readonly lines: string;
  readonly params: readonly unknown[];
}

function conditionsOf(scope: ValueScope): Conditions {
  switch (scope.kind) {
    case 'ALL':
      return { values: 'true', lines: 'true', params: [] };
    case 'SENDER':
      return { values: 'sender = $5', lines: 'sender = $5', params: [scope.sender] };
    case 'HEAD_ENDS': {
      const params = [scope.sender, scope.amccs];
      return { values: 'amcc_id = any($6::text[])', lines: 'sender = $5', params };
    }
  }
}

interface ValueRow {
  readonly file_id: string;
  readonly line: number | null;
  readonly meter_id: string;
  readonly amcd_id: string;
  readonly channel: string;
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  readonly value_count: number;
  readonly reason: string;
  readonly state: string;
  readonly usdp_id: string;
  readonly from_usdp_id: string;
  readonly file_name: string;
}

async function* rowsOf(tx: Tx, sql: string, params: unknown[]): AsyncGenerator<ReportRow> {
  await tx.query(`declare held_values no scroll cursor for ${sql}`, params);
  for (;;) {
    const { rows } = await tx.query<ValueRow>(`fetch ${FETCH_ROWS} from held_values`);
    for (const r of rows) {
      yield [
        r.file_id,
        r.line,
        r.meter_id,
        r.amcd_id,
        r.channel,
        r.first_ms,
        r.last_ms,
        r.value_count,
        r.reason,
        r.state,
        r.usdp_id,
        r.from_usdp_id,
        r.file_name,
      ];
    }
    if (rows.length < FETCH_ROWS) break;
  }
  await tx.query('close held_values');
}

/** Senders with rows that no LDC can be named for. */
export async function sendersWithoutLdc(tx: Tx, ask: RunAsk): Promise<string[]> {
  const found = await tx.query<{ sender: string }>(
    `select sender from held_run
     where ldc = '' and at_ms <= $1 and (closed_at_ms is null or closed_at_ms > $1)
     union select sender from value_move where ldc = '' and at_ms > $2 and at_ms <= $1
     union select sender from line_rejection where ldc = '' and at_ms > $2 and at_ms <= $1
     order by 1`,
    [ask.run.asOfMs, ask.sinceMs ?? Number.MIN_SAFE_INTEGER],
  );
  return found.rows.map((row) => row.sender);
}
