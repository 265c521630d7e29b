/** Every lane's numbers on every topic: dense from 1; copies may be there, gaps may not. */
import { finding, type Finding } from './finding.js';
import { partitionKey, type Decoded, type EventReader, type TopicMessage } from './topics.js';

/** An event as a consumer must have seen it: once. */
export interface SeenEvent extends Decoded {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Lanes {
  readonly findings: readonly Finding[];
  /** Last number by `topic/partition lane`. */
  readonly last: ReadonlyMap<string, number>;
  /** The first copy of each event, in the order of their partitions. */
  readonly events: readonly SeenEvent[];
  readonly copies: number;
}

export function laneKey(topic: string, partition: number, lane: string): string {
  return `${partitionKey(topic, partition)} ${lane}`;
}

/** @param messages each partition's in the order of their offsets */
export function walkLanes(messages: readonly TopicMessage[], reader: EventReader): Lanes {
  const findings: Finding[] = [];
  const last = new Map<string, number>();
  const bytes = new Map<string, Buffer>();
  const events: SeenEvent[] = [];
  let copies = 0;
  for (const message of messages) {
    const { topic, partition, offset, lane, seq, value } = message;
    const at = `${partitionKey(topic, partition)}@${offset}`;
    const decoded = reader.decode(value);
    if (lane === '' || !Number.isInteger(seq) || decoded === null) {
      findings.push(finding('NOT_AN_EVENT', at, 'no lane, no number, or no schema reads it'));
      continue;
    }
    const key = laneKey(topic, partition, lane);
    const before = last.get(key) ?? 0;
    if (seq <= before) {
      copies += 1;
      const first = bytes.get(`${key} ${seq}`);
      if (first !== undefined && !first.equals(value)) {
        findings.push(finding('COPY_DIFFERS', at, `${key}: number ${seq} has other bytes`));
      }
      continue;
    }
    if (seq !== before + 1) {
      findings.push(finding('LANE_GAP', at, `${key}: ${seq} after ${before}`));
    }
    last.set(key, seq);
    bytes.set(`${key} ${seq}`, value);
    events.push({ ...decoded, topic, partition, offset });
  }
  return { findings, last, events, copies };
}
