/** The files that need USDP IDs: a PSYNC of the whole population, and a billing request. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUR_MS, formatInstant, parseEstDay, startOfDay } from '@mdmr/kernel';
import {
  BQ_REQ,
  SYNC_KINDS,
  USDP_RSP,
  inboundName,
  kindFileLines,
  parseCsvLine,
  readKindRecords,
  type KindRecordInput,
} from '@mdmr/formats';
import { Refused } from '../refused.js';
import { registerText } from './load.js';
import type { Point, Population } from './population.js';
import { dayPath } from './simulate.js';
import { writeLines } from './write.js';

export interface Finished {
  ldc: string;
  sdps: number;
  /** relative to the output folder, in the order in which they are sent */
  files: string[];
}

/** Reads a USDP-RSP of the hub and writes the files of its LDC beside the others. */
export async function finish(responsePath: string, out: string): Promise<Finished> {
  const bytes = readBytes(responsePath);
  const ldc = ldcOf(bytes, responsePath);
  const population = readPopulation(join(out, ldc, 'population.json'));
  const ids = await usdpIds(bytes);
  const points = population.points.filter((point) => ids.has(point.sdp_id));
  if (points.length === 0) throw new Refused(`${responsePath} names no SDP of ${out}.`);
  const files = [
    ...writeSync(population, points, ids, out),
    writeRequest(population, points, ids, out),
  ];
  return { ldc, sdps: points.length, files };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Refused(`${path} cannot be read: ${(error as Error).message}`, 'NO_FILE');
  }
}

function ldcOf(bytes: Buffer, path: string): string {
  const header = parseCsvLine(bytes.toString('utf8').split(/\r?\n/, 1)[0]!);
  if (typeof header === 'string' || header[0] !== 'HDR' || header[1] !== 'USDP-RSP') {
    throw new Refused(`${path} is not a USDP-RSP file.`, 'NOT_A_RESPONSE');
  }
  return header[4]!;
}

function readPopulation(path: string): Population {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Population;
  } catch (error) {
    throw new Refused(`${path} cannot be read: ${(error as Error).message}`, 'NO_POPULATION');
  }
}

async function usdpIds(bytes: Buffer): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for await (const { values } of readKindRecords(USDP_RSP, [bytes])) {
    ids.set(String(values.sdp_id), String(values.usdp_id));
  }
  return ids;
}

function writeSync(
  population: Population,
  points: Point[],
  ids: Map<string, string>,
  out: string,
): string[] {
  const { ldc, from } = population;
  const day = parseEstDay(from)! - 1;
  const setId = `${ldc}-S-1`;
  return SYNC_KINDS.map((kind, i) => {
    const part = i + 1;
    const fileId = `${setId}.${part}`;
    const header = {
      sender: ldc,
      onBehalfOf: ldc,
      fileId,
      createdAt: startOfDay(day) + 10 * HOUR_MS,
      extra: { mode: 'PSYNC', set_id: setId, set_sequence: 1, part: String(part), parts: '6' },
    };
    const path = dayPath(ldc, day, inboundName(ldc, kind.kind, fileId));
    const records = recordsOf(part, population, points, ids);
    writeLines(join(out, path), kindFileLines(kind, header, records));
    return path;
  });
}

function* recordsOf(
  part: number,
  population: Population,
  points: Point[],
  ids: Map<string, string>,
): Generator<KindRecordInput> {
  const make = PARTS[part - 1]!;
  for (const point of points) yield* make(point, ids.get(point.sdp_id)!, population);
}

type MakeRecords = (point: Point, usdpId: string, population: Population) => KindRecordInput[];

/** Records of one service point, by part. */
const PARTS: MakeRecords[] = [
  sdpRecords,
  meterRecords,
  installRecords,
  accountRecords,
  orgRecords,
  serviceRecords,
];

function sdpRecords(point: Point, usdpId: string, { from }: Population): KindRecordInput[] {
  const { sdp_id, service_address, postal_code, time_zone, category, cycle, service_kw } = point;
  const facts = { service_address, postal_code, time_zone, category };
  const key = { usdp_id: usdpId, effective_from: from };
  const attributes = [
    ['CYCLE', cycle],
    ['SERVICE_KW', service_kw],
    ['GENERATION_KW', point.channels.includes('GKWH') ? '10' : ''],
  ].filter(([, value]) => value !== '');
  return [
    { type: 'SDP', values: { ...key, sdp_id, status: 'ACTIVE', ...facts } },
    ...attributes.map(([name, value]) => ({ type: 'ATR', values: { ...key, name, value } })),
  ];
}

function meterRecords(point: Point, _usdpId: string, population: Population): KindRecordInput[] {
  const values = {
    meter_id: point.meter_id,
    amcd_id: point.amcd_id,
    amcc_id: population.amcc,
    effective_from: population.from,
    interval_minutes: String(point.interval_minutes),
    multiplier: String(point.multiplier),
    register_dials: String(point.register_dials),
    channels: point.channels.join('+'),
    register_decimals: String(point.register_decimals),
  };
  return [{ type: 'MTR', values }];
}

function installRecords(point: Point, usdpId: string, { from }: Population): KindRecordInput[] {
  const reads = point.channels.map((channel) => {
    return `${channel}=${registerText(point.start_milli[channel]!, point)}`;
  });
  const installed_at = formatInstant(startOfDay(parseEstDay(from)!));
  const { meter_id } = point;
  const values = { usdp_id: usdpId, meter_id, installed_at, install_reads: reads.join('+') };
  return [{ type: 'INS', values }];
}

function accountRecords(point: Point, usdpId: string, { from }: Population): KindRecordInput[] {
  const { account_id } = point;
  return [{ type: 'ACC', values: { usdp_id: usdpId, account_id, effective_from: from } }];
}

function orgRecords(_point: Point, usdpId: string, population: Population): KindRecordInput[] {
  const { ldc, ami_operator, billing_agent, from } = population;
  const roles = [
    ['LDC', ldc],
    ['AMI_OPERATOR', ami_operator],
    ['BILLING_AGENT', billing_agent],
  ];
  return roles.map(([role, org_id]) => {
    return { type: 'ORG', values: { usdp_id: usdpId, role, org_id, effective_from: from } };
  });
}

function serviceRecords(point: Point, usdpId: string, { from }: Population): KindRecordInput[] {
  const { vee_service, framing, calendar, rate_class } = point;
  const values = { usdp_id: usdpId, effective_from: from, vee_service, framing, rate_class };
  return [{ type: 'SVC', values: { ...values, energy_purchase_service: calendar } }];
}

/** One item a service point over all days, sent on the day after the last. */
function writeRequest(
  population: Population,
  points: Point[],
  ids: Map<string, string>,
  out: string,
): string {
  const { ldc, billing_agent: agent, from, days } = population;
  const start = parseEstDay(from)!;
  const end = start + days;
  const fileId = `${ldc}-Q-1`;
  const createdAt = startOfDay(end) + 9 * HOUR_MS;
  const header = { sender: agent, onBehalfOf: ldc, fileId, createdAt };
  const records = points.map((point) => {
    const usdp_id = ids.get(point.sdp_id)!;
    const values = { usdp_id, start_date: start, end_date: end, purpose: 'CYCLE' };
    return { type: 'REQ', values };
  });
  const path = dayPath(ldc, end, inboundName(agent, 'BQ-REQ', fileId));
  writeLines(join(out, path), kindFileLines(BQ_REQ, header, records));
  return path;
}
