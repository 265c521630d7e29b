/** Several embedded Kafka brokers that form one cluster, each of them to be killed; for tests. */
import { join } from 'node:path';
import { newClusterId, startKafka, type KafkaServer } from './kafka-server.js';
import { makeLayout } from './layout.js';
import { freePorts } from './ports.js';
import { waitGone } from './process-identity.js';

export interface KafkaCluster {
  /** comma-separated host:port, in the order of their numbers */
  brokers: string;
  pid(id: number): number;
  /** kill -9 of broker 1, 2, …; resolves when it is gone */
  kill(id: number): Promise<void>;
  /** starts a broker that was killed on what it left; resolves when it answers */
  restart(id: number): Promise<void>;
  stop(): Promise<void>;
}

export interface KafkaClusterOptions {
  /** each broker has a folder of its own in it */
  dataDir: string;
  count: number;
  /** of each broker */
  heapMb?: number;
  log?: (line: string) => void;
}

const HEAP_MB = 256;
const GONE_MS = 10_000;

/**
 * Starts brokers on free ports, each a controller too. Topics have three copies, of which two must
 * have what is acknowledged, or as many as there are brokers.
 */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<KafkaCluster> {
  const { dataDir, count, heapMb = HEAP_MB, log = () => undefined } = options;
  const ports = await freePorts(count * 2);
  const controllerPorts = ports.slice(count);
  const clusterId = newClusterId();
  const running = new Map<number, KafkaServer>();
  const start = async (id: number): Promise<void> => {
    const layout = makeLayout(join(dataDir, `kafka-${id}`));
    const [port, controllerPort] = [ports[id - 1]!, controllerPorts[id - 1]!];
    const member = { id, clusterId, controllerPorts };
    running.set(id, await startKafka({ layout, port, controllerPort, heapMb, log, member }));
  };
  const stop = async () => {
    await Promise.all([...running.values()].map((server) => server.stop()));
    running.clear();
  };
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const started = await Promise.allSettled(ids.map(start));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    brokers: ids.map((id) => `127.0.0.1:${ports[id - 1]}`).join(','),
    pid: (id) => running.get(id)!.ref.pid,
    kill: async (id) => {
      const { ref } = running.get(id)!;
      running.delete(id);
      process.kill(ref.pid, 'SIGKILL');
      await waitGone(ref, GONE_MS);
    },
    restart: start,
    stop,
  };
}
