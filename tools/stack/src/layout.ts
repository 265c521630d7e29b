/** Where everything of one data directory lies. Nothing of the stack is kept outside of it. */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Layout {
  root: string;
  lock: string;
  runFile: string;
  keys: string;
  operatorKey: string;
  postgresSecrets: string;
  postgres: string;
  postgresData: string;
  kafka: string;
  kafkaData: string;
  logs: string;
}

/** Names the paths of a data directory; makes nothing. */
export function layoutOf(dataDir: string): Layout {
  const root = resolve(dataDir);
  const keys = join(root, 'keys');
  return {
    root,
    lock: join(root, 'lock'),
    runFile: join(root, 'run.json'),
    keys,
    operatorKey: join(keys, 'operator.key'),
    postgresSecrets: join(keys, 'postgres.json'),
    postgres: join(root, 'postgres'),
    postgresData: join(root, 'postgres', 'data'),
    kafka: join(root, 'kafka'),
    kafkaData: join(root, 'kafka', 'data'),
    logs: join(root, 'logs'),
  };
}

/**
 * Makes the folders that are missing. Under root the directory must let the user that Postgres
 * runs as pass through (it can list nothing); an ordinary user keeps it private.
 */
export function makeLayout(dataDir: string): Layout {
  const layout = layoutOf(dataDir);
  const isRoot = process.getuid?.() === 0;
  mkdirSync(layout.root, { recursive: true, mode: isRoot ? 0o711 : 0o700 });
  if (isRoot) letPass(layout.root);
  mkdirSync(layout.keys, { recursive: true, mode: 0o700 });
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  return layout;
}

function letPass(dir: string): void {
  const mode = statSync(dir).mode & 0o7777;
  if ((mode & 0o001) === 0) chmodSync(dir, mode | 0o011);
}
