/** Processes and servers of a running hub, as an outsider who may read its data directory finds them. */
import { readFileSync } from 'node:fs';
import { choosePorts, layoutOf, readRunFile, serviceNames, type RunRecord } from '@mdmr/stack';
import type { Watched } from './process-watch.js';

export interface HubServers {
  /** Superuser, database `postgres`. */
  readonly pgUrl: string;
  readonly brokers: string;
  readonly kafkaData: string;
  /** Raw files in custody. */
  readonly files: string;
  readonly operatorKey: string;
  /** Base URL of each service. */
  readonly services: Readonly<Record<string, string>>;
}

export async function serversOf(dataDir: string): Promise<HubServers> {
  const layout = layoutOf(dataDir);
  const run = runOf(dataDir);
  const { postgres, kafka } = await choosePorts(run.port_base);
  const secrets = JSON.parse(readFileSync(layout.postgresSecrets, 'utf8')) as { superuser: string };
  const services = Object.entries(run.services).map(([name, { port }]) => {
    return [name, `http://127.0.0.1:${port}`];
  });
  return {
    pgUrl: `postgres://postgres:${secrets.superuser}@127.0.0.1:${postgres}/postgres`,
    brokers: `127.0.0.1:${kafka}`,
    kafkaData: layout.kafkaData,
    files: `${layout.root}/files`,
    operatorKey: readFileSync(run.operator_key_file, 'utf8').trim(),
    services: Object.fromEntries(services),
  };
}

/** Every process of the hub: services in their order, the servers, the supervisor. */
export function processesOf(dataDir: string): Watched[] {
  const { services, servers, supervisor } = runOf(dataDir);
  return [
    ...serviceNames().map((name) => ({ name, pid: services[name]!.pid })),
    { name: 'postgres', pid: servers['postgres']!.pid, tree: true },
    { name: 'kafka', pid: servers['kafka']!.pid },
    { name: 'supervisor', pid: supervisor.pid },
  ];
}

function runOf(dataDir: string): RunRecord {
  const run = readRunFile(layoutOf(dataDir).runFile);
  if (run === null) throw new Error(`no hub runs on ${dataDir}`);
  return run;
}
