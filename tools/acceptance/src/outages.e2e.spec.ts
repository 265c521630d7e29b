import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  cmepText,
  csvFile,
  custody,
  dayTriples,
  flat,
  HubDriver,
  type FileCounts,
} from './index.js';
import { MachineRoom } from './machine-room.js';
import { AMI, LDC, OTHER, OutageCast } from './outage-cast.js';
import {
  fillDisk,
  haltKafka,
  haltPostgres,
  killKafka,
  lockTable,
  refuseConnections,
  waiting,
  type Mend,
} from './world-faults.js';

/** Longer than the 30 s after which a request to the broker is given up. */
const HANGS_S = 33;
const GONE_S = 12;
/** For a longer look: seconds that the broker is away. */
const AWAY_S = process.env['MDMR_AWAY_SECONDS'];
const SHORT_MS = 4_000;
/** What an absence may leave in a service's memory. */
const GROWTH_MB = 48;
const PEAK_MB = 400;

const MEGABYTE = 1024 * 1024;
const HUGE_BYTES = 24 * MEGABYTE;
/** Intervals of 15 minutes; a line takes no more. */
const HALF_DAY = 48;
/** Files of the small sender: as many places in the queues of the readers. */
const SMALL = 4;

/** Half days of meters that the directory does not know. */
function hugeFile(): { text: string; values: number } {
  const halves = [0, 12].flatMap((from) =>
    Array.from({ length: 15 }, (_, i) => ({
      day: `202606${String(i + 1).padStart(2, '0')}`,
      from,
    })),
  );
  const lines: string[] = [];
  for (let bytes = 0; bytes < HUGE_BYTES; bytes += lines.at(-1)!.length + 1) {
    const { day, from } = halves[lines.length % halves.length]!;
    const meter = `NEW-${Math.floor(lines.length / halves.length)}`;
    const triples = dayTriples(day, flat('0.125', 96), { minutes: 15 });
    const half = triples.slice(from * 4, from * 4 + HALF_DAY - 1);
    lines.push(cmepText({ amcc: `${LDC}-HE`, meter, minutes: 15, triples: half }));
  }
  return { text: `${lines.join('\n')}\n`, values: lines.length * (HALF_DAY - 1) };
}

