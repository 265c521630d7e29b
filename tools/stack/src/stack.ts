/** Postgres and Kafka of one data directory, embedded or existing. */
import { takeDataLock } from './data-lock.js';
import { KeptServer, type Server } from './kept-server.js';
import { startKafka } from './kafka-server.js';
import { probeKafka } from './kafka-probe.js';
import { makeLayout, type Layout } from './layout.js';
import { choosePorts, type StackPorts } from './ports.js';
import { probePostgres, startPostgres } from './postgres-server.js';
import type { ProcessRef } from './process-identity.js';
import { StackError } from './stack-error.js';

export interface StackOptions {
  dataDir: string;
  /** fixed ports from a base (Postgres +32, Kafka +92, +93), or free ones */
  portBase: number | 'free';
  log?: (line: string) => void;
  /** memory of Postgres: `test` 256 MB, `start` 1 GB of shared buffers; default test */
  profile?: 'test' | 'start';
  /** existing servers; default MDMR_PG_URL and MDMR_KAFKA_BROKERS of the environment */
  external?: { pgUrl?: string; kafkaBrokers?: string };
  /** start an embedded server again that ends unasked; default false */
  restart?: boolean;
  /** done under the data directory's lock before a server starts, or a left-over one is stopped */
  beforeStart?(): Promise<unknown>;
}

export interface Stack {
  /** superuser URL, database `postgres`; or the existing server's as given */
  pgUrl: string;
  /** comma-separated host:port */
  kafkaBrokers: string;
  layout: Layout;
  /** the embedded servers that run now */
  processes(): Record<string, ProcessRef>;
  /** told when an embedded server ended unasked and stays down */
  onLoss(listener: (what: string) => void): void;
  /** told when an embedded server was started again */
  onRestart(listener: () => void): void;
  /** Kafka, then Postgres; bounded, then killed. The lock is given back. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts what is not external and waits until it can be used. Throws StackError with a sentence;
 * what had started by then is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const layout = makeLayout(options.dataDir);
  const lock = takeDataLock(layout.lock);
  const starting = new StartingStack(options, layout);
  try {
    await options.beforeStart?.();
    await starting.start(await choosePorts(options.portBase));
  } catch (error) {
    await starting.stop();
    lock.release();
    throw error;
  }
  let stopped: Promise<void> | null = null;
  return {
    pgUrl: starting.pgUrl!,
    kafkaBrokers: starting.kafkaBrokers!,
    layout,
    processes: () => starting.processes(),
    onLoss: (listener) => void starting.lossListeners.push(listener),
    onRestart: (listener) => void starting.restartListeners.push(listener),
    stop: () => (stopped ??= starting.stop().finally(() => lock.release())),
  };
}

class StartingStack {
  pgUrl: string | undefined;
  kafkaBrokers: string | undefined;
  readonly lossListeners: ((what: string) => void)[] = [];
  readonly restartListeners: (() => void)[] = [];
  private postgres: KeptServer<Server> | null = null;
  private kafka: KeptServer<Server> | null = null;
  private readonly log: (line: string) => void;

  constructor(
    private readonly options: StackOptions,
    private readonly layout: Layout,
  ) {
    this.log = options.log ?? (() => undefined);
    const external = options.external ?? {
      pgUrl: process.env.MDMR_PG_URL,
      kafkaBrokers: process.env.MDMR_KAFKA_BROKERS,
    };
    this.pgUrl = external.pgUrl || undefined;
    this.kafkaBrokers = external.kafkaBrokers || undefined;
  }

  /** Both together: each waits mostly for itself, and both are needed before anything else. */
  async start(ports: StackPorts): Promise<void> {
    const results = await Promise.allSettled([this.startPostgres(ports), this.startKafka(ports)]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async stop(): Promise<void> {
    await this.kafka?.stop();
    await this.postgres?.stop();
  }

  processes(): Record<string, ProcessRef> {
    const all: Record<string, ProcessRef> = {};
    if (this.postgres !== null) all.postgres = this.postgres.current.ref;
    if (this.kafka !== null) all.kafka = this.kafka.current.ref;
    return all;
  }

  private async startPostgres(ports: StackPorts): Promise<void> {
    if (this.pgUrl !== undefined) return requirePostgres(this.pgUrl);
    const { layout, log } = this;
    log('Postgres: starting');
    const sharedBuffersMb = this.options.profile === 'start' ? 1024 : 256;
    const start = () => startPostgres({ layout, port: ports.postgres, sharedBuffersMb, log });
    const kept = await this.keep('Postgres', start);
    this.postgres = kept;
    this.pgUrl = kept.current.url;
  }

  private async startKafka(ports: StackPorts): Promise<void> {
    if (this.kafkaBrokers !== undefined) return requireKafka(this.kafkaBrokers);
    const { layout, log } = this;
    log('Kafka: starting');
    const { kafka: port, kafkaController: controllerPort } = ports;
    const start = () => startKafka({ layout, port, controllerPort, heapMb: 512, log });
    const kept = await this.keep('Kafka', start);
    this.kafka = kept;
    this.kafkaBrokers = kept.current.brokers;
  }

  private keep<T extends Server>(name: string, start: () => Promise<T>): Promise<KeptServer<T>> {
    return KeptServer.start({
      name,
      start,
      restart: this.options.restart ?? false,
      log: this.log,
      onLoss: (what) => this.lossListeners.forEach((listener) => listener(what)),
      onRestart: () => this.restartListeners.forEach((listener) => listener()),
    });
  }
}

async function requirePostgres(url: string): Promise<void> {
  try {
    await probePostgres(url);
  } catch (error) {
    const reason = (error as Error).message;
    throw new StackError('NO_POSTGRES', `MDMR_PG_URL names a Postgres that fails: ${reason}`);
  }
}

/** One of them that answers is enough: it names the others. */
async function requireKafka(brokers: string): Promise<void> {
  const reasons: string[] = [];
  for (const broker of brokers.split(',')) {
    const at = broker.lastIndexOf(':');
    const address = { host: broker.slice(0, at).trim(), port: Number(broker.slice(at + 1)) };
    try {
      // no coordinator is asked: how many a foreign cluster has, and where, is its own affair
      await probeKafka({ ...address, coordinators: 0, timeoutMs: 10_000 });
      return;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  const reason = reasons.join('; ');
  throw new StackError('NO_KAFKA', `MDMR_KAFKA_BROKERS names a Kafka that fails: ${reason}`);
}
