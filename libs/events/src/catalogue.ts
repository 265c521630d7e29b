import { Defect } from '@mdmr/kernel';
import { schemaVersions, topicList } from './generated/schemas.js';
import type { EventValues } from './generated/types.js';

/** `<service>.<Event>`, e.g. `usdp.UsdpRequestDecided`. */
export type EventType = keyof EventValues;
/** The value of an event as its newest schema has it. */
export type EventValue<T extends EventType = EventType> = EventValues[T];

/** A topic of the suite: one producing service, a fixed number of partitions. */
export interface Topic {
  readonly name: string;
  readonly service: string;
  readonly partitions: number;
  readonly doc: string;
}

/** Every topic of the suite, in the order of schemas/catalogue.json. */
export const topics: readonly Topic[] = topicList;

const topicByType = new Map(schemaVersions.map((v) => [v.type, v.topic]));
const topicByName = new Map(topics.map((t) => [t.name, t]));

/** Topic an event type is written to. */
export function topicOf(type: EventType): Topic {
  return topicNamed(topicByType.get(type) ?? type);
}

/** A topic by its name; an unknown name is a Defect. */
export function topicNamed(name: string): Topic {
  const topic = topicByName.get(name);
  if (!topic) throw new Defect('UNKNOWN_TOPIC', `${name} is not in schemas/catalogue.json`);
  return topic;
}

/** All event types of the catalogue. */
export const eventTypes: readonly EventType[] = [...topicByType.keys()] as EventType[];
