/** An embedded Kafka broker: KRaft, broker and controller, formatted once, started, recovered, stopped. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startDaemon, type Daemon } from './daemon.js';
import { readJsonIfAny, tailOf, writeFileAtomic } from './files.js';
import { findJava, kafkaDeployDir, kafkaJars } from './kafka-jars.js';
import { probeKafka } from './kafka-probe.js';
import type { Layout } from './layout.js';
import { requireFree } from './ports.js';
import { commandLineOf, isSameProcess, stopProcess, type ProcessRef } from './process-identity.js';
import { StackError } from './stack-error.js';

export interface KafkaServer {
  /** host:port */
  brokers: string;
  ref: ProcessRef;
  onExit(listener: (how: string) => void): void;
  stop(): Promise<boolean>;
}

export interface KafkaOptions {
  layout: Layout;
  port: number;
  controllerPort: number;
  heapMb: number;
  log: (line: string) => void;
  /** its place among the nodes of a cluster; default: it is alone */
  member?: KafkaMember;
}

export interface KafkaMember {
  /** from 1 */
  id: number;
  clusterId: string;
  /** of nodes 1, 2, … */
  controllerPorts: readonly number[];
}

const MOST_COPIES = 3;
const COORDINATORS = 4;
const READY_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 30_000;

export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const { layout, port } = options;
  const java = await findJava();
  const jars = await kafkaJars(layout.root, options.log);
  mkdirSync(layout.kafka, { recursive: true, mode: 0o700 });
  await stopLeftOverKafka(layout, options.log);
  await requireFree(port, 'Kafka');
  await requireFree(options.controllerPort, "Kafka's controller");
  const broker = { java, jars, ...options };
  await format(broker);
  const daemon = await launchUntilReady(broker);
  return {
    brokers: `127.0.0.1:${port}`,
    ref: daemon.ref,
    onExit: (listener) => daemon.onExit(listener),
    stop: () => stopDaemon(daemon, layout),
  };
}

interface Broker extends KafkaOptions {
  java: string;
  jars: string;
}

function pidFile(layout: Layout): string {
  return join(layout.kafka, 'kafka.pid.json');
}

