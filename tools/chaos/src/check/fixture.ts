/** A sound run in miniature, for specs to spoil: one service point, one meter, one day. */
import path from 'node:path';
import avro from 'avsc';
import { readFileSync } from 'node:fs';
import type { HubState, RunFacts } from './check-run.js';
import type { CustodyFile } from './custody.js';
import type { StoredDay } from './stores.js';
import { EventReader, partitionKey, type TopicMessage } from './topics.js';

const SCHEMAS = path.resolve(import.meta.dirname, '../../../../schemas');
export const reader = new EventReader(SCHEMAS);

export const USDP = '4071829533';
/** 2026-06-01 */
const DAY = 20_605;
const HOURS = 24;
const METER = 'M1';

type Values = Record<string, unknown>;
interface Event {
  readonly topic: string;
  readonly type: string;
  readonly value: Values;
}

/** What a spec may spoil before it is judged. */
export interface Miniature {
  events: Event[];
  run: { -readonly [K in keyof RunFacts]: RunFacts[K] };
  stored: Record<'reads' | 'vee' | 'billing', StoredDay[]>;
}

const hour = (i: number) => `202606${i === 24 ? '02' : '01'}${String(i % 24).padStart(2, '0')}00`;

function cmepLine(triples: readonly (readonly [number, string])[], unit = 'KWH'): string {
  const fields = triples.flatMap(([i, value]) => [hour(i), 'R', value]);
  const interval = unit === 'KWH' ? '00000100' : '00000000';
  const fixed = `MEPMD01,19970819,HE,,MDMR,,202606020200,${METER},OK,E,${unit},1,${interval}`;
  return [fixed, triples.length, ...fields].join(',');
}

/** Hour i has i / 1000 kWh in meter units, and 40 times that in truth. */
const WH = Array.from({ length: HOURS }, (_, i) => (i + 1) * 40);
const CORRECTED = WH.map((wh, i) => (i === 5 ? 400 : wh));
const triples = WH.map((wh, i) => [i + 1, (wh / 40_000).toFixed(3)] as const);
const DAY_FILE = [cmepLine(triples), cmepLine([[24, '17.5']], 'KWHREG'), ''].join('\n');
const CORRECTION = [cmepLine([[6, '0.010']]).replace(',OK,', ',RESEND,'), ''].join('\n');
const HELD = DAY_FILE.replaceAll(`,${METER},`, ',NOWHERE,');

function parts(): string[] {
  const header = (kind: string, part: number) =>
    `HDR,${kind},1,L,L,S-1.${part},2026-05-31T10:00:00-05:00,PSYNC,S-1,1,${part},6`;
  const meter = `MTR,${METER},D1,HE,2026-06-01,60,40,6,KWH,3`;
  const installed = `INS,${USDP},${METER},2026-06-01T00:00:00-05:00,,KWH=0.000`;
  return [
    [header('SYNC-METER', 2), meter, 'TRL,1', ''].join('\n'),
    [header('SYNC-INSTALL', 3), installed, 'TRL,1', ''].join('\n'),
  ];
}

const READS = [
  { org: 'A', name: 'day.cmep', text: DAY_FILE },
  { org: 'A', name: 'correction.cmep', text: CORRECTION },
  { org: 'A', name: 'held.cmep', text: HELD },
];

function custodyFile(name: string, counts: Partial<CustodyFile>): CustodyFile {
  const none = { in: 0, applied: 0, unchanged: 0, superseded: 0, held: 0, rejected: 0, pending: 0 };
  return { id: `C-${name}`, org: 'A', name, state: 'DECIDED', reason: null, ...none, ...counts };
}

function report(kind: string, about: string): string {
  return `HDR,${kind},1,MDMR,L,F-${kind}-${about},2026-06-20T12:00:00-05:00,A,${about},,,\nTRL,0\n`;
}

function bill(total: string): string {
  const header = 'HDR,BQ-RSP,1,MDMR,L,F-Q,2026-06-20T12:00:00-05:00,Q-1,1,Y';
  const record =
    `BQ,Q-1,${USDP},ACC,2026-06-01,2026-06-02,TOU,ON-TOU,KWH,${total},1.000,1.000,` +
    `10.160,,24,0,0,${USDP}-1,1,KWH,1,CYCLE`;
  return [header, record, 'TRL,1', ''].join('\n');
}

/** A run in which everything is as it must be. */
export function miniature(): Miniature {
  const reports = [...READS.map(({ name }) => report('DC07', name)), report('BR01', 'Q-1/1')];
  const delivered = [...reports, bill('12.160')].map((text, i) => ({
    org: 'A',
    name: `answer-${i}.csv`,
    text,
  }));
  return {
    events: events(),
    run: {
      points: [['SDP-1', USDP]],
      asked: ['SDP-1'],
      reads: READS,
      parts: parts(),
      dropped: READS.map(({ org, name }) => ({ org, name, states: ['DECIDED'] })),
      answers: READS.map(({ name }) => ({ org: 'A', kind: 'DC07', about: name, times: 1 })),
      bills: [{ requestFileId: 'Q-1', recipient: 'A', asked: [USDP], isSettled: true }],
      custody: [
        custodyFile('day.cmep', { in: 25, applied: 25 }),
        custodyFile('correction.cmep', { in: 1, applied: 1 }),
        custodyFile('held.cmep', { in: 25, held: 25 }),
      ],
      delivered,
      left: [],
    },
    stored: {
      reads: [storedDay(null)],
      vee: [storedDay(CORRECTED)],
      billing: [storedDay(CORRECTED)],
    },
  };
}

