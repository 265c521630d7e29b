/** The whole hub of one data directory: Postgres, Kafka and every service as its own process. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../kafka-jars.js';
import { layoutOf, type Layout } from '../layout.js';
import { refOf } from '../process-identity.js';
import { requireFree } from '../ports.js';
import { provision } from '../provision.js';
import { startStack, type Stack } from '../stack.js';
import { StackError } from '../stack-error.js';
import { lockHolder } from '../data-lock.js';
import { prepareDataDir } from './first-start.js';
import { openLogFile, type LogFile } from './log-file.js';
import { stopOrphans } from './orphans.js';
import { waitReady } from './readiness.js';
import { removeRunFile, writeRunFile, type RunRecord } from './run-file.js';
import { ServiceProcess } from './service-process.js';
import { SERVICES, serviceNames, type ServiceSpec } from './services.js';
import type { HubSettings } from './settings.js';

export interface HubOptions {
  settings: HubSettings;
  /** these services only; default all */
  only?: string[];
  /** start neither Postgres nor Kafka: both must be given by their settings */
  external?: boolean;
  /** true ends a start that is not ready yet */
  stopAsked?(): boolean;
  /** script of a service, from the root; default its compiled main.js */
  script?(service: string): string;
  /** one line of progress */
  log(line: string): void;
  /** one line of a service */
  serviceLine(service: string, line: string): void;
}

export interface Hub {
  /** resolves with a reason when the hub cannot go on by itself */
  lost: Promise<string>;
  /** drains the services, then stops Kafka and Postgres */
  stop(): Promise<void>;
}

const SEMI_SPACE_MB = 8;
const READY_TIMEOUT_MS = 300_000;
const DRAIN_MS = 20_000;
/** one of them stands in every data directory that a hub was started on or prepared for */
const HUB_NAMES = ['keys', 'lock', 'exchange', 'clock.json'];

/** Starts everything and waits until it is ready; a start that fails stops what it had started. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const specs = chooseServices(options.only);
  if (options.external) requireExternal();
  const { settings, log } = options;
  const layout = layoutOf(settings.dataDir);
  const stack = await startStack({
    dataDir: settings.dataDir,
    portBase: settings.portBase,
    profile: 'start',
    restart: true,
    // they need the servers that an earlier start left until they have drained
    beforeStart: () => stopOrphans(layout.runFile, log),
    log,
  });
  const running = new RunningHub(options, stack, layout);
  try {
    await running.begin(specs);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Removes everything a data directory holds; refused while a hub runs on it. */
export function emptyDataDir(dataDir: string): void {
  const layout = layoutOf(dataDir);
  const holder = lockHolder(layout.lock);
  if (holder !== null) {
    throw new StackError(
      'DATA_DIR_IN_USE',
      `A hub (process ${holder.pid}) runs on ${layout.root}: stop it before --fresh.`,
    );
  }
  if (!existsSync(layout.root)) return;
  if (!looksLikeDataDir(layout)) {
    throw new StackError(
      'NOT_A_DATA_DIR',
      `${layout.root} holds files that are not a hub's: --fresh does not empty it.`,
    );
  }
  for (const name of readdirSync(layout.root)) {
    rmSync(join(layout.root, name), { recursive: true, force: true });
  }
}

function looksLikeDataDir(layout: Layout): boolean {
  const names = readdirSync(layout.root);
  return names.length === 0 || HUB_NAMES.some((name) => names.includes(name));
}

function chooseServices(only: string[] | undefined): ServiceSpec[] {
  const unknown = (only ?? []).filter((name) => !serviceNames().includes(name));
  if (unknown.length > 0) {
    throw new StackError(
      'UNKNOWN_SERVICE',
      `There is no service ${unknown.join(', ')}; there are ${serviceNames().join(', ')}.`,
    );
  }
  return SERVICES.filter((service) => only === undefined || only.includes(service.name));
}

function requireExternal(): void {
  const missing = ['MDMR_PG_URL', 'MDMR_KAFKA_BROKERS'].filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new StackError('NOT_EXTERNAL', `--external needs ${missing.join(' and ')}.`);
}

class RunningHub implements Hub {
  readonly lost: Promise<string>;
  private readonly record: RunRecord;
  private readonly services: ServiceProcess[] = [];
  private readonly logFiles: LogFile[] = [];
  private stopped: Promise<void> | null = null;

