import type { EventValue } from '@mdmr/events';
import { loadDirectory, type DirectorySlice, type MeterKey } from '@mdmr/directory';
import type { Projection } from '@mdmr/bus';
import type { Instant } from '@mdmr/kernel';
import { bulkInsert, type Tx } from '@mdmr/postgres';
import { expectedSpans, type ExpectedSpan } from '../decide/expected-spans.js';

type Changed = EventValue<'mmd.DirectoryChanged'>;

/** Record types that decide what is expected, and of whom. */
const RELEVANT: ReadonlySet<string> = new Set(['SDP', 'INS', 'MTR', 'ORG']);
const SDPS_AT_ONCE = 2_000;

interface Subject {
  readonly record_type: string;
  readonly subject: string;
}

/**
 * Days on which channels are expected, from the directory as each set left it. It comes after the
 * directory's own projection, which it reads; spans that a set changes are closed, not overwritten.
 */
export const expectedSpanProjection: Projection = {
  name: 'expected-span',
  topics: ['mdmr.mmd.directory.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'mmd.DirectoryChanged') continue;
      await stage(tx, event.value);
      if (event.value.last) await applySet(tx, event.value);
    }
  },
};

async function stage(tx: Tx, v: Changed): Promise<void> {
  await bulkInsert(tx, {
    table: 'expected_staged',
    columns: ['ldc', 'set_id', 'record_type', 'subject'].map((name) => ({ name, type: 'text' })),
    rows: v.timelines
      .filter((t) => RELEVANT.has(t.record_type))
      .map((t) => [v.ldc, v.set_id, t.record_type, t.usdp_id ?? t.meter_id ?? '']),
    onConflict: 'on conflict do nothing',
  });
}

async function applySet(tx: Tx, v: Changed): Promise<void> {
  const staged = await tx.query<Subject>(
    `delete from expected_staged where ldc = $1 and set_id = $2 returning record_type, subject`,
    [v.ldc, v.set_id],
  );
  const meters = staged.rows.filter((r) => r.record_type === 'MTR').map((r) => r.subject);
  const usdps = new Set(staged.rows.filter((r) => r.record_type !== 'MTR').map((r) => r.subject));
  for (const usdp of await sdpsOfMeters(tx, v.ldc, meters)) usdps.add(usdp);
  const sorted = [...usdps].sort();
  for (let i = 0; i < sorted.length; i += SDPS_AT_ONCE) {
    await respan(tx, v.ldc, sorted.slice(i, i + SDPS_AT_ONCE), v.at_ms);
  }
}

async function sdpsOfMeters(tx: Tx, ldc: string, meterIds: readonly string[]): Promise<string[]> {
  const meters: MeterKey[] = meterIds.map((meterId) => ({ ldc, meterId }));
  const slice = await loadDirectory(tx, { meters });
  return meterIds.flatMap((id) => slice.installationsOfMeter(ldc, id).map((i) => i.usdp));
}

async function respan(tx: Tx, ldc: string, usdps: readonly string[], at: Instant): Promise<void> {
  const slice = await loadDirectory(tx, { usdps, asKnownAt: at });
  const open = await openSpans(tx, ldc, usdps);
  const changed = usdps.filter((usdp) => {
    const spans = spansOf(slice, ldc, usdp);
    return JSON.stringify(spans) !== JSON.stringify(open.get(usdp) ?? []);
  });
  await closeSpans(tx, ldc, changed, at);
  await insertSpans(
    tx,
    changed.flatMap((usdp) =>
      spansOf(slice, ldc, usdp).map((span) => [
        ldc,
        usdp,
        span.channel,
        span.fromDay,
        span.toDay,
        span.amcc,
        span.operator,
        at,
      ]),
    ),
  );
}

async function closeSpans(
  tx: Tx,
  ldc: string,
  usdps: readonly string[],
  at: Instant,
): Promise<void> {
  // Two sets may be applied at one instant: what only the first of them said was never known.
  await tx.query(
    `delete from expected_span
     where ldc = $1 and usdp_id = any($2::text[]) and known_to_ms is null and known_from_ms = $3`,
    [ldc, usdps, at],
  );
  await tx.query(
    `update expected_span set known_to_ms = $3
     where ldc = $1 and usdp_id = any($2::text[]) and known_to_ms is null`,
    [ldc, usdps, at],
  );
}

function spansOf(slice: DirectorySlice, ldc: string, usdp: string): ExpectedSpan[] {
  return expectedSpans({
    sdp: slice.sdp(usdp)?.versions ?? [],
    installations: slice.installations(usdp)?.versions ?? [],
    operators: slice.organizations(usdp, 'AMI_OPERATOR')?.versions ?? [],
    meter: (meterId) => slice.meter(ldc, meterId)?.versions ?? [],
  });
}

async function openSpans(
  tx: Tx,
  ldc: string,
  usdps: readonly string[],
): Promise<Map<string, ExpectedSpan[]>> {
  const found = await tx.query<ExpectedSpan & { usdp_id: string }>(
    `select usdp_id, channel, amcc, operator, from_day as "fromDay", to_day as "toDay"
     from expected_span where ldc = $1 and usdp_id = any($2::text[]) and known_to_ms is null
     order by usdp_id, channel, from_day`,
    [ldc, usdps],
  );
  const spans = new Map<string, ExpectedSpan[]>();
  for (const { usdp_id, ...span } of found.rows) {
    spans.set(usdp_id, [...(spans.get(usdp_id) ?? []), span]);
  }
  return spans;
}

async function insertSpans(tx: Tx, rows: readonly unknown[][]): Promise<void> {
  await bulkInsert(tx, {
    table: 'expected_span',
    columns: [
      { name: 'ldc', type: 'text' },
      { name: 'usdp_id', type: 'text' },
      { name: 'channel', type: 'text' },
      { name: 'from_day', type: 'int4' },
      { name: 'to_day', type: 'int4' },
      { name: 'amcc', type: 'text' },
      { name: 'operator', type: 'text' },
      { name: 'known_from_ms', type: 'int8' },
    ],
    rows,
  });
}
