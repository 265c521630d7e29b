import type { EventValue } from '@mdmr/events';
import type { Projection } from '@mdmr/bus';
import { bulkInsert, type Tx } from '@mdmr/postgres';

type Changed = EventValue<'mmd.DirectoryChanged'>;
type Timeline = Changed['timelines'][number];

const BATCH = 5_000;

/**
 * Timelines as rows. Chunks of a set are staged and take effect together at its last one, so that
 * no reader ever sees half a set.
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
  const staged = await tx.query<{ timelines: Timeline[] }>(
    `delete from directory_staged where ldc = $1 and set_id = $2 returning timelines`,
    [value.ldc, value.set_id],
  );
  const timelines = [...staged.rows.flatMap((row) => row.timelines), ...value.timelines];
  for (let i = 0; i < timelines.length; i += BATCH) {
    const part = timelines.slice(i, i + BATCH);
    await replaceTimelines(tx, value, part);
    await indexMeters(tx, value.ldc, part);
  }
}

function subjectOf(t: Timeline): string {
  return t.usdp_id ?? t.meter_id ?? '';
}

async function replaceTimelines(tx: Tx, set: Changed, part: readonly Timeline[]): Promise<void> {
  await tx.query(
    `update directory_timeline d set known_to_ms = $4
     from unnest($1::text[], $2::text[], $3::text[]) as u(record_type, subject, name)
     where d.record_type = u.record_type and d.subject = u.subject and d.name = u.name
       and d.ldc = $5 and d.known_to_ms is null`,
    [
      part.map((t) => t.record_type),
      part.map(subjectOf),
      part.map((t) => t.name ?? ''),
      set.at_ms,
      set.ldc,
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
      { name: 'versions', type: 'jsonb' },
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
