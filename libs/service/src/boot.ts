import 'reflect-metadata';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { BusStrategy, Bus, type Log } from '@mdmr/bus';
import { fileClock } from '@mdmr/kernel';
import { Database } from '@mdmr/postgres';
import { Module, ValidationPipe, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BaseController, METRICS, REACH, SPEC } from './base.http.js';
import { FileStore } from './file-store.js';
import { OperatorGuard } from './guard.js';
import { lineLog } from './log.js';
import { Metrics } from './metrics.js';
import { ProblemFilter } from './problem.js';
import { QuarantineController } from './quarantine.http.js';
import { Reach } from './reach.js';
import { readConfig, SettingsWrong, type Config } from './settings.js';
import { SERVICE, type ServiceSpec, type ServiceTools, type WiringTools } from './spec.js';
import { TryLaterGuard } from './try-later.guard.js';

/** A service that runs. */
export interface RunningService {
  readonly tools: ServiceTools;
  readonly url: string;
  stop(): Promise<void>;
}

const WRONG_SETTINGS = 78;

/** Reads the settings, starts the service, and stops it in order on SIGTERM or SIGINT. */
export async function bootService(spec: ServiceSpec): Promise<void> {
  const log = lineLog('info', process.stderr);
  try {
    loadDotEnv();
    const service = await startService(spec, readConfig(process.env));
    stopOnSignal(service, service.tools.log);
  } catch (error) {
    if (error instanceof SettingsWrong) {
      for (const sentence of error.sentences) log('error', sentence);
      process.exit(WRONG_SETTINGS);
    }
    log('error', `cannot start: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  }
}

function loadDotEnv(): void {
  const file = path.resolve('.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

/** Starts a service with given settings; tests use this door too. */
export async function startService(spec: ServiceSpec, config: Config): Promise<RunningService> {
  const log = lineLog(config.logLevel, process.stderr);
  const db = await Database.connect({ url: config.pgUrl, applicationName: `mdmr ${spec.name}` });
  const late: { bus?: Bus } = {};
  const wiring: WiringTools = {
    name: spec.name,
    db,
    config,
    log,
    clock: fileClock(path.join(config.dataDir, 'clock.json')),
    files: new FileStore(path.join(config.dataDir, 'files')),
    bus: () => late.bus!,
  };
  const bus = makeBus(spec, wiring);
  late.bus = bus;
  const tools: ServiceTools = { ...wiring, bus };
  const app = await makeApplication(spec, tools);
  const url = await listen(app, spec, tools);
  log('info', `${spec.name} is ready on ${url}`);
  return { tools, url, stop: () => stopService(app, spec, tools) };
}

function makeBus(spec: ServiceSpec, tools: WiringTools): Bus {
  const { config, db, clock, log } = tools;
  return new Bus({
    service: spec.name,
    brokers: config.kafkaBrokers,
    replication: config.kafkaReplication,
    namespace: config.kafkaNamespace,
    instance: config.instance,
    url: config.pgUrl,
    database: db,
    clock,
    log,
    migrations: spec.migrations,
    projections: spec.projections(tools),
    processors: spec.processors?.(tools) ?? [],
    timers: spec.timers?.(tools) ?? [],
  });
}

async function makeApplication(spec: ServiceSpec, tools: ServiceTools): Promise<INestApplication> {
  const metrics = new Metrics(spec.name);
  metrics.observeBus(() => tools.bus.status());
  const reach = new Reach(tools.db, tools.bus);
  @Module({
    controllers: [BaseController, QuarantineController, ...(spec.controllers ?? [])],
    providers: [
      { provide: SERVICE, useValue: tools },
      { provide: METRICS, useValue: metrics },
      { provide: SPEC, useValue: spec },
      { provide: REACH, useValue: reach },
    ],
  })
  class ServiceModule {}
  const app = await NestFactory.create(ServiceModule, { logger: nestLog(tools.log) });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  app.useGlobalFilters(new ProblemFilter(tools.log));
  app.useGlobalGuards(new OperatorGuard(tools), new TryLaterGuard(reach));
  app.connectMicroservice({ strategy: new BusStrategy(tools.bus) });
  return app;
}

async function listen(
  app: INestApplication,
  spec: ServiceSpec,
  tools: ServiceTools,
): Promise<string> {
  await app.startAllMicroservices();
  await spec.onStarted?.(tools);
  const host = '127.0.0.1';
  await app.listen(tools.config.httpPort, host);
  const address = app.getHttpServer().address() as { port: number };
  return `http://${host}:${address.port}`;
}

async function stopService(
  app: INestApplication,
  spec: ServiceSpec,
  tools: ServiceTools,
): Promise<void> {
  await spec.onStopping?.(tools);
  await app.close();
  await tools.db.close();
}

function stopOnSignal(service: RunningService, log: Log): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log('info', `${signal}: stopping`);
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', `did not stop cleanly: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

/** Nest talks a lot at start; only its troubles are worth a line. */
function nestLog(log: Log): LoggerService {
  const quiet = (message: unknown) => log('debug', `nest: ${String(message)}`);
  return {
    log: quiet,
    debug: quiet,
    verbose: quiet,
    warn: (message: unknown) => log('warn', `nest: ${String(message)}`),
    error: (message: unknown) => log('error', `nest: ${String(message)}`),
  };
}
