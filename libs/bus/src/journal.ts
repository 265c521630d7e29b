import { encodeEvent, topicOf } from '@mdmr/events';
import { Fault, partitionOf, type Instant } from '@mdmr/kernel';
import { bulkInsert, type Tx } from '@mdmr/postgres';
import { packEvents, unpackEvents, type Encoded } from './pack.js';
import type { InEvent, OutEvent } from './types.js';

/** Consecutive events of one lane and output partition: a journal row, and one send. */
export interface Packet {
  readonly lane: string;
  readonly topic: string;
  readonly partition: number;
  /** Number of the first event; dense per (lane, topic, partition), from 1. */
  readonly seq: number;
  readonly events: readonly Encoded[];
}

/** Limits of a packet: a journal row and a send stay small. */
const PACKET_EVENTS = 1_000;
const PACKET_BYTES = 2 * 1024 * 1024;

interface Group {
  readonly topic: string;
  readonly partition: number;
  readonly items: { out: OutEvent; encoded: Encoded }[];
}

function groupByPartition(events: readonly OutEvent[]): Group[] {
  const groups = new Map<string, Group>();
  for (const out of events) {
    const topic = topicOf(out.type);
    const partition = partitionOf(out.key, topic.partitions);
    const id = `${topic.name}/${partition}`;
    let group = groups.get(id);
    if (!group) groups.set(id, (group = { topic: topic.name, partition, items: [] }));
    group.items.push({ out, encoded: { key: out.key, value: encodeEvent(out.type, out.value) } });
  }
  return [...groups.values()].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

/**
 * Numbers, packs and stores events of a deciding transaction. The head row's lock makes commit
 * order the order of the numbers.
 * @returns the packets to publish after commit, and the events as a consumer will see them
 */
export async function journalEvents(
  tx: Tx,
  lane: string,
  events: readonly OutEvent[],
  now: Instant,
): Promise<{ packets: Packet[]; numbered: InEvent[] }> {
  const packets: Packet[] = [];
  const numbered: InEvent[] = [];
  const groups = groupByPartition(events);
  const firsts = await takeNumbers(tx, lane, groups);
  for (const [i, group] of groups.entries()) {
    let seq = firsts[i]!;
    for (const chunk of chunks(group.items)) {
      packets.push({
        lane,
        topic: group.topic,
        partition: group.partition,
        seq,
        events: chunk.map((item) => item.encoded),
      });
      for (const { out } of chunk) {
        numbered.push({
          ...out,
          topic: group.topic,
          partition: group.partition,
          lane,
          seq: seq++,
        } as InEvent);
      }
    }
  }
  await storePackets(tx, packets, now);
  return { packets, numbered };
}

function* chunks<T extends { encoded: Encoded }>(items: readonly T[]): Generator<T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = item.encoded.value.length;
    if (chunk.length > 0 && (chunk.length >= PACKET_EVENTS || bytes + size > PACKET_BYTES)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** First numbers of the groups, in their order, which is the order in which rows are locked. */
async function takeNumbers(tx: Tx, lane: string, groups: readonly Group[]): Promise<number[]> {
  if (groups.length === 0) return [];
  const result = await tx.query<{ topic: string; partition: number; next: number }>(
    `insert into head as h (lane, topic, partition, next_seq, published)
     select $1, g.topic, g.partition, 1 + g.n, 0
     from unnest($2::text[], $3::int4[], $4::int8[]) as g(topic, partition, n)
     on conflict (lane, topic, partition) do update set next_seq = h.next_seq + excluded.next_seq - 1
     returning topic, partition, next_seq as next`,
    [
      lane,
      groups.map((g) => g.topic),
      groups.map((g) => g.partition),
      groups.map((g) => g.items.length),
    ],
  );
  const next = new Map(result.rows.map((row) => [`${row.topic}/${row.partition}`, row.next]));
  return groups.map((group) => {
    const after = next.get(`${group.topic}/${group.partition}`);
    if (after === undefined) throw new Fault('HEAD_LOST', `no head row of lane ${lane}`);
    return after - group.items.length;
  });
}

async function storePackets(tx: Tx, packets: readonly Packet[], now: Instant): Promise<void> {
  await bulkInsert(tx, {
    table: 'journal',
    columns: [
      { name: 'lane', type: 'text' },
      { name: 'topic', type: 'text' },
      { name: 'partition', type: 'int4' },
      { name: 'seq', type: 'int8' },
      { name: 'n', type: 'int4' },
      { name: 'at_ms', type: 'int8' },
      { name: 'payload', type: 'bytea' },
    ],
    rows: packets.map((p) => [
      p.lane,
      p.topic,
      p.partition,
      p.seq,
      p.events.length,
      now,
      packEvents(p.events),
    ]),
  });
}

interface JournalRow {
  lane: string;
  topic: string;
  partition: number;
  seq: number;
  payload: Buffer;
}

/** Packets that were committed but not known published, in order; at most `limit` rows. */
export async function unpublishedPackets(
  query: Tx['query'],
  limit: number,
  lane?: string,
): Promise<Packet[]> {
  const result = await query<JournalRow>(
    `select j.lane, j.topic, j.partition, j.seq, j.payload
     from head h join journal j using (lane, topic, partition)
     where j.seq + j.n - 1 > h.published and j.seq > h.published - $3
       and h.published < h.next_seq - 1 and ($2::text is null or h.lane = $2)
     order by j.lane, j.topic, j.partition, j.seq limit $1`,
    // a row that begins below the mark may reach beyond it, but no row is longer than a packet
    [limit, lane ?? null, PACKET_EVENTS],
  );
  return result.rows.map((row) => ({ ...row, events: unpackEvents(row.payload) }));
}

/** Packets of a lane and output partition after number `last` and before a packet, in order. */
export async function packetsBetween(
  query: Tx['query'],
  { lane, topic, partition, seq }: Packet,
  last: number,
): Promise<Packet[]> {
  const result = await query<JournalRow>(
    `select lane, topic, partition, seq, payload from journal
     where lane = $1 and topic = $2 and partition = $3 and seq > $4 and seq < $5 order by seq`,
    [lane, topic, partition, last, seq],
  );
  return result.rows.map((row) => ({ ...row, events: unpackEvents(row.payload) }));
}
