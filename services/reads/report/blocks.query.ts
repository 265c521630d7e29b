import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { DeviceKey, StoredBlock } from '../decide/index.js';
import {
  parseIndexes,
  parseMasks,
  parseRegisters,
  parseRuns,
  parseUnits,
} from '../store/block-text.js';

/** All blocks of a device for one channel and day. */
export interface DeviceDay {
  readonly amccId: string;
  readonly deviceId: string;
  readonly channel: string;
  readonly estDay: EstDay;
}

export interface BlockRow {
  est_day: number;
  amcc_id: string;
  device_id: string;
  channel: string;
  custody_seq: number;
  line: number;
  id_kind: string;
  other_id: string;
  purpose: string;
  multiplied: boolean;
  interval_minutes: number;
  scale: number;
  units: string;
  flags: string;
  masks: string;
  registers: string;
  repeats: string;
  custody_id: string;
  custody_at_ms: number;
  sender: string;
  file_id: string;
  file_name: string;
  version: number;
  runs: string;
}

/** Columns of a block as it stands, from `b`, `f` and `s` of BLOCK_SOURCES. */
export const BLOCK_COLUMNS = `b.est_day, b.amcc_id, b.device_id, b.channel, b.custody_seq, b.line,
  b.id_kind, b.other_id, b.purpose, b.multiplied, b.interval_minutes, b.scale, b.units, b.flags,
  b.masks, b.registers, b.repeats, f.custody_id, f.custody_at_ms, f.sender, f.file_id, f.file_name,
  coalesce(s.version, 1) as version, coalesce(s.runs, b.runs) as runs`;

/** Joins of a block with its state and its file, behind `read_block b`. */
const BLOCK_JOINS = `left join block_state s on s.est_day = b.est_day and s.amcc_id = b.amcc_id
    and s.device_id = b.device_id and s.channel = b.channel and s.is_register = b.is_register
    and s.custody_seq = b.custody_seq and s.line = b.line
  join read_file f on f.custody_seq = b.custody_seq`;

/** A key that groups blocks by device, channel and day. */
export function deviceDayId(d: DeviceDay): string {
  return `${d.amccId}\n${d.deviceId}\n${d.channel}\n${d.estDay}`;
}

/** Days among those asked for that have any block. */
async function daysWithBlocks(tx: Tx, days: readonly EstDay[]): Promise<EstDay[]> {
  if (days.length === 0) return [];
  const found = await tx.query<{ est_day: number }>(
    'select est_day from read_day where est_day = any($1::int4[]) order by 1',
    [days],
  );
  return found.rows.map((row) => row.est_day);
}

/**
 * Blocks of devices on days, one statement a day. `registersOnly` leaves out intervals.
 * @returns in custody order within a device day
 */
export async function loadBlocks(
  tx: Tx,
  wanted: readonly DeviceDay[],
  registersOnly = false,
): Promise<StoredBlock[]> {
  const byDay = Map.groupBy(wanted, (d) => d.estDay);
  const blocks: StoredBlock[] = [];
  for (const day of await daysWithBlocks(tx, [...byDay.keys()])) {
    const found = await tx.query<BlockRow>(
      `select ${BLOCK_COLUMNS}
       from unnest($2::text[], $3::text[], $4::text[]) as u(amcc_id, device_id, channel)
       join read_block b on b.amcc_id = u.amcc_id and b.device_id = u.device_id
         and b.channel = u.channel ${BLOCK_JOINS}
       where b.est_day = $1 ${registersOnly ? 'and b.is_register' : ''}
       order by b.custody_seq, b.line`,
      [
        day,
        byDay.get(day)!.map((d) => d.amccId),
        byDay.get(day)!.map((d) => d.deviceId),
        byDay.get(day)!.map((d) => d.channel),
      ],
    );
    for (const row of found.rows) blocks.push(blockOf(row));
  }
  return blocks;
}

/** Blocks of devices on one day, whatever their channel. */
export async function loadBlocksOfDevices(
  tx: Tx,
  day: EstDay,
  devices: readonly { readonly amccId: string; readonly deviceId: string }[],
): Promise<StoredBlock[]> {
  if (devices.length === 0) return [];
  const found = await tx.query<BlockRow>(
    `select ${BLOCK_COLUMNS}
     from unnest($2::text[], $3::text[]) as u(amcc_id, device_id)
     join read_block b on b.amcc_id = u.amcc_id and b.device_id = u.device_id ${BLOCK_JOINS}
     where b.est_day = $1 order by b.custody_seq, b.line`,
    [day, devices.map((d) => d.amccId), devices.map((d) => d.deviceId)],
  );
  return found.rows.map(blockOf);
}

/** Which id kinds a head-end's blocks were ever named by. */
export async function loadIdKinds(tx: Tx): Promise<Map<string, DeviceKey[]>> {
  const rows = await tx.query<{ amcc_id: string; id_kind: DeviceKey }>(
    'select amcc_id, id_kind from head_end_key order by 1, 2',
  );
  const kinds = new Map<string, DeviceKey[]>();
  for (const { amcc_id, id_kind } of rows.rows) {
    kinds.set(amcc_id, [...(kinds.get(amcc_id) ?? []), id_kind]);
  }
  return kinds;
}

export function blockOf(row: BlockRow): StoredBlock {
  return {
    amccId: row.amcc_id,
    deviceId: row.device_id,
    key: row.id_kind as DeviceKey,
    otherId: row.other_id,
    channel: row.channel,
    estDay: row.est_day,
    file: {
      custodyId: row.custody_id,
      custodySeq: row.custody_seq,
      custodyAtMs: row.custody_at_ms,
      sender: row.sender,
      fileId: row.file_id,
      fileName: row.file_name,
    },
    line: row.line,
    purpose: row.purpose,
    multiplied: row.multiplied,
    intervalMinutes: row.interval_minutes,
    scale: row.scale,
    values: parseUnits(row.units),
    flags: row.flags,
    masks: parseMasks(row.masks),
    registers: parseRegisters(row.registers),
    repeats: parseIndexes(row.repeats),
    runs: parseRuns(row.runs),
    version: row.version,
  };
}