function storedDay(values: number[] | null): StoredDay {
  return { usdp: USDP, channel: 'KWH', day: DAY, version: 2, values };
}

function events(): Event[] {
  const key = { usdp_id: USDP, channel: 'KWH', est_day: DAY };
  const received = READS.map(({ name, org }, i) => ({
    topic: 'mdmr.gateway.files.v1',
    type: 'gateway.FileReceived',
    value: { custody_id: `C-${name}`, custody_seq: i + 1, org, name },
  }));
  const versions = [WH, CORRECTED].flatMap((values, i) => [
    attributed({ ...key, version: i + 1, values, flags: 'R'.repeat(HOURS) }),
    validated({ ...key, version: i + 1, reads_version: i + 1, values, states: 'V'.repeat(HOURS) }),
  ]);
  return [
    {
      topic: 'mdmr.usdp.issuances.v1',
      type: 'usdp.UsdpRequestDecided',
      value: { issued: [{ line: 2, sdp_id: 'SDP-1', usdp_id: USDP }] },
    },
    ...received,
    ...blocks('day.cmep', METER),
    block('correction.cmep', 1, { flags: '.....R' + '.'.repeat(18), interval_minutes: 60 }),
    ...blocks('held.cmep', 'NOWHERE'),
    ...versions,
    delivery(),
  ];
}

function blocks(name: string, device: string): Event[] {
  const register = { at_ms: 1, units: 175, scale: 1, flag: 'R' };
  return [
    block(name, 1, { device_id: device, flags: 'R'.repeat(HOURS), interval_minutes: 60 }),
    block(name, 2, { device_id: device, registers: [register] }),
  ];
}

function block(name: string, line: number, value: Values): Event {
  const where = { custody_id: `C-${name}`, line, channel: 'KWH', est_day: DAY };
  const topic = 'mdmr.reads.meter-days.v1';
  return { topic, type: 'reads.MeterDayReceived', value: { ...where, ...value } };
}

export function attributed(value: Values): Event {
  return { topic: 'mdmr.reads.channel-days.v1', type: 'reads.ChannelDayAttributed', value };
}

export function validated(value: Values): Event {
  return { topic: 'mdmr.vee.channel-days.v1', type: 'vee.ChannelDayValidated', value };
}

function delivery(): Event {
  const versions = [{ kind: 'CHANNEL_DAY', key: 'KWH/2026-06-01', version: '2' }];
  const value = { request_file_id: 'Q-1', usdp_id: USDP, versions };
  return { topic: 'mdmr.billing.quantities.v1', type: 'billing.BillingQuantityDelivered', value };
}

/** Topics, books and stores as a hub that did nothing wrong leaves them. */
export function stateOf({ events: all, stored }: Miniature): HubState {
  const messages: TopicMessage[] = [];
  const ends = new Map<string, number>();
  for (const { topic, type, value } of all) {
    const id = partitionKey(topic, 0);
    const offset = ends.get(id) ?? 0;
    ends.set(id, offset + 1);
    const lane = `${type.split('.')[0]}.lane`;
    const bytes = encode(type, value);
    messages.push({ topic, partition: 0, offset, key: 'k', lane, seq: offset + 1, value: bytes });
  }
  const lanes = [...new Map(messages.map((m) => [`${m.topic} ${m.lane}`, m])).values()];
  const books = {
    service: 'any',
    fences: lanes.map(({ topic }) => ({
      processor: 'p',
      topic,
      partition: 0,
      nextOffset: ends.get(partitionKey(topic, 0))!,
      isOpen: false,
    })),
    positions: lanes.map(({ topic, lane }) => ({
      processor: 'p',
      topic,
      partition: 0,
      lane,
      lastSeq: ends.get(partitionKey(topic, 0))!,
    })),
    heads: lanes.map(({ topic, lane }) => ({
      topic,
      partition: 0,
      lane,
      lastSeq: ends.get(partitionKey(topic, 0))!,
    })),
    quarantined: 0,
  };
  return { messages, ends, books: [books], stored };
}

const lock = JSON.parse(readFileSync(path.join(SCHEMAS, 'lock.json'), 'utf8')) as Record<
  string,
  number
>;

/** The newest version of an event in the wire format; fields not given are empty. */
export function encode(type: string, value: Values): Buffer {
  const [service, event] = type.split('.') as [string, string];
  const versions = Object.keys(lock).filter((name) => name.startsWith(`${type}/`));
  const version = Math.max(...versions.map((name) => Number(name.split('/')[1])));
  const file = path.join(SCHEMAS, service, event, `${version}.avsc`);
  const schema = avro.Type.forSchema(JSON.parse(readFileSync(file, 'utf8')));
  const header = Buffer.alloc(5);
  header.writeInt32BE(lock[`${type}/${version}`]!, 1);
  return Buffer.concat([header, schema.toBuffer(filled(schema, value))]);
}

function filled(type: avro.Type, value: unknown): unknown {
  if (type instanceof avro.types.RecordType) {
    const given = (value ?? {}) as Values;
    return Object.fromEntries(type.fields.map((f) => [f.name, filled(f.type, given[f.name])]));
  }
  if (type instanceof avro.types.ArrayType) {
    return ((value ?? []) as unknown[]).map((item) => filled(type.itemsType, item));
  }
  if (value !== undefined) return value;
  switch (type.typeName) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int':
    case 'long':
      return 0;
    case 'map':
      return {};
    default:
      return null;
  }
}
