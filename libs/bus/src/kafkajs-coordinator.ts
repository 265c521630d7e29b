/**
 * kafkajs asks for a group's coordinator when it joins, and keeps to that broker until it joins
 * again: one that is lost, or hands its groups to another, is told of heartbeats until it comes
 * back, and the consumer stands still. Here it asks again when a heartbeat does not arrive. Import
 * this before kafkajs. See docs/adr/0010-kafkajs-in-a-cluster.md.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Coordinator {
  readonly nodeId: number;
}

/** kafkajs's consumer group, as far as this looks at it. */
interface Group {
  readonly groupId: string;
  coordinator: Coordinator;
  readonly offsetManager: { coordinator: Coordinator } | null;
  readonly cluster: {
    findGroupCoordinatorMetadata(of: {
      groupId: string;
      coordinatorType: number;
    }): Promise<{ coordinator: Coordinator }>;
    findBroker(of: { nodeId: number }): Promise<Coordinator>;
  };
}

type Heartbeat = (this: Group, options: { interval: number }) => Promise<void>;

const GROUP_COORDINATOR = 0;

/** What a heartbeat says when the broker it was for is away, or no longer the coordinator. */
const AWAY = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
];
const MOVED = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE'];

function isElsewhere(error: unknown): boolean {
  const { name, type } = (error ?? {}) as { name?: string; type?: string };
  return AWAY.includes(String(name)) || MOVED.includes(String(type));
}

async function findAgain(group: Group): Promise<void> {
  const { cluster, groupId } = group;
  try {
    const of = { groupId, coordinatorType: GROUP_COORDINATOR };
    const { coordinator } = await cluster.findGroupCoordinatorMetadata(of);
    group.coordinator = await cluster.findBroker({ nodeId: coordinator.nodeId });
    if (group.offsetManager) group.offsetManager.coordinator = group.coordinator;
  } catch {
    // nobody knows it yet: asked again when the next heartbeat fails
  }
}

const { prototype } = require('kafkajs/src/consumer/consumerGroup') as {
  prototype: { heartbeat: Heartbeat };
};
const { heartbeat } = prototype;

prototype.heartbeat = async function (this: Group, options) {
  try {
    await heartbeat.call(this, options);
  } catch (error) {
    if (isElsewhere(error)) await findAgain(this);
    throw error;
  }
};
