import { randomUUID } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Database } from '@mdmr/postgres';
import {
  readConfig,
  startService,
  type Config,
  type RunningService,
  type ServiceSpec,
} from '@mdmr/service';
import { startStack } from '@mdmr/stack';

/** A real Postgres and a real Kafka for specs: the ones given by the environment, or own ones. */
export interface TestStack {
  readonly pgUrl: string;
  readonly kafkaBrokers: string;
  close(): Promise<void>;
}

/** The stack of this test run; started here only when nobody has started one. */
export async function testStack(): Promise<TestStack> {
  const pgUrl = process.env['MDMR_TEST_PG_URL'] ?? process.env['MDMR_PG_URL'];
  const kafkaBrokers = process.env['MDMR_TEST_KAFKA_BROKERS'] ?? process.env['MDMR_KAFKA_BROKERS'];
  if (pgUrl && kafkaBrokers) return { pgUrl, kafkaBrokers, close: async () => undefined };
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'mdmr-stack-'));
  const stack = await startStack({ dataDir, portBase: 'free', external: {} });
  return {
    pgUrl: stack.pgUrl,
    kafkaBrokers: stack.kafkaBrokers,
    close: async () => {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One hub of a spec: own topics, own databases, own data directory. */
export interface TestHub {
  readonly stack: TestStack;
  readonly namespace: string;
  readonly dataDir: string;
  readonly operatorKey: string;
  /** Settings for a service of this hub; makes its database on first use. */
  config(service: string, env?: Record<string, string>): Promise<Config>;
  start(spec: ServiceSpec, env?: Record<string, string>): Promise<RunningService>;
  /** Stops every service, drops databases and files. */
  close(): Promise<void>;
}

/** Makes a hub of its own, on the stack of this test run unless another is given. */
export async function testHub(
  env: Record<string, string> = {},
  given?: TestStack,
): Promise<TestHub> {
  const stack = given ?? (await testStack());
  const namespace = `t${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'mdmr-hub-'));
  const operatorKey = randomUUID();
  await mkdir(path.join(dataDir, 'keys'));
  await writeFile(path.join(dataDir, 'keys', 'operator.key'), operatorKey, { mode: 0o600 });
  const admin = await Database.connect({ url: stack.pgUrl, poolMax: 2 });
  const databases = new Set<string>();
  const running: RunningService[] = [];

  const config = async (service: string, more: Record<string, string> = {}) => {
    const name = `${namespace}_${service}`;
    if (!databases.has(name)) {
      await admin.query(`create database "${name}" template template0 encoding 'UTF8' locale 'C'`);
      databases.add(name);
    }
    const url = new URL(stack.pgUrl);
    url.pathname = `/${name}`;
    return readConfig({
      MDMR_LOG_LEVEL: process.env['MDMR_LOG_LEVEL'] ?? 'error',
      MDMR_INBOX_STILL_SECONDS: '0',
      ...env,
      ...more,
      MDMR_PG_URL: url.href,
      MDMR_KAFKA_BROKERS: stack.kafkaBrokers,
      MDMR_KAFKA_NAMESPACE: namespace,
      MDMR_DATA_DIR: dataDir,
    });
  };
  return {
    stack,
    namespace,
    dataDir,
    operatorKey,
    config,
    start: async (spec, more) => {
      const service = await startService(spec, await config(spec.name, more));
      running.push(service);
      return service;
    },
    close: async () => {
      await Promise.allSettled(running.map((service) => service.stop()));
      for (const name of databases) {
        await admin.query(`drop database if exists "${name}" with (force)`);
      }
      await admin.close();
      await stack.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
