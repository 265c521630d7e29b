import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { layoutOf, type Layout } from '../layout.js';
import { repoRoot } from '../kafka-jars.js';
import { identityOf, isSameProcess } from '../process-identity.js';
import { freePortBase } from '../ports.js';
import { emptyDataDir, startHub, type Hub, type HubOptions } from './hub.js';
import { readRunFile, type RunRecord } from './run-file.js';
import { serviceNames } from './services.js';
import { readSettings } from './settings.js';

let scratch: string;
let portBase: number;
let layout: Layout;
const running: Hub[] = [];
const saved = { ...process.env };

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mdmr-supervisor-'));
  chmodSync(scratch, 0o711);
  portBase = await freePortBase();
  layout = layoutOf(join(scratch, 'data'));
  for (const name of ['MDMR_PG_URL', 'MDMR_KAFKA_BROKERS']) delete process.env[name];
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((hub) => hub.stop()));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  Object.assign(process.env, saved);
});

const STUB = 'tools/stack/dist/hub/stub-service.fixture.js';

function hubOptions(lines: string[]) {
  const settings = readSettings({
    MDMR_DATA_DIR: layout.root,
    MDMR_PORT_BASE: String(portBase),
    MDMR_CLOCK: '2026-07-01T00:00:00-05:00',
  });
  const add = (line: string) => void lines.push(line);
  return { settings, script: () => STUB, log: add, serviceLine: (_: string, l: string) => add(l) };
}

async function begin(options: HubOptions): Promise<Hub> {
  const hub = await startHub(options);
  running.push(hub);
  return hub;
}

/** A restart of Kafka takes seconds, on a machine that is busy with other specs many. */
const PATIENCE_MS = 240_000;

async function until(what: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!what() && performance.now() < end) await delay(25);
  expect(what()).toBe(true);
}

function run(): RunRecord {
  return readRunFile(layout.runFile)!;
}

describe('a hub', () => {
  it(
    'starts everything, starts again what crashed, drains all at the end',
    async () => {
      const lines: string[] = [];
      const hub = await begin(hubOptions(lines));
      expect(run().state).toBe('ready');
      expect(Object.keys(run().services)).toEqual(serviceNames());
      expect(statSync(layout.operatorKey).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(join(layout.root, 'clock.json'), 'utf8'))).toMatchObject({
        base_hub_ms: 1782882000000,
      });

      const first = run().services.usdp!;
      process.kill(first.pid, 'SIGKILL');
      await until(() => run().services.usdp!.pid !== first.pid);
      await until(() => lines.filter((line) => line === 'usdp listens').length === 2);

      const { postgres, kafka } = run().servers;
      process.kill(postgres!.pid, 'SIGKILL');
      process.kill(kafka!.pid, 'SIGKILL');
      await until(() => run().servers.postgres!.pid !== postgres!.pid);
      await until(() => run().servers.kafka!.pid !== kafka!.pid);

      expect(() => emptyDataDir(layout.root)).toThrow(/stop it before --fresh/);
      const { services, servers } = run();
      await hub.stop();
      expect(lines.filter((line) => line.endsWith('drained'))).toHaveLength(serviceNames().length);
      expect([...Object.values(services), ...Object.values(servers)].some(isSameProcess)).toBe(
        false,
      );
      expect(existsSync(layout.runFile)).toBe(false);
    },
    PATIENCE_MS,
  );

  it(
    'after a supervisor that was killed, stops what it left and begins again',
    async () => {
      const runner = join(repoRoot, 'tools/stack/dist/hub/hub-runner.fixture.js');
      const args = [runner, layout.root, String(portBase)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((done) => child.stdout.once('data', done));
      const { services, servers } = run();
      const orphans = [...Object.values(services), ...Object.values(servers)];
      child.kill('SIGKILL');
      await until(() => identityOf(child.pid!) === null);
      expect(orphans.every(isSameProcess)).toBe(true);

      const lines: string[] = [];
      await begin(hubOptions(lines));
      expect(orphans.some(isSameProcess)).toBe(false);
      expect(lines.some((line) => line.startsWith('stopping what an earlier start left'))).toBe(
        true,
      );
    },
    PATIENCE_MS,
  );

  it('gives up on a service that never gets ready', async () => {
    const options = { ...hubOptions([]), only: ['usdp'], script: () => 'no-such-script.js' };
    await expect(startHub(options)).rejects.toThrow(/usdp ended 3 times before it was ready/);
    expect(existsSync(layout.lock)).toBe(false);
  });

  it('empties a data directory, but not a folder of somebody else', () => {
    emptyDataDir(layout.root);
    expect(existsSync(layout.keys)).toBe(false);
    expect(() => emptyDataDir(join(repoRoot, 'tools'))).toThrow(/does not empty it/);
  });
});
