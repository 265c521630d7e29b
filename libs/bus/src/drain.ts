import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Names } from './names.js';

const POLL_MS = 100;

type Ends = Map<string, number>;

const LEADER_TRIES = 40;

/** Ends of a topic's partitions; waits for the leaders of a topic that was only just made. */
export async function partitionEnds(admin: Admin, topic: string): Promise<Map<number, number>> {
  for (let tries = 1; ; tries += 1) {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map((o) => [o.partition, Number(o.high)]));
    } catch (error) {
      if (tries >= LEADER_TRIES) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function topicEnds(admin: Admin, topic: string): Promise<Ends> {
  const ends = await partitionEnds(admin, topic);
  return new Map([...ends].map(([partition, end]) => [`${topic}/${partition}`, end]));
}

/** Groups of a service, with what each has committed. Groups of an old rebuild have no topics. */
async function committed(admin: Admin, prefix: string): Promise<Map<string, Ends>> {
  const { groups } = await admin.listGroups();
  const ids = groups.map((g) => g.groupId).filter((id) => id.startsWith(prefix));
  const result = new Map<string, Ends>();
  for (const groupId of ids) {
    const topics = await admin.fetchOffsets({ groupId });
    const ends: Ends = new Map();
    for (const { topic, partitions } of topics) {
      for (const p of partitions)
        ends.set(`${topic}/${p.partition}`, Math.max(0, Number(p.offset)));
    }
    result.set(groupId, ends);
  }
  return result;
}

/**
 * Waits until every named service, in this order, has worked off what its topics hold at the
 * moment its turn comes. What a service publishes while it works is what the next stage waits for.
 * @param services names in the order of the flow, e.g. ['mmd', 'reads', 'vee']
 */
export async function awaitDrained(
  admin: Admin,
  names: Names,
  services: readonly string[],
  onPoll: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (const service of services) {
    const targets = await stageTargets(admin, names.groupsOf(service));
    while (!(await reached(admin, names.groupsOf(service), targets))) {
      await onPoll();
      await sleep(POLL_MS);
    }
  }
}

async function stageTargets(admin: Admin, prefix: string): Promise<Map<string, Ends>> {
  const targets = new Map<string, Ends>();
  const ends = new Map<string, Ends>();
  for (const [group, at] of await committed(admin, prefix)) {
    const topics = new Set([...at.keys()].map((id) => id.slice(0, id.lastIndexOf('/'))));
    const target: Ends = new Map();
    for (const topic of topics) {
      if (!ends.has(topic)) ends.set(topic, await topicEnds(admin, topic));
      for (const [id, end] of ends.get(topic)!) target.set(id, end);
    }
    targets.set(group, target);
  }
  return targets;
}

async function reached(
  admin: Admin,
  prefix: string,
  targets: ReadonlyMap<string, Ends>,
): Promise<boolean> {
  const now = await committed(admin, prefix);
  for (const [group, target] of targets) {
    const at = now.get(group);
    for (const [id, end] of target) {
      if (end > 0 && (at?.get(id) ?? 0) < end) return false;
    }
  }
  return true;
}
