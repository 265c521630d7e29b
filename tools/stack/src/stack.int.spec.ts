import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { repoRoot } from './kafka-jars.js';
import { postmasterPid } from './postgres-server.js';
import { identityOf, isSameProcess, refOf, waitGone } from './process-identity.js';
import { provision } from './provision.js';
import { startStack, type Stack, type StackOptions } from './stack.js';

let scratch: string;
const started: Stack[] = [];

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mdmr-stack-'));
  chmodSync(scratch, 0o711);
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((stack) => stack.stop()));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function start(name: string, options: Partial<StackOptions> = {}): Promise<Stack> {
  const dataDir = join(scratch, name);
  const stack = await startStack({ dataDir, portBase: 'free', external: {}, ...options });
  started.push(stack);
  return stack;
}

async function query<R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

function clusterId(stack: Stack): string {
  return readFileSync(join(stack.layout.kafkaData, 'meta.properties'), 'utf8');
}

/** A stack in a process of its own, to be killed. */
async function startDev(
  dataDir: string,
  uid?: number,
): Promise<{ child: ChildProcess; url: string }> {
  const args = [join(repoRoot, 'tools/stack/dist/dev.js'), '--data-dir', dataDir];
  const env = { ...process.env, MDMR_PG_URL: '', MDMR_KAFKA_BROKERS: '' };
  const child = spawn(process.execPath, args, {
    env,
    uid,
    gid: uid,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = await new Promise<string>((done, fail) => {
    child.stdout!.once('data', (chunk: Buffer) => done(chunk.toString()));
    child.once('exit', (code) => fail(new Error(`dev.js ended with ${code}`)));
  });
  return { child, url: /MDMR_PG_URL=(.*)/.exec(text)![1]! };
}

describe('a stack', () => {
  it('is made once, runs once at a time, and continues on the same data, on other ports', async () => {
    const dataDir = join(scratch, 'continue');
    // what an earlier start that was killed half-way left is thrown away
    mkdirSync(join(dataDir, 'postgres', 'data.new', 'base'), { recursive: true });
    mkdirSync(join(dataDir, 'kafka', 'data.new', 'rest'), { recursive: true });
    const first = await start('continue');
    await query(first.pgUrl, 'create table kept as select 42 as n');
    const id = clusterId(first);
    await expect(start('continue')).rejects.toThrow(/already runs the stack/);
    await first.stop();

    const second = await start('continue');
    expect(second.pgUrl).not.toBe(first.pgUrl);
    expect(await query(second.pgUrl, 'select n from kept')).toEqual([{ n: 42 }]);
    expect(clusterId(second)).toBe(id);

    const { pgUrl, kafkaBrokers } = second;
    const external = await start('external', { external: { pgUrl, kafkaBrokers } });
    expect(external.processes()).toEqual({});
    const oneAway = { pgUrl, kafkaBrokers: `127.0.0.1:1, ${kafkaBrokers}` };
    await start('one-away', { external: oneAway });
    const wrong = { pgUrl: 'postgres://127.0.0.1:1/x', kafkaBrokers: '127.0.0.1:1' };
    await expect(start('none', { external: { ...wrong, kafkaBrokers } })).rejects.toThrow(
      /MDMR_PG_URL names a Postgres that fails/,
    );
    await expect(start('none', { external: { ...wrong, pgUrl } })).rejects.toThrow(
      /MDMR_KAFKA_BROKERS names a Kafka that fails/,
    );
  });

  it('lets no service into the database of another', async () => {
    const stack = await start('continue');
    const options = { adminUrl: stack.pgUrl, layout: stack.layout, services: ['usdp', 'mmd'] };
    const { usdp, mmd } = await provision(options);
    await query(usdp!, 'create table own (n int)');
    for (const database of ['mdmr_mmd', 'postgres', 'template1']) {
      const foreign = new URL(usdp!);
      foreign.pathname = `/${database}`;
      await expect(query(foreign.href, 'select 1')).rejects.toThrow(/permission denied/);
    }
    const guessed = new URL(usdp!);
    guessed.password = 'guess';
    await expect(query(guessed.href, 'select 1')).rejects.toThrow(/password/);
    expect(await provision(options)).toEqual({ usdp, mmd });
  });

  it('names the port that is taken, and leaves nothing behind', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    await expect(start('continue', { portBase: port - 32 })).rejects.toThrow(
      `Port ${port} of 127.0.0.1, wanted for Postgres, is taken`,
    );
    await new Promise((done) => server.close(done));
    expect(existsSync(join(scratch, 'continue', 'lock'))).toBe(false);
  });

  it('recovers from a killed owner, a killed Postgres and a number used again', async () => {
    const dataDir = join(scratch, 'killed');
    const { child, url } = await startDev(dataDir);
    await query(url, 'create table kept as select 42 as n');
    const ref = refOf(child.pid!);
    child.kill('SIGKILL');
    await waitGone(ref, 5_000);
    const second = await start('killed');
    expect(await query(second.pgUrl, 'select n from kept')).toEqual([{ n: 42 }]);

    const { postgres } = second.processes();
    process.kill(postgres!.pid, 'SIGKILL');
    await waitGone(postgres!, 5_000);
    const pidFile = join(second.layout.postgresData, 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    await second.stop();
    writeFileSync(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));

    const third = await start('killed');
    expect(await query(third.pgUrl, 'select n from kept')).toEqual([{ n: 42 }]);
    expect(postmasterPid(third.layout)).not.toBe(process.pid);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('runs as an ordinary user', async () => {
    const NOBODY = 65_534;
    const dataDir = join(scratch, 'ordinary');
    mkdirSync(dataDir);
    chownSync(dataDir, NOBODY, NOBODY);
    const { child, url } = await startDev(dataDir, NOBODY);
    expect(await query(url, 'select current_user as me')).toEqual([{ me: 'postgres' }]);
    const ref = refOf(child.pid!);
    child.kill('SIGTERM');
    await waitGone(ref, 30_000);
    expect(identityOf(ref.pid)).toBeNull();
  });

  asRoot('runs below a folder that is closed to the user of Postgres', async () => {
    const closed = join(scratch, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const stack = await startStack({
      dataDir: join(closed, 'data'),
      portBase: 'free',
      external: {},
    });
    started.push(stack);
    expect(await query(stack.pgUrl, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(isSameProcess(stack.processes().postgres!)).toBe(true);
  });
});
