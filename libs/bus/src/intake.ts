import {
  decodeEvent,
  UndecodableMessage,
  UnknownSchemaId,
  type EventType,
  type EventValue,
} from '@mdmr/events';
import type { KafkaMessage } from 'kafkajs';
import type { InEvent } from './types.js';

/** A lane's numbers jumped: events are missing. The partition stops until someone looks. */
export class GapFound extends Error {}

/** A message that could not be decoded, kept with its raw bytes. */
export interface Poison {
  readonly offset: number;
  readonly reason: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Messages of one batch, sorted into what to work, what to keep aside, and what was a copy. */
export interface Intake {
  readonly events: InEvent[];
  readonly offsets: number[];
  readonly poison: Poison[];
  /** Positions after this batch, of the lanes it moved. */
  readonly moved: Map<string, number>;
  readonly copies: number;
  /** Offset after the last message taken; undefined when there is none. */
  readonly nextOffset: number | undefined;
  /** Why the partition must stop after these. */
  readonly halt: GapFound | UnknownSchemaId | undefined;
}

/**
 * Decodes messages and checks each lane's numbers: at or below the last one is a copy, the next is
 * taken, anything else is a gap. What comes before a trouble is taken; `halt` tells of it.
 */
export function takeIn(
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
  positions: ReadonlyMap<string, number>,
): Intake {
  const events: InEvent[] = [];
  const offsets: number[] = [];
  const poison: Poison[] = [];
  const moved = new Map<string, number>();
  let copies = 0;
  let nextOffset: number | undefined;
  let halt: Intake['halt'];
  for (const message of messages) {
    const offset = Number(message.offset);
    const { lane, seq, numbered } = numberOf(message);
    if (numbered) {
      const last = moved.get(lane) ?? positions.get(lane) ?? 0;
      if (seq <= last) {
        copies += 1;
        nextOffset = offset + 1;
        continue;
      }
      if (seq !== last + 1) {
        halt = new GapFound(`${topic}/${partition} lane ${lane}: ${seq} after ${last}`);
        break;
      }
    }
    const decoded = tryDecode(message);
    if (decoded instanceof UnknownSchemaId) {
      halt = decoded;
      break;
    }
    if (numbered) moved.set(lane, seq);
    nextOffset = offset + 1;
    if (!numbered || decoded instanceof Error) {
      const reason = decoded instanceof Error ? decoded.message : 'no lane and seq headers';
      poison.push({ offset, reason, key: message.key, value: message.value });
      continue;
    }
    const key = message.key?.toString() ?? '';
    events.push({ ...decoded, key, topic, partition, lane, seq } as InEvent);
    offsets.push(offset);
  }
  return { events, offsets, poison, moved, copies, nextOffset, halt };
}

function numberOf(message: KafkaMessage): { lane: string; seq: number; numbered: boolean } {
  const lane = String(message.headers?.['lane'] ?? '');
  const seq = Number(message.headers?.['seq'] ?? Number.NaN);
  return { lane, seq, numbered: lane !== '' && Number.isInteger(seq) };
}

/** The position that a message moves its lane to; none if it has no number. */
export function positionAfter(message: KafkaMessage): Map<string, number> {
  const { lane, seq, numbered } = numberOf(message);
  return new Map(numbered ? [[lane, seq]] : []);
}

function tryDecode(
  message: KafkaMessage,
): { type: EventType; value: EventValue } | UndecodableMessage | UnknownSchemaId {
  if (!message.value) return new UndecodableMessage('no value');
  try {
    return decodeEvent(message.value);
  } catch (error) {
    if (error instanceof UndecodableMessage || error instanceof UnknownSchemaId) return error;
    throw error;
  }
}
