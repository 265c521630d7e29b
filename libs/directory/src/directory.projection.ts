import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';

type Changed = EventValue<'mmd.DirectoryChanged'>;
type Timeline = Changed['timelines'][number];

/** From so many timelines on the planner is told what the tables hold now. */
const MANY = 2_000;

/**
 * Timelines as rows. Chunks of a set are staged and take effect together at its last one, so that
 * no reader ever sees half a set. Memory holds one chunk at a time, however large the set.
 */
export const directoryProjection: Projection = {
  name: 'directory',
  topics: ['mdmr.mmd.directory.v1'],
  async apply(tx, events) {
    for (const event of events) {
      if (event.type !== 'mmd.DirectoryChanged') continue;
      if (event.value.last) await applySet(tx, event.value);
      else await stage(tx, event.value);
    }
  },
};

async function stage(tx: Tx, value: Changed): Promise<void> {
  await tx.query('insert into directory_staged values ($1, $2, $3, $4)', [
    value.ldc,
    value.set_id,
    value.chunk,
    JSON.stringify(value.timelines),
  ]);
}

async function applySet(tx: Tx, value: Changed): Promise<void> {
  let count = value.timelines.length;
  for (let chunk = 0; chunk < value.chunk; chunk++) {
    const staged = await tx.query<{ timelines: string }>(
      `delete from directory_staged where ldc = $1 and set_id = $2 and chunk = $3
       returning timelines`,
      [value.ldc, value.set_id, chunk],
    );
    for (const row of staged.rows) {
      const timelines = JSON.parse(row.timelines) as Timeline[];
      count += timelines.length;
      await applyPart(tx, value, timelines);
    }
  }
  await applyPart(tx, value, value.timelines);
  if (count >= MANY) {
    await tx.query('analyze directory_timeline, directory_meter_sdp, directory_device');
  }
}

async function applyPart(tx: Tx, set: Changed, part: readonly Timeline[]): Promise<void> {
  await replaceTimelines(tx, set, part);
  await indexMeters(tx, set.ldc, part);
}

function subjectOf(t: Timeline): string {
  return t.usdp_id ?? t.meter_id ?? '';
}

async function replaceTimelines(tx: Tx, set: Changed, part: readonly Timeline[]): Promise<void> {
  // The LDC goes along with each row: as a constant it would look to the planner like a way to all
  // of its timelines, which is right for a small table only.
  await tx.query(
    `update directory_timeline d set known_to_ms = $5
     from unnest($1::text[], $2::text[], $3::text[], $4::text[])
       as u(record_type, subject, name, ldc)
     where d.record_type = u.record_type and d.subject = u.subject and d.name = u.name
       and d.ldc = u.ldc and d.known_to_ms is null`,
    [
      part.map((t) => t.record_type),
      part.map(subjectOf),
      part.map((t) => t.name ?? ''),
      part.map(() => set.ldc),
      set.at_ms,
    ],
  );
  await bulkInsert(tx, {
    table: 'directory_timeline',
    columns: [
      { name: 'record_type', type: 'text' },
      { name: 'ldc', type: 'text' },
      { name: 'subject', type: 'text' },
      { name: 'name', type: 'text' },
      { name: 'set_id', type: 'text' },
      { name: 'known_from_ms', type: 'int8' },
      { name: 'versions', type: 'json' },
    ],
    rows: part.map((t) => [
      t.record_type,
      set.ldc,
      subjectOf(t),
      t.name ?? '',
      set.set_id,
      set.at_ms,
      t.versions,
    ]),
  });
}

/** Which SDPs ever had a meter, and which meters ever had a device id: entry points of look-ups. */
async function indexMeters(tx: Tx, ldc: string, part: readonly Timeline[]): Promise<void> {
  const pairs = new Map<string, [string, string, string]>();
  const devices = new Map<string, [string, string, string, string, string]>();
  for (const t of part) {
    for (const { values } of t.versions) {
      const meter = values['meter_id'];
      if (t.record_type === 'INS' && t.usdp_id && meter) {
        pairs.set(`${meter}/${t.usdp_id}`, [ldc, meter, t.usdp_id]);
      }
      if (t.record_type !== 'MTR' || !t.meter_id) continue;
      const amcc = values['amcc_id'] ?? '';
      const amcd = values['amcd_id'] ?? '';
      devices.set(`M/${amcc}/${t.meter_id}`, [amcc, 'METER', t.meter_id, ldc, t.meter_id]);
      devices.set(`A/${amcc}/${amcd}/${t.meter_id}`, [amcc, 'AMCD', amcd, ldc, t.meter_id]);
    }
  }
  const text = (name: string) => ({ name, type: 'text' });
  await bulkInsert(tx, {
    table: 'directory_meter_sdp',
    columns: ['ldc', 'meter_id', 'usdp_id'].map(text),
    rows: [...pairs.values()],
    onConflict: 'on conflict do nothing',
  });
  await bulkInsert(tx, {
    table: 'directory_device',
    columns: ['amcc_id', 'id_kind', 'device_id', 'ldc', 'meter_id'].map(text),
    rows: [...devices.values()],
    onConflict: 'on conflict do nothing',
  });
}
