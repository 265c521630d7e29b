/** run.json: what runs of a data directory and where; how `stop` and the command find it. */
import { rmSync } from 'node:fs';
import { readJsonIfAny, writeFileAtomic } from '../files.js';
import type { ProcessRef } from '../process-identity.js';

export interface RunRecord {
  version: 1;
  state: 'starting' | 'ready' | 'stopping';
  port_base: number;
  exchange_dir: string;
  operator_key_file: string;
  supervisor: ProcessRef;
  /** by service name */
  services: Record<string, ProcessRef & { port: number }>;
  /** embedded servers; they also find their own left-overs */
  servers: Record<string, ProcessRef>;
}

export function readRunFile(path: string): RunRecord | null {
  const record = readJsonIfAny<RunRecord>(path);
  return record?.version === 1 ? record : null;
}

export function writeRunFile(path: string, record: RunRecord): void {
  writeFileAtomic(path, JSON.stringify(record, null, 2) + '\n');
}

export function removeRunFile(path: string): void {
  rmSync(path, { force: true });
}
