/** Where each service stands in the topics: its own bookkeeping against what the brokers have. */
import { finding, type Finding } from './finding.js';
import { laneKey } from './lanes.js';
import { partitionKey } from './topics.js';

/** Bookkeeping of one service, as it lies in its database. */
export interface ServiceBooks {
  readonly service: string;
  readonly fences: readonly {
    processor: string;
    topic: string;
    partition: number;
    nextOffset: number;
    /** A message is half worked. */
    isOpen: boolean;
  }[];
  readonly positions: readonly {
    processor: string;
    topic: string;
    partition: number;
    lane: string;
    lastSeq: number;
  }[];
  /** What the service numbered for its own topics. */
  readonly heads: readonly { topic: string; partition: number; lane: string; lastSeq: number }[];
  readonly quarantined: number;
}

/**
 * @param ends end offset by `topic/partition`
 * @param last last number on the topic by `topic/partition lane`
 */
export function checkBooks(
  books: readonly ServiceBooks[],
  ends: ReadonlyMap<string, number>,
  last: ReadonlyMap<string, number>,
): Finding[] {
  return [
    ...books
      .filter(({ fences, heads }) => fences.length + heads.length === 0)
      .map(({ service }) => finding('NOT_PROJECTED', service, 'keeps no books')),
    ...books.flatMap((one) => checkFences(one, ends)),
    ...books.flatMap((one) => checkPositions(one, last)),
    ...checkHeads(books, last),
    ...books
      .filter(({ quarantined }) => quarantined > 0)
      .map(({ service, quarantined }) =>
        finding('QUARANTINED', service, `${quarantined} messages in quarantine`),
      ),
  ];
}

function checkFences(
  { service, fences }: ServiceBooks,
  ends: ReadonlyMap<string, number>,
): Finding[] {
  const findings: Finding[] = [];
  const known = new Map(
    fences.map((one) => [`${one.processor} ${partitionKey(one.topic, one.partition)}`, one]),
  );
  const consumed = new Set(fences.map(({ processor, topic }) => `${processor} ${topic}`));
  for (const name of consumed) {
    const [processor, topic] = name.split(' ') as [string, string];
    for (const [id, end] of ends) {
      if (!id.startsWith(`${topic}/`)) continue;
      const fence = known.get(`${processor} ${id}`);
      const at = fence?.nextOffset ?? 0;
      const where = `${service}.${processor} ${id}`;
      if (at !== end) findings.push(finding('NOT_PROJECTED', where, `stands at ${at} of ${end}`));
      if (fence?.isOpen) findings.push(finding('NOT_PROJECTED', where, 'a message is half worked'));
    }
  }
  return findings;
}

/** Each lane that a topic has must have been taken to its last number, and no further. */
function checkPositions(
  { service, fences, positions }: ServiceBooks,
  last: ReadonlyMap<string, number>,
): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map(
    positions.map((one) => [
      `${one.processor} ${laneKey(one.topic, one.partition, one.lane)}`,
      one.lastSeq,
    ]),
  );
  for (const { processor, topic, partition } of fences) {
    for (const [key, end] of last) {
      if (!key.startsWith(`${partitionKey(topic, partition)} `)) continue;
      const at = seen.get(`${processor} ${key}`) ?? 0;
      if (at === end) continue;
      const where = `${service}.${processor} ${key}`;
      findings.push(finding('NOT_PROJECTED', where, `has taken ${at} of ${end} events`));
    }
  }
  return findings;
}

function checkHeads(books: readonly ServiceBooks[], last: ReadonlyMap<string, number>): Finding[] {
  const findings: Finding[] = [];
  const numbered = new Map<string, number>();
  for (const { heads } of books) {
    for (const { topic, partition, lane, lastSeq } of heads) {
      numbered.set(laneKey(topic, partition, lane), lastSeq);
    }
  }
  for (const key of new Set([...numbered.keys(), ...last.keys()])) {
    const [own, there] = [numbered.get(key) ?? 0, last.get(key) ?? 0];
    if (own === there) continue;
    findings.push(finding('NOT_PUBLISHED', key, `${own} numbered, ${there} on the topic`));
  }
  return findings;
}
