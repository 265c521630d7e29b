import type { EstDay } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { DeviceKey, FileOrigin, StoredBlock } from '../decide/index.js';
import { parseBlock, parseRuns } from '../store/block-bytes.js';

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
  body: Buffer;
  /** Of block_state, if it has the block. */
  version: number | null;
  runs: Buffer | null;
}

/** Columns of a block as it stands, from `b` and `s` of BLOCK_JOIN. */
export const BLOCK_COLUMNS = `b.est_day, b.amcc_id, b.device_id, b.channel, b.custody_seq, b.line,
  b.body, s.version, s.runs`;

/** Join of a block with its state, behind `read_block b`. */
const BLOCK_JOIN = `left join block_state s on s.est_day = b.est_day and s.amcc_id = b.amcc_id
    and s.device_id = b.device_id and s.channel = b.channel and s.is_register = b.is_register
    and s.custody_seq = b.custody_seq and s.line = b.line`;

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
         and b.channel = u.channel ${BLOCK_JOIN}
       where b.est_day = $1 ${registersOnly ? 'and b.is_register' : ''}
       order by b.custody_seq, b.line`,
      [
        day,
        byDay.get(day)!.map((d) => d.amccId),
        byDay.get(day)!.map((d) => d.deviceId),
        byDay.get(day)!.map((d) => d.channel),
      ],
    );
    for (const block of await blocksOf(tx, found.rows)) blocks.push(block);
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
     join read_block b on b.amcc_id = u.amcc_id and b.device_id = u.device_id ${BLOCK_JOIN}
     where b.est_day = $1 order by b.custody_seq, b.line`,
    [day, devices.map((d) => d.amccId), devices.map((d) => d.deviceId)],
  );
  return blocksOf(tx, found.rows);
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

/** Blocks of rows, each with its file: many are of few files. */
export async function blocksOf(tx: Tx, rows: readonly BlockRow[]): Promise<StoredBlock[]> {
  if (rows.length === 0) return [];
  const files = await loadFiles(tx, [...new Set(rows.map((row) => row.custody_seq))]);
  return rows.map((row) => blockOf(row, files.get(row.custody_seq)!));
}

interface FileRow {
  custody_seq: number;
  custody_id: string;
  custody_at_ms: number;
  sender: string;
  file_id: string;
  file_name: string;
}

async function loadFiles(tx: Tx, seqs: readonly number[]): Promise<Map<number, FileOrigin>> {
  const found = await tx.query<FileRow>(
    `select custody_seq, custody_id, custody_at_ms, sender, file_id, file_name
     from read_file where custody_seq = any($1::int8[])`,
    [seqs],
  );
  const files = found.rows.map((row) => ({
    custodyId: row.custody_id,
    custodySeq: row.custody_seq,
    custodyAtMs: row.custody_at_ms,
    sender: row.sender,
    fileId: row.file_id,
    fileName: row.file_name,
  }));
  return new Map(files.map((file) => [file.custodySeq, file]));
}

function blockOf(row: BlockRow, file: FileOrigin): StoredBlock {
  const { runs, ...body } = parseBlock(row.body);
  return {
    amccId: row.amcc_id,
    deviceId: row.device_id,
    channel: row.channel,
    estDay: row.est_day,
    file,
    line: row.line,
    ...body,
    runs: row.runs ? parseRuns(row.runs) : runs,
    version: row.version ?? 1,
  };
}