/** A broker of this directory that outlived its supervisor is stopped; it holds the data's lock. */
export async function stopLeftOverKafka(
  layout: Layout,
  log: (line: string) => void,
): Promise<boolean> {
  const ref = readJsonIfAny<ProcessRef>(pidFile(layout));
  if (ref === null || !isSameProcess(ref)) return false;
  if (!commandLineOf(ref.pid)?.includes(configFile(layout, 'server'))) return false;
  log(`Kafka: stopping process ${ref.pid}, left over from an earlier start`);
  await stopProcess(ref, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
  return true;
}

function configFile(layout: Layout, name: string): string {
  return join(layout.kafka, `${name}.properties`);
}

/** Formats the storage into a folder beside, renamed when complete. Done once for ever. */
async function format(broker: Broker): Promise<void> {
  const { layout, java, jars, log } = broker;
  if (existsSync(layout.kafkaData)) return;
  log('Kafka: formatting new storage');
  const draft = `${layout.kafkaData}.new`;
  rmSync(draft, { recursive: true, force: true });
  const config = configFile(layout, 'format');
  writeFileSync(config, serverProperties(broker, draft));
  const tool = [
    'kafka.tools.StorageTool',
    'format',
    // one argument: an ID may begin with a hyphen, which would be taken for an option of its own
    `--cluster-id=${broker.member?.clusterId ?? newClusterId()}`,
    '--config',
    config,
  ];
  try {
    await promisify(execFile)(java, [...javaFlags(broker, 128), '-cp', join(jars, '*'), ...tool]);
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const text = `${stdout ?? ''}${stderr ?? ''}`.trim();
    throw new StackError('KAFKA_FORMAT_FAILED', `Kafka's storage could not be formatted: ${text}`);
  }
  renameSync(draft, layout.kafkaData);
}

export function newClusterId(): string {
  return randomBytes(16).toString('base64url');
}

async function launchUntilReady(broker: Broker): Promise<Daemon> {
  const { layout, java, jars, port, heapMb, member } = broker;
  // in a cluster each coordinator is another's, and may be away
  const coordinators = member === undefined ? COORDINATORS : 0;
  const config = configFile(layout, 'server');
  writeFileSync(config, serverProperties(broker, layout.kafkaData));
  const logFile = join(layout.logs, 'kafka.out');
  const daemon = await startDaemon({
    command: java,
    args: [...javaFlags(broker, heapMb), '-cp', join(jars, '*'), 'kafka.Kafka', config],
    cwd: layout.kafka,
    env: process.env,
    logFile,
    exitSignal: 'SIGTERM',
  });
  writeFileAtomic(pidFile(layout), JSON.stringify(daemon.ref));
  const until = performance.now() + READY_TIMEOUT_MS;
  let last = 'not ready in time';
  while (performance.now() < until && daemon.ended() === null) {
    try {
      await probeKafka({ host: '127.0.0.1', port, coordinators, timeoutMs: 5_000 });
      return daemon;
    } catch (error) {
      last = (error as Error).message;
    }
    await delay(100);
  }
  const why = daemon.ended() ?? last;
  await daemon.stop('SIGTERM', 5_000);
  const logs = [tailOf(logFile, 5), tailOf(join(layout.logs, 'kafka.log'), 5)].join('\n').trim();
  throw new StackError('KAFKA_FAILED', `Kafka did not start (${why}):\n${logs}`);
}

async function stopDaemon(daemon: Daemon, layout: Layout): Promise<boolean> {
  const polite = await daemon.stop('SIGTERM', STOP_GRACE_MS);
  rmSync(pidFile(layout), { force: true });
  return polite;
}

function javaFlags({ layout }: Broker, heapMb: number): string[] {
  return [
    `-Xmx${heapMb}m`,
    `-Xms${Math.min(heapMb, 128)}m`,
    '-XX:+UseSerialGC',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(kafkaDeployDir, 'log4j2.properties')}`,
    `-Dmdmr.kafka.log=${join(layout.logs, 'kafka.log')}`,
  ];
}

function serverProperties({ port, controllerPort, member }: Broker, dataDir: string): string {
  const controller = `127.0.0.1:${controllerPort}`;
  const voters = (member?.controllerPorts ?? [controllerPort]).map(
    (voter, i) => `${i + 1}@127.0.0.1:${voter}`,
  );
  const copies = Math.min(MOST_COPIES, voters.length);
  const inSync = Math.max(1, copies - 1);
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': member?.id ?? 1,
    // static voters: the ports may differ at the next start
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': dataDir,
    'auto.create.topics.enable': 'false',
    'num.partitions': 4,
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': COORDINATORS,
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.num.partitions': COORDINATORS,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': COORDINATORS,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // after a crash the broker is let in again only when its last life has timed out
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 1_000,
    'group.initial.rebalance.delay.ms': 0,
    // a killed service's partitions are free before its successor has started
    'group.min.session.timeout.ms': 3_000,
    // events are facts: kept for ever
    'log.retention.ms': -1,
    'log.retention.bytes': -1,
    'log.cleanup.policy': 'delete',
    // the hub's clock may be driven years ahead of the broker's
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    'log.message.timestamp.before.max.ms': '9223372036854775807',
    'offsets.retention.minutes': 2147483647,
    'message.max.bytes': 16 * 1024 * 1024,
    'replica.fetch.max.bytes': 16 * 1024 * 1024,
    'log.segment.bytes': 256 * 1024 * 1024,
    'log.index.size.max.bytes': 2 * 1024 * 1024,
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'log.cleaner.threads': 1,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'background.threads': 2,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
