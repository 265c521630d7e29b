import { topics } from '@mdmr/events';
import { Defect, Rejection, type HubClock, type Instant } from '@mdmr/kernel';
import {
  BUS_SCHEMA,
  migrate,
  PROJECTION_SCHEMA,
  type Database,
  type Migration,
} from '@mdmr/postgres';
import type { Admin, Kafka } from 'kafkajs';
import { ProcessorRunner, type StoppedPartition, type WaitingPartition } from './consumer.js';
import { Door } from './door.js';
import { awaitDrained, partitionEnds } from './drain.js';
import { ensureTopics, kafkaClient } from './kafka.js';
import { Names } from './names.js';
import { Publisher } from './publisher.js';
import {
  discardQuarantined,
  listQuarantine,
  replayQuarantined,
  showQuarantined,
  type QuarantinedMessage,
  type QuarantinePlace,
} from './quarantine.js';
import {
  compareSchemas,
  replay,
  swapSchemas,
  type Limits,
  type TableComparison,
} from './rebuild.js';
import { busMigrations } from './tables.js';
import { TimerLoop } from './timers.js';
import type { Ctx, Log, OutEvent, Processor, Projection, Timer } from './types.js';
import type { WorkerContext } from './worker.js';

export interface BusOptions {
  readonly service: string;
  readonly brokers: readonly string[];
  readonly url: string;
  readonly database: Database;
  readonly clock: HubClock;
  readonly log: Log;
  readonly migrations: readonly Migration[];
  readonly projections: readonly Projection[];
  readonly processors: readonly Processor[];
  readonly timers: readonly Timer[];
  /** Copies of each topic that is made; 0 or none: as many as there are brokers, 3 at most. */
  readonly replication?: number;
  /** Lets several hubs share a cluster: goes before every topic and group. */
  readonly namespace?: string;
  /** Names this process among the instances of its service. */
  readonly instance?: string;
}

/** What `status` tells of a service's event work. */
export interface BusStatus {
  readonly relay_backlog: number;
  readonly lag: Record<string, number>;
  readonly next_due: Instant | null;
  readonly due: string[];
  /** Events published and messages taken so far; unchanged means nothing happened. */
  readonly activity: number;
  readonly stopped: StoppedPartition[];
  readonly quarantined: number;
}

/** A service's side of the topics: consumes, decides, journals, publishes, rebuilds. */
export class Bus {
  readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly publisher: Publisher;
  private readonly door: Door;
  private readonly runners: ProcessorRunner[];
  private readonly timerLoop: TimerLoop;
  private readonly names: Names;
  private started = false;

  constructor(private readonly options: BusOptions) {
    const { service, database, clock, log, projections } = options;
    this.names = new Names(options.namespace);
    this.kafka = kafkaClient(options.brokers, `mdmr-${service}`, log);
    this.admin = this.kafka.admin();
    this.publisher = new Publisher(this.kafka, database, log, this.names);
    const context: WorkerContext = {
      service,
      database,
      publisher: this.publisher,
      clock,
      projections,
      log,
      names: this.names,
      onCommit: () => this.timerLoop.noteChange(),
      endsOf: (topic) => this.endsOfTopic(topic),
    };
    this.door = new Door(context, options.instance ?? '0');
    this.runners = allProcessors(options).map((p) => new ProcessorRunner(this.kafka, p, context));
    this.timerLoop = new TimerLoop(database, this.door, clock, options.timers, log);
  }

  /** Migrates, makes missing topics, sends again what was left, then consumes. */
  async start(): Promise<void> {
    await migrate(this.options.database, BUS_SCHEMA, busMigrations);
    await migrate(this.options.database, PROJECTION_SCHEMA, this.options.migrations);
    await this.admin.connect();
    await ensureTopics(this.admin, this.names, this.options.log, this.options.replication);
    await this.publisher.start((topic) => this.endsOfTopic(topic));
    await Promise.all(this.runners.map((runner) => runner.start()));
    this.timerLoop.start();
    this.started = true;
  }

  /** A decision of an HTTP command: one transaction; the events are on their topics afterwards. */
  decide(decide: (ctx: Ctx) => Promise<OutEvent[]>): Promise<OutEvent[]> {
    return this.door.decide(decide);
  }

  /** Partitions that stand still; empty while all is well. Asks nobody. */
  get stopped(): StoppedPartition[] {
    return this.runners.flatMap((runner) => [...runner.stopped.values()]);
  }

  /** Partitions whose work the world lets fail again and again; they go on by themselves. */
  get waiting(): WaitingPartition[] {
    return this.runners.flatMap((runner) => [...runner.waiting.values()]);
  }

  /** Resolves when the brokers have answered, however long that takes. */
  async askBroker(): Promise<void> {
    await this.admin.describeCluster();
  }

  /** See drain.ts. */
  async awaitDrained(services: readonly string[]): Promise<void> {
    await awaitDrained(this.admin, this.names, services);
  }

  async status(): Promise<BusStatus> {
    if (this.started) await this.timerLoop.refresh();
    const { lag, taken } = await this.progressOf(this.runners);
    const poison = await this.options.database.query<{ n: number }>(
      'select count(*)::int8 as n from quarantine',
    );
    return {
      relay_backlog: this.publisher.backlog,
      lag,
      next_due: this.timerLoop.nextDue,
      due: this.timerLoop.due,
      activity: this.publisher.sent + taken,
      stopped: this.stopped,
      quarantined: poison.rows[0]?.n ?? 0,
    };
  }

  /** Messages that a processor has still to take; far cheaper than the whole status. */
  async lagOf(processor: string): Promise<number> {
    const runners = this.runners.filter((runner) => runner.processor.name === processor);
    if (runners.length === 0) throw new Defect('NO_PROCESSOR', `${processor} is no processor here`);
    return (await this.progressOf(runners)).lag[processor]!;
  }

