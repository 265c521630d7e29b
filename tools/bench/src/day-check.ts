/** A run counts only when the hub did all of its work: what must hold afterwards, through its doors. */
import type { EstDay } from '@mdmr/kernel';
import { HOUR_MS, startOfDay } from '@mdmr/kernel';
import { BQ_REQ, BQ_RSP, inboundName, kindFileBytes, readKindRecords } from '@mdmr/formats';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sumsOf, type ReadFile } from './day-files.js';
import { AGENT, AMI, isBillable, LDC, type Point, type SyncedHub } from './synced-hub.js';

const ASKED = 20;

interface CustodyRow {
  readonly name: string;
  readonly state: string;
  readonly in: number;
  readonly applied: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly held: number;
  readonly rejected: number;
  readonly pending: number;
}

/** @throws naming the first file whose values are not where they should be */
export async function checkCustody({ hub }: SyncedHub, sent: readonly ReadFile[]): Promise<void> {
  const { files } = await hub.mdmr<{ files: CustodyRow[] }>('files', 'list', '--org', AMI);
  const rows = new Map(files.map((row) => [row.name, row]));
  for (const { name, values, held } of sent) {
    const row = rows.get(name);
    if (row === undefined) throw new Error(`${name} is not in custody`);
    const right = row.in === values && row.held === held && row.applied === values - held;
    if (row.state !== 'DECIDED' || !right) {
      throw new Error(`of ${name} ${values} values were sent, ${held} to be held: ${told(row)}`);
    }
  }
}

function told(row: CustodyRow): string {
  const { state, applied, unchanged, superseded, held, rejected, pending } = row;
  return JSON.stringify({
    state,
    in: row.in,
    applied,
    unchanged,
    superseded,
    held,
    rejected,
    pending,
  });
}

/**
 * Asks for billing quantities of some points over the days and compares them with the files' sums.
 * Returns how many were asked. @throws when one is not answered or differs
 */
export async function checkBillable(hub: SyncedHub, days: readonly EstDay[]): Promise<number> {
  const sums = await sumsOf(hub, days);
  const whole = hub.points
    .filter((point) => isWhole(point, hub, sums, days.length))
    .slice(0, ASKED);
  await hub.hub.drop(AGENT, inboundName(AGENT, 'BQ-REQ', 'BENCH-Q'), requestOf(hub, whole, days));
  await hub.idle();
  await compareBilled(hub, whole, sums);
  return whole.length;
}

/** @throws when the answers to the agent are not the sums of what was sent for the points */
export async function compareBilled(
  hub: SyncedHub,
  points: readonly Point[],
  sums: Sums,
): Promise<void> {
  const got = await quantities(hub);
  for (const point of points) {
    const usdp = hub.usdps.get(point.sdp_id)!;
    for (const channel of point.channels) {
      const wanted = sums.get(`${point.meter_id}/${channel}`)!.wh;
      const total = got.get(`${usdp}/${channel}`);
      if (total !== wanted) {
        throw new Error(`${point.sdp_id} ${channel}: ${wanted} Wh were sent, billing has ${total}`);
      }
    }
  }
}

type Sums = ReadonlyMap<string, { wh: number; intervals: number }>;

/** Known to the directory, and no interval is missing or in doubt. */
function isWhole(point: Point, hub: SyncedHub, sums: Sums, days: number): boolean {
  if (hub.unknownMeters.has(point.meter_id) || !isBillable(point)) return false;
  const expected = (days * 1440) / point.interval_minutes;
  return point.channels.every(
    (channel) => sums.get(`${point.meter_id}/${channel}`)?.intervals === expected,
  );
}

export function requestOf(
  hub: SyncedHub,
  points: readonly Point[],
  days: readonly EstDay[],
  fileId = 'BENCH-Q',
): Buffer {
  const end = days.at(-1)! + 1;
  const createdAt = startOfDay(end) + 9 * HOUR_MS;
  const header = { sender: AGENT, onBehalfOf: LDC, fileId, createdAt };
  const records = points.map(({ sdp_id }) => {
    const usdp_id = hub.usdps.get(sdp_id)!;
    const values = { usdp_id, start_date: days[0]!, end_date: end, purpose: 'CYCLE' };
    return { type: 'REQ', values };
  });
  return kindFileBytes(BQ_REQ, header, records);
}

/** Wh by USDP ID and channel of all responses to the agent. */
async function quantities({ hub }: SyncedHub): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const name of await hub.outbox(AGENT, /BQ-RSP/)) {
    const bytes = await readFile(path.join(hub.folder(AGENT, 'outbox'), name));
    for await (const { type, values } of readKindRecords(BQ_RSP, [bytes])) {
      if (type !== 'BQ') continue;
      const key = `${values.usdp_id}/${values.channel}`;
      totals.set(key, (totals.get(key) ?? 0) + Math.round(Number(values.total) * 1000));
    }
  }
  return totals;
}
