import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, rename, utimes } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emit } from '@mdmr/bus';
import { systemClock } from '@mdmr/kernel';
import { until } from '@mdmr/testing';
import { GatewayHub } from './gateway.spec-hub.js';

const MAIN = path.resolve('services/gateway/dist/main.js');
const FILES = 60;
const KILLS = 5;
const CMEP_LINE =
  'MEPMD01,19970819,NA1,,MDMR,,202607031055,M-1,OK,E,KWH,1,00000100,1,202607030100,R,0.4\n';

let h: GatewayHub;
beforeAll(async () => {
  h = await GatewayHub.start();
  await h.registerAll();
}, 60_000);
afterAll(() => h.close());

/** A gateway in a process of its own, once it works. */
async function spawnGateway(): Promise<ChildProcess> {
  const config = await h.hub.config('gateway');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      MDMR_PG_URL: config.pgUrl,
      MDMR_KAFKA_BROKERS: config.kafkaBrokers.join(','),
      MDMR_KAFKA_NAMESPACE: config.kafkaNamespace,
      MDMR_DATA_DIR: config.dataDir,
      MDMR_INBOX_STILL_SECONDS: '0',
      MDMR_LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (text: Buffer) => {
      if (text.toString().includes('gateway is ready')) resolve();
    });
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function usdpReq(n: number): string {
  return `HDR,USDP-REQ,1,MAPLE,MAPLE,U-${n},2026-04-29T09:00:00-05:00\nSDP,S-${n}\nTRL,1\n`;
}

describe('a gateway that is killed again and again', () => {
  it('takes each file exactly once and delivers each answer', async () => {
    const random = seeded(7);
    const names: string[] = [];
    const drop = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const n = names.length;
        const isMeterFile = n % 4 === 3;
        names.push(isMeterFile ? `m${n}.cmep` : `u${n}.csv`);
        const content = isMeterFile ? CMEP_LINE.repeat(20_000 + n) : usdpReq(n);
        await h.drop(isMeterFile ? 'NORTHAMI' : 'MAPLE', names.at(-1)!, content);
      }
    };
    const store = (await h.hub.config('gateway')).dataDir;
    for (let round = 0; round < KILLS; round++) {
      const child = await spawnGateway();
      await drop(Math.ceil((FILES - names.length) / (KILLS - round)));
      await compose(round, store);
      await wait(random() * 400);
      await kill(child);
    }
    await h.startGateway();
    await until('idle', async () => (await h.call('GET', 'status'))[1].work.length === 0, 60_000);
    const received = await until('every file', async () => {
      const found = h.seen.flatMap((e) => (e.type === 'gateway.FileReceived' ? [e.value] : []));
      return found.length >= names.length && found;
    });
    expect(received.map((file) => file.name).sort()).toEqual([...names].sort());
    expect(received.map((file) => file.custody_seq)).toEqual(names.map((_, i) => i + 1));
    const archived = [
      ...(await h.names('MAPLE', 'archive')),
      ...(await h.names('NORTHAMI', 'archive')),
    ];
    expect(archived.sort()).toEqual([...names].sort());
    const segments = h.seen.filter((event) => event.type === 'gateway.SegmentReady');
    expect(segments).toHaveLength(names.filter((name) => name.endsWith('.cmep')).length);
    await until('deliveries', async () => (await h.names('MAPLE', 'outbox')).length === KILLS);
    const delivered = h.seen.filter((event) => event.type === 'gateway.FileDelivered');
    expect(delivered).toHaveLength(KILLS);
  }, 120_000);

  it('only archives what it had in custody when it died', async () => {
    await h.drop('MAPLE', 'late.csv', usdpReq(999));
    const { custody_id } = await h.first('gateway.FileReceived', 'late.csv');
    await until('archive', async () => (await h.names('MAPLE', 'archive')).includes('late.csv'));
    await h.gateway.stop();
    const claimed = h.folder('MAPLE', '.hub', 'claimed', custody_id);
    await mkdir(claimed, { recursive: true });
    await rename(h.folder('MAPLE', 'archive', 'late.csv'), path.join(claimed, 'late.csv'));
    await mkdir(h.folder('MAPLE', '.hub', 'claimed', 'C-empty'));
    await h.startGateway();
    await until('archive', async () => (await h.names('MAPLE', 'archive')).includes('late.csv'));
    await until('idle', async () => (await h.call('GET', 'status'))[1].work.length === 0);
    expect(await readdir(h.folder('MAPLE', '.hub', 'claimed'))).toEqual([]);
    expect(h.about('gateway.FileReceived', 'late.csv')).toHaveLength(1);
  }, 60_000);

  it('removes from outboxes what lay there for 35 days, and nothing younger', async () => {
    const DAY_S = 86_400;
    const now = systemClock().now() / 1000;
    const outbox = (...names: string[]) => h.folder('BILLCO', 'outbox', ...names);
    await mkdir(outbox('returned', 'S-1'), { recursive: true });
    for (const [name, days] of [
      ['old.csv', 36],
      ['young.csv', 34],
      ['returned/S-1/old.csv', 36],
    ] as const) {
      await copyFile(MAIN, outbox(name));
      await utimes(outbox(name), now, now - days * DAY_S);
    }
    await h.gateway.stop();
    await h.startGateway();
    await until('sweep', async () => (await h.names('BILLCO', 'outbox')).length === 1);
    expect(await h.names('BILLCO', 'outbox')).toEqual(['young.csv']);
  }, 60_000);

  it('is rebuilt from the topics without a difference', async () => {
    const tables = await h.gateway.tools.bus.rebuild(true);
    expect(tables.filter((table) => !table.equal)).toEqual([]);
  }, 60_000);
});

/** An answer of another service, its bytes in the file store. */
async function compose(n: number, dataDir: string): Promise<void> {
  const sha256 = n.toString(16).padStart(64, '0');
  const stored = path.join(dataDir, 'files', sha256.slice(0, 2), sha256);
  await mkdir(path.dirname(stored), { recursive: true });
  await copyFile(MAIN, stored);
  await h.send(
    emit('usdp.FileComposed', 'MAPLE', {
      at_ms: n,
      file_id: `F-${n}`,
      recipient: 'MAPLE',
      ldc: 'MAPLE',
      kind: 'USDP-RSP',
      name: `MAPLE_USDP-RSP_MAPLE_F-${n}.csv`,
      sha256,
      bytes: 1,
      run_id: '',
      in_reply_to: [],
      period_start_day: null,
      period_end_day: null,
      as_of_ms: null,
      rows: null,
    }),
  );
}