describe('a hub whose world fails', () => {
  let hub: HubDriver;
  let room: MachineRoom;
  let cast: OutageCast;
  let mend: Mend | null = null;
  beforeAll(async () => {
    hub = await HubDriver.start({
      clock: '2026-06-20T12:00:00-05:00',
      env: { MDMR_SCHEDULE: 'off' },
    });
    room = new MachineRoom(hub);
    cast = new OutageCast(hub);
    await cast.begin();
    await cast.dropDays();
    await hub.idle();
  }, 300_000);
  afterEach(async () => {
    await mend?.();
    mend = null;
  }, 60_000);
  afterAll(async () => hub?.remove(), 60_000);

  const sorted = (names: readonly string[]) => [...names].sort();
  const inboxOf = async (org: string) => sorted(await readdir(hub.folder(org, 'inbox')));

  /** The doors say in words that it is worth while to come again. */
  async function expectTryLater(service: string, door: string, body?: object): Promise<void> {
    const answer = await room.door(service, door, body);
    const later = { status: 503, code: 'TRY_LATER', detail: expect.stringMatching(/try again/i) };
    expect([service, door, answer.status, answer.body]).toEqual([
      service,
      door,
      503,
      expect.objectContaining(later),
    ]);
  }

  /** A fault from here on; ended by `over`, or when the spec ends early. */
  async function begin(fault: Promise<Mend | null> | Mend): Promise<() => Promise<void>> {
    const end = await fault;
    mend = end;
    return async () => {
      mend = null;
      await end?.();
    };
  }

  /** Everything is ready by itself, in the same processes, and all that was sent is applied. */
  async function expectRecovered(pids: Record<string, number>): Promise<void> {
    await hub.until('all ready', async () => (await room.notReady()).length === 0, 60);
    await hub.idle();
    expect(await cast.shortOf()).toEqual([]);
    expect(room.pids()).toEqual(pids);
  }

  it('waits while Postgres refuses every connection', async () => {
    const pids = room.pids();
    const over = await begin(refuseConnections(room));
    await hub.until('none ready', async () => (await room.notReady()).length === 8, 20);
    const names = await cast.dropDays();
    for (const service of room.services) await expectTryLater(service, 'admin/status');
    await expectTryLater('gateway', 'admin/files/resend', { file: 'none' });
    await delay(SHORT_MS);
    expect(await inboxOf(AMI)).toEqual(sorted(names));
    await over();
    await expectRecovered(pids);
  }, 120_000);

  it('waits while Postgres stands still', async () => {
    const pids = room.pids();
    const over = await begin(haltPostgres(room));
    const names = await cast.dropDays();
    await hub.until('none ready', async () => (await room.notReady()).length === 8, 30);
    await expectTryLater('gateway', 'admin/files');
    expect(await inboxOf(AMI)).toEqual(sorted(names));
    await over();
    await expectRecovered(pids);
  }, 120_000);

  it('waits for a table that another holds; what does not need it goes on', async () => {
    const pids = room.pids();
    const over = await begin(lockTable(room, 'reads', 'bus.fence'));
    const [name] = await cast.dropDays();
    await hub.until('reads waits', async () => (await waiting(room, 'reads')) > 0);
    await hub.until('custody', async () => (await inboxOf(AMI)).length === 0);
    await delay(SHORT_MS);
    const [file] = (await custody(hub)).filter((one) => one.name === name);
    expect(file).toMatchObject({ state: 'RECEIVED', pending: file!.in, applied: 0, rejected: 0 });
    expect(await room.notReady()).toEqual([]);
    await over();
    await expectRecovered(pids);
  }, 120_000);

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    'waits while the disk of a store is full (a small disk is mounted: root only)',
    async () => {
      const pids = room.pids();
      const fault = await fillDisk(room, hub, 'reads', 'bus.journal');
      if (fault === null) {
        console.warn('left out: no small disk can be mounted here');
        return;
      }
      const over = await begin(fault);
      const [name] = await cast.dropDays();
      await hub.until('reads says so', async () => (await room.notReady()).includes('reads'), 30);
      expect(await room.notReady()).toEqual(['reads']);
      const { body } = await room.door('reads', 'health/ready');
      expect(JSON.stringify(body)).toMatch(/No space left/);
      const [file] = (await custody(hub)).filter((one) => one.name === name);
      expect(file).toMatchObject({ state: 'RECEIVED', pending: file!.in, applied: 0, rejected: 0 });
      await over();
      await expectRecovered(pids);
    },
    120_000,
  );

  it.each([
    ['hangs', HANGS_S, () => haltKafka(room)],
    ['is gone', GONE_S, () => killKafka(room, hub)],
  ])(
    'waits while the broker %s',
    async (_, seconds, inflict) => {
      const pids = room.pids();
      const over = await begin(inflict());
      const names = await cast.dropDays();
      await hub.until('none ready', async () => (await room.notReady()).length === 8, 30);
      const before = room.memory('VmRSS');
      const away = delay(Number(AWAY_S ?? seconds) * 1000);
      for (const service of room.services) await expectTryLater(service, 'admin/status');
      await expectTryLater('gateway', 'admin/files/resend', { file: 'none' });
      expect((await room.door('gateway', 'admin/files')).status).toBe(200);
      await away;
      expect(await inboxOf(AMI)).toEqual(sorted(names));
      const grown = Object.entries(room.memory('VmRSS')).map(([name, mb]) => mb - before[name]!);
      expect(Math.max(...grown)).toBeLessThan(GROWTH_MB);
      expect((await room.notReady()).length).toBe(8);
      await over();
      await expectRecovered(pids);
    },
    240_000,
  );

  it('answers a small sender while a huge file of another is in work', async () => {
    const filesNow = async () => {
      const { files } = (await room.door('gateway', 'admin/files')).body as { files: FileCounts[] };
      return new Map(files.map((file) => [file.name, file]));
    };
    const huge = hugeFile();
    await hub.drop(AMI, 'huge.cmep', huge.text);
    await hub.until('the huge one is in custody', async () => (await filesNow()).has('huge.cmep'));
    for (let i = 0; i < SMALL; i += 1) {
      const triples = dayTriples('20260601', flat('0.5', 23));
      const line = cmepText({ amcc: `${OTHER}-HE`, meter: `SMALL-${i}`, triples });
      await hub.drop(OTHER, `small-${i}.cmep`, `${line}\n`);
    }
    const request = `HDR,USDP-REQ,1,${OTHER},${OTHER},SMALL-U,2026-06-20T12:00:00-05:00`;
    await hub.drop(OTHER, 'small-u.csv', csvFile(request, ['SDP,SMALL,']));
    let then = await filesNow();
    await hub.until('the small ones are decided', async () => {
      then = await filesNow();
      const small = [...then.values()].filter((file) => file.org === OTHER);
      return small.filter((file) => file.state === 'DECIDED').length === SMALL + 1;
    });
    expect(then.get('huge.cmep')).toMatchObject({ in: huge.values, rejected: 0 });
    expect(then.get('huge.cmep')!.state).not.toBe('DECIDED');
    expect(then.get('huge.cmep')!.pending).toBeGreaterThan(0);
    await hub.idle();
    const done = { state: 'DECIDED', held: huge.values, pending: 0 };
    expect((await filesNow()).get('huge.cmep')).toMatchObject(done);
    expect((await filesNow()).get('small-0.cmep')).toMatchObject({ in: 23, held: 23 });
  }, 240_000);

  it('works off a week that comes at once', async () => {
    const pids = room.pids();
    await cast.dropDays(7);
    await hub.until('taken', async () => (await inboxOf(AMI)).length === 0);
    await expectRecovered(pids);
    const { sent, kept } = await cast.channelDaysIn(room);
    expect(kept).toEqual({ reads: sent, vee: sent, billing: sent });
    const peaks = Object.entries(room.memory('VmHWM'));
    expect(peaks.filter(([, mb]) => mb >= PEAK_MB)).toEqual([]);
  }, 120_000);

  it('has partitions freed at once by who is told to stop, and soon by who dies', async () => {
    const kafka = new kafkajs.Kafka({
      brokers: [room.brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    const members = async () => {
      const { groups } = await admin.listGroups();
      const ids = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('vee.'));
      const described = await admin.describeGroups(ids);
      return sorted(described.groups.flatMap((g) => g.members.map(({ memberId }) => memberId)));
    };
    const ended = async (signal: NodeJS.Signals) => {
      const pid = await hub.pid('vee');
      const before = await members();
      process.kill(pid, signal);
      await hub.until('vee is gone', async () => !existsSync(`/proc/${pid}`));
      const after = await members();
      await hub.until('another vee', async () => (await hub.pid('vee')) !== pid);
      await hub.until(
        'ready',
        async () => (await room.door('vee', 'health/ready').catch(() => null))?.status === 200,
      );
      return { before, after };
    };
    try {
      const told = await ended('SIGTERM');
      expect(told.before.length).toBeGreaterThan(0);
      expect(told.after).toEqual([]);
      const killed = await ended('SIGKILL');
      expect(killed.after).toEqual(killed.before);
    } finally {
      await admin.disconnect();
    }
  }, 60_000);
});