  private async progressOf(
    runners: readonly ProcessorRunner[],
  ): Promise<{ lag: Record<string, number>; taken: number }> {
    const fences = await this.options.database.query<{
      processor: string;
      topic: string;
      partition: number;
      next_offset: number;
    }>('select processor, topic, partition, next_offset from fence');
    const at = new Map(
      fences.rows.map((f) => [`${f.processor} ${f.topic}/${f.partition}`, f.next_offset]),
    );
    const ends = await this.endsOf(new Set(runners.flatMap((r) => [...r.processor.topics])));
    const lag: Record<string, number> = {};
    let taken = 0;
    for (const { processor } of runners) {
      lag[processor.name] = 0;
      for (const topic of processor.topics) {
        for (const [partition, end] of ends.get(topic) ?? []) {
          const next = at.get(`${processor.name} ${topic}/${partition}`) ?? 0;
          lag[processor.name]! += Math.max(0, end - next);
          taken += next;
        }
      }
    }
    return { lag, taken };
  }

  private async endsOf(names: ReadonlySet<string>): Promise<Map<string, Map<number, number>>> {
    const result = new Map<string, Map<number, number>>();
    await Promise.all(
      [...names].map(async (topic) => {
        result.set(topic, await this.endsOfTopic(topic));
      }),
    );
    return result;
  }

  private endsOfTopic(topic: string): Promise<Map<number, number>> {
    return partitionEnds(this.admin, this.names.topic(topic));
  }

  /** Messages that were set aside, and partitions that stand; see quarantine.ts. */
  async quarantine(): Promise<{ messages: QuarantinedMessage[]; standing: StoppedPartition[] }> {
    return { messages: await listQuarantine(this.options.database), standing: this.stopped };
  }

  showQuarantined(place: QuarantinePlace): Promise<QuarantinedMessage> {
    return showQuarantined(this.options.database, place);
  }

  /** Works a message that was set aside, or tries again where a partition stands. */
  async replayQuarantined(place: QuarantinePlace): Promise<void> {
    const runner = this.runnerOf(place.processor);
    if (this.standsAt(runner, place) && (await runner.retry(place.topic, place.partition))) return;
    await replayQuarantined(this.door, runner.processor, this.options.projections, place);
  }

  /** Forgets a message that was set aside; sets aside the one at which a partition stands. */
  async discardQuarantined(place: QuarantinePlace): Promise<void> {
    const runner = this.runnerOf(place.processor);
    if (this.standsAt(runner, place) && (await runner.setAside(place.topic, place.partition))) {
      return;
    }
    await discardQuarantined(this.options.database, place);
  }

  private runnerOf(processor: string): ProcessorRunner {
    const runner = this.runners.find((r) => r.processor.name === processor);
    if (runner) return runner;
    throw new Rejection('NO_PROCESSOR', `This service has no processor ${processor}.`);
  }

  private standsAt(runner: ProcessorRunner, place: QuarantinePlace): boolean {
    return runner.stopped.get(`${place.topic}/${place.partition}`)?.offset === place.offset;
  }

  /**
   * Replays the topics into a second schema and compares it with the live one, while nothing new
   * is taken. Without `check` the rebuilt schema takes the live one's place.
   */
  async rebuild(check: boolean): Promise<TableComparison[]> {
    await Promise.all(this.runners.map((runner) => runner.pause()));
    try {
      return await this.door.exclusively(async () => {
        await this.publisher.recover();
        const { url, database: live, migrations, projections, log } = this.options;
        const limits = await this.rebuildLimits();
        await replay({
          url,
          live,
          kafka: this.kafka,
          migrations,
          projections,
          limits,
          log,
          names: this.names,
        });
        const tables = await compareSchemas(live);
        if (check) await live.query('drop schema if exists rebuild cascade');
        else await swapSchemas(live);
        return tables;
      });
    } finally {
      for (const runner of this.runners) runner.resume();
    }
  }

  /** Own topics to their end; foreign topics as far as the live projection has come. */
  private async rebuildLimits(): Promise<Limits> {
    const limits: Limits = new Map();
    const names = new Set(this.options.projections.flatMap((p) => [...p.topics]));
    for (const name of names) {
      const own = topics.find((t) => t.name === name)?.service === this.options.service;
      limits.set(name, own ? await this.endsOfTopic(name) : await this.fenceEnds(name));
    }
    return limits;
  }

  private async fenceEnds(topic: string): Promise<Map<number, number>> {
    const rows = await this.options.database.query<{ partition: number; next_offset: number }>(
      'select partition, max(next_offset) as next_offset from fence where topic = $1 group by 1',
      [topic],
    );
    return new Map(rows.rows.map((row) => [row.partition, row.next_offset]));
  }

  /** Ends what is in work, publishes it, leaves the groups. */
  async stop(): Promise<void> {
    await this.timerLoop.close();
    await Promise.all(this.runners.map((runner) => runner.close()));
    await this.door.close();
    await this.publisher.stop();
    await this.admin.disconnect();
  }
}

/** Projected foreign topics that no processor names get one that only projects. */
function allProcessors(options: BusOptions): Processor[] {
  const own = new Set(topics.filter((t) => t.service === options.service).map((t) => t.name));
  const claimed = new Set(options.processors.flatMap((p) => [...p.topics]));
  const rest = new Set(
    options.projections.flatMap((p) => [...p.topics]).filter((t) => !own.has(t) && !claimed.has(t)),
  );
  if (rest.size === 0) return [...options.processors];
  const projector: Processor = { name: 'projector', topics: [...rest], handle: async () => [] };
  return [...options.processors, projector];
}