  constructor(
    private readonly options: HubOptions,
    private readonly stack: Stack,
    private readonly layout: Layout,
  ) {
    this.lost = new Promise((tell) => stack.onLoss(tell));
    this.record = {
      version: 1,
      state: 'starting',
      port_base: options.settings.portBase,
      exchange_dir: options.settings.exchangeDir,
      operator_key_file: options.settings.operatorKeyFile,
      supervisor: refOf(process.pid),
      services: {},
      servers: stack.processes(),
    };
    stack.onRestart(() => {
      this.record.servers = stack.processes();
      this.save(this.record.state);
    });
  }

  async begin(specs: ServiceSpec[]): Promise<void> {
    const { settings, log } = this.options;
    this.save('starting');
    prepareDataDir(settings);
    const { pgUrl: adminUrl } = this.stack;
    const urls = await provision({ adminUrl, layout: this.layout, services: serviceNames() });
    for (const spec of specs) await requireFree(settings.portBase + spec.portOffset, spec.name);
    log(`starting ${specs.map((spec) => spec.name).join(', ')}`);
    const waiting = specs.map((spec) => {
      const port = settings.portBase + spec.portOffset;
      const service = this.launch(spec, port, urls[spec.name]!);
      const failed = () => service.failed();
      return { name: spec.name, port, failed, markReady: () => service.markReady() };
    });
    await waitReady(waiting, READY_TIMEOUT_MS, this.options.stopAsked ?? (() => false));
    this.save('ready');
    log('all services are ready');
  }

  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    this.save('stopping');
    this.options.log('stopping the services');
    await Promise.all(this.services.map((service) => service.stop(DRAIN_MS)));
    this.options.log('stopping Kafka and Postgres');
    removeRunFile(this.layout.runFile);
    await this.stack.stop();
    this.logFiles.forEach((file) => file.close());
  }

  private launch(spec: ServiceSpec, port: number, pgUrl: string): ServiceProcess {
    const { log, serviceLine, script } = this.options;
    const file = openLogFile(join(this.layout.logs, `${spec.name}.log`));
    this.logFiles.push(file);
    const service = new ServiceProcess({
      name: spec.name,
      command: join(repoRoot, 'node_modules', '.bin', 'node'),
      args: [...nodeFlags(spec), (script ?? mainScript)(spec.name)],
      cwd: repoRoot,
      env: this.environment(spec, port, pgUrl),
      log,
      onLine: (line) => {
        file.write(line);
        serviceLine(spec.name, line);
      },
      onStart: (ref) => {
        this.record.services[spec.name] = { ...ref, port };
        this.save(this.record.state);
      },
    });
    this.services.push(service);
    service.start();
    return service;
  }

  private environment(spec: ServiceSpec, port: number, pgUrl: string): NodeJS.ProcessEnv {
    const { settings } = this.options;
    return {
      // threads that compress would each keep a heap of their own
      MALLOC_ARENA_MAX: '2',
      ...process.env,
      MDMR_SERVICE: spec.name,
      MDMR_HTTP_PORT: String(port),
      MDMR_PORT_BASE: String(settings.portBase),
      MDMR_PG_URL: pgUrl,
      MDMR_KAFKA_BROKERS: this.stack.kafkaBrokers,
      MDMR_DATA_DIR: settings.dataDir,
      MDMR_EXCHANGE_DIR: settings.exchangeDir,
      MDMR_OPERATOR_KEY_FILE: settings.operatorKeyFile,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    };
  }

  private save(state: RunRecord['state']): void {
    this.record.state = state;
    writeRunFile(this.layout.runFile, this.record);
  }
}

function mainScript(service: string): string {
  return join('services', service, 'dist', 'main.js');
}

function nodeFlags(spec: ServiceSpec): string[] {
  return [
    `--max-old-space-size=${spec.heapMb}`,
    // the young generation is three of these: more costs each service memory and saves little CPU
    `--max-semi-space-size=${SEMI_SPACE_MB}`,
    '--disable-warning=ExperimentalWarning',
    // kafkajs computes a negative timeout at each connection; it is harmless
    '--disable-warning=TimeoutNegativeWarning',
  ];
}
