import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Projection } from '@mdmr/bus';
import type { RunningService, ServiceSpec } from '@mdmr/service';
import { answer, RESULTS, segment, SEGMENTS } from './echo.fixture.js';
import { feeder, keyIn, rawOf, testHub, until, type Feeder, type TestHub } from './index.js';

/** What the echo has decided, by input key; written by its own event alone. */
const echoed: Projection = {
  name: 'echoed',
  topics: [RESULTS],
  apply: async (tx, events) => {
    for (const e of events) {
      if (e.type !== 'reads.CustodyChanged') continue;
      await tx.query('insert into echoed values ($1, $2)', [e.value.custody_id, e.value.applied]);
    }
  },
};

let troubles = 0;
let trouble = new Error('told to fail');

/** Answers each segment with one event; a key that begins with `bad` fails as often as told. */
const echo: ServiceSpec = {
  name: 'reads',
  migrations: [{ id: 1, name: 'first', sql: 'create table echoed (id text, n int8)' }],
  projections: () => [echoed],
  processors: () => [
    {
      name: 'echo',
      topics: [SEGMENTS],
      maxBatch: 7,
      handle: async (events, ctx) =>
        events.flatMap((e) => {
          if (e.type !== 'gateway.SegmentReady') return [];
          if (e.key.startsWith('bad') && troubles > 0) {
            troubles -= 1;
            throw trouble;
          }
          return [answer(e.value.custody_id, e.value.segment, ctx.now)];
        }),
    },
  ],
};

const STEPS = 50;

/** Works each segment in many steps, each of them slow enough for the group to change meanwhile. */
const slowly: ServiceSpec = {
  ...echo,
  processors: () => [
    {
      name: 'echo',
      topics: [SEGMENTS],
      step: async (e, progress, ctx) => {
        if (e.type !== 'gateway.SegmentReady') return { events: [], progress: null };
        await ctx.tx.query('select pg_sleep(0.1)');
        await ctx.heartbeat();
        const done = Number(progress ?? 0) + 1;
        return {
          events: [answer(e.value.custody_id, done, ctx.now)],
          progress: done < STEPS ? done : null,
        };
      },
    },
  ],
};

async function rows(service: RunningService): Promise<string[]> {
  const found = await service.tools.db.query<{ t: string }>(
    `select id || ':' || n as t from echoed`,
  );
  return found.rows.map((row) => row.t);
}

async function idle(service: RunningService): Promise<boolean> {
  const status = await service.tools.bus.status();
  return status.lag['echo'] === 0 && status.relay_backlog === 0;
}

describe('the contract of the bus', () => {
  let hub: TestHub;
  let feed: Feeder;
  beforeEach(async () => {
    troubles = 0;
    trouble = new Error('told to fail');
    hub = await testHub();
    feed = await feeder(hub);
  }, 60_000);
  afterEach(async () => {
    await feed?.close();
    await hub?.close();
  }, 60_000);

  it('drops copies and keeps the order of a key', async () => {
    const service = await hub.start(echo);
    const numbers = [1, 2, 2, 1, 3, 2, 4];
    await feed.sendRaw(...numbers.map((seq) => rawOf(segment('k', seq), 'lane', seq)));
    await until('four rows', async () => (await rows(service)).length === 4);
    await until('idle', () => idle(service));
    expect(await rows(service)).toEqual(['k:1', 'k:2', 'k:3', 'k:4']);
  });

  it('stops a partition at a gap, alarms, and lets the others go on', async () => {
    const service = await hub.start(echo);
    const [a, b] = [keyIn(SEGMENTS, 0), keyIn(SEGMENTS, 1)];
    const gap = [1, 3].map((seq) => rawOf(segment(a, seq), 'lane', seq));
    await feed.sendRaw(gap[0]!, gap[1]!, rawOf(segment(b, 9), 'lane', 1));
    await until('the other partition', async () => (await rows(service)).includes(`${b}:9`));
    const status = await until('the alarm', async () => {
      const now = await service.tools.bus.status();
      return now.stopped.length === 1 && now;
    });
    expect(status.stopped[0]).toMatchObject({ topic: SEGMENTS, partition: 0 });
    expect(status.stopped[0]!.reason).toContain('3 after 1');
    expect((await rows(service)).sort()).toEqual([`${a}:1`, `${b}:9`].sort());
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
  });

  it('keeps an undecodable message aside and goes on', async () => {
    const service = await hub.start(echo);
    const good = rawOf(segment('k', 2), 'lane', 2);
    const poison = { ...rawOf(segment('k', 1), 'lane', 1), value: Buffer.from('not avro') };
    await feed.sendRaw(poison, good);
    await until('the good one', async () => (await rows(service)).length === 1);
    const kept = await service.tools.db.query<{ reason: string; value: Buffer }>(
      'select reason, value from quarantine',
    );
    expect(kept.rows).toHaveLength(1);
    expect(kept.rows[0]!.value.toString()).toBe('not avro');
    expect((await service.tools.bus.status()).quarantined).toBe(1);
  });

  it('stops a partition at a schema id it does not know', async () => {
    const service = await hub.start(echo);
    const strange = rawOf(segment('k', 1), 'lane', 1);
    strange.value.writeInt32BE(999_999, 1);
    await feed.sendRaw(strange);
    await until('the alarm', async () => (await service.tools.bus.status()).stopped.length === 1);
    expect(await rows(service)).toEqual([]);
  });

  it('retries a failing batch, and others do not wait for it', async () => {
    const service = await hub.start(echo);
    troubles = 2;
    const bad = keyIn(SEGMENTS, 2, 'bad');
    await feed.sendRaw(
      rawOf(segment(bad, 1), 'lane', 1),
      rawOf(segment(keyIn(SEGMENTS, 3), 5), 'lane', 1),
    );
    await until('both', async () => (await rows(service)).length === 2);
    expect((await service.tools.bus.status()).stopped).toEqual([]);
  });

  it('waits out a full disk, as long as it takes', async () => {
    const service = await hub.start(echo);
    trouble = Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' });
    troubles = 7;
    await feed.sendRaw(rawOf(segment('bad', 1), 'lane', 1));
    await until('the work', async () => (await rows(service)).length === 1, 60_000);
    expect([troubles, service.tools.bus.stopped]).toEqual([0, []]);
  });

  it('stands at the very message that fails, and goes on behind it when a person says so', async () => {
    troubles = Number.POSITIVE_INFINITY;
    const service = await hub.start(echo);
    const { bus } = service.tools;
    const bad = keyIn(SEGMENTS, 0, 'bad');
    const good = keyIn(SEGMENTS, 0);
    await feed.send(segment(good, 1), segment(bad, 1), segment(good, 2));
    await until('the partition stands', async () => bus.stopped.length === 1);
    expect(await rows(service)).toEqual([`${good}:1`]);
    const { messages, standing } = await bus.quarantine();
    expect(messages).toEqual([]);
    expect(standing).toEqual([
      expect.objectContaining({ processor: 'echo', topic: SEGMENTS, partition: 0, offset: 1 }),
    ]);
    const place = { processor: 'echo', topic: SEGMENTS, partition: 0, offset: 1 };
    await bus.discardQuarantined(place);
    await until('what lies behind', async () => (await rows(service)).length === 2);
    expect((await bus.quarantine()).messages).toEqual([
      expect.objectContaining({ ...place, key: bad, reason: 'Error: told to fail' }),
    ]);
    await expect(bus.replayQuarantined(place)).rejects.toThrow('told to fail');
    troubles = 0;
    await bus.replayQuarantined(place);
    expect((await rows(service)).sort()).toEqual([`${bad}:1`, `${good}:1`, `${good}:2`].sort());
    expect(await bus.quarantine()).toEqual({ messages: [], standing: [] });
    await expect(bus.replayQuarantined(place)).rejects.toThrow('has not set aside');
  });

  it('tries a partition that stands again when a person says so', async () => {
    troubles = Number.POSITIVE_INFINITY;
    const service = await hub.start(echo);
    const { bus } = service.tools;
    const bad = keyIn(SEGMENTS, 0, 'bad');
    await feed.send(segment(bad, 1));
    await until('the partition stands', async () => bus.stopped.length === 1);
    troubles = 0;
    await bus.replayQuarantined({ processor: 'echo', topic: SEGMENTS, partition: 0, offset: 0 });
    await until('the row', async () => (await rows(service)).length === 1);
    expect(bus.stopped).toEqual([]);
  });

  it('says that a message is still undecodable, shows it, and forgets it when told', async () => {
    const service = await hub.start(echo);
    const { bus } = service.tools;
    const key = keyIn(SEGMENTS, 0);
    await feed.sendRaw({ ...rawOf(segment(key, 1), 'lane', 1), value: Buffer.from('no event') });
    const found = await until('the message', async () => (await bus.quarantine()).messages[0]);
    expect(await bus.showQuarantined(found)).toMatchObject({
      key,
      value: Buffer.from('no event').toString('base64'),
    });
    await expect(bus.replayQuarantined(found)).rejects.toThrow('wire format');
    await bus.discardQuarantined(found);
    expect((await bus.quarantine()).messages).toEqual([]);
  });

  it('shares partitions among instances, each event once, when one comes and one goes', async () => {
    const first = await hub.start(echo, { MDMR_INSTANCE: '0' });
    const keys = Array.from({ length: 40 }, (_, i) => `key${i}`);
    const wave = (n: number) => feed.send(...keys.map((key) => segment(key, n)));
    await wave(1);
    const second = await hub.start(echo, { MDMR_INSTANCE: '1' });
    await wave(2);
    await wave(3);
    await first.stop();
    await wave(4);
    await until('all', async () => (await rows(second)).length >= 160);
    await until('idle', () => idle(second));
    const expected = keys.flatMap((key) => [1, 2, 3, 4].map((n) => `${key}:${n}`));
    expect((await rows(second)).sort()).toEqual(expected.sort());
    expect(await second.tools.bus.rebuild(true)).toEqual([
      expect.objectContaining({ table: 'echoed', equal: true, live_rows: 160 }),
    ]);
  });

  it('goes on in mid-message when an instance comes while it is worked', async () => {
    const first = await hub.start(slowly, { MDMR_INSTANCE: '0' });
    const keys = [0, 1, 2, 3].map((partition) => keyIn(SEGMENTS, partition));
    await feed.send(...keys.map((key) => segment(key, 1)));
    await until('the first steps', async () => (await rows(first)).length > 4);
    const second = await hub.start(slowly, { MDMR_INSTANCE: '1' });
    const all = keys.flatMap((key) => Array.from({ length: STEPS }, (_, i) => `${key}:${i + 1}`));
    await until('all steps', async () => {
      const stopped = [...first.tools.bus.stopped, ...second.tools.bus.stopped];
      return stopped.length > 0 || (await rows(first)).length >= all.length;
    });
    expect([first.tools.bus.stopped, second.tools.bus.stopped]).toEqual([[], []]);
    expect((await rows(second)).sort()).toEqual(all.sort());
  }, 90_000);

  it('publishes a decision whose commit was not answered, before any later one', async () => {
    const { bus, db } = (await hub.start(echo)).tools;
    const decide = (n: number) => bus.decide(async ({ now }) => [answer('k', n, now)]);
    await decide(1);
    const tx = db.tx.bind(db);
    db.tx = async (work) => {
      await tx(work);
      db.tx = tx;
      throw new Error('Connection terminated unexpectedly');
    };
    await expect(decide(2)).rejects.toThrow('terminated');
    await decide(3);
    expect((await bus.rebuild(true))[0]).toMatchObject({ equal: true, live_rows: 3 });
  });

  it('publishes it also when nothing is decided any more', async () => {
    const { bus, db } = (await hub.start(echo)).tools;
    const tx = db.tx.bind(db);
    db.tx = async (work) => {
      await tx(work);
      db.tx = tx;
      throw new Error('Connection terminated unexpectedly');
    };
    const lost = bus.decide(async ({ now }) => [answer('k', 1, now)]);
    await expect(lost).rejects.toThrow('terminated');
    await until('published', async () => {
      const { rows } = await db.query<{ ok: boolean }>(
        'select bool_and(published = next_seq - 1) as ok from head',
      );
      return rows[0]!.ok;
    });
  });

  it('sends again what was journalled and not known published', async () => {
    let service = await hub.start(echo);
    await feed.send(segment('k', 1), segment('k', 2));
    await until('two rows', async () => (await rows(service)).length === 2);
    await service.stop();
    service = await hub.start(echo);
    await service.tools.db.query('update head set published = 0');
    await service.stop();
    service = await hub.start(echo);
    await until('published', async () => {
      const heads = await service.tools.db.query<{ ok: boolean }>(
        'select bool_and(published = next_seq - 1) as ok from head',
      );
      return heads.rows[0]!.ok;
    });
    expect((await service.tools.bus.rebuild(true))[0]).toMatchObject({ equal: true, live_rows: 2 });
  });

  it('reads again at once what a restored database lacks, whatever offset the group has', async () => {
    let service = await hub.start(echo);
    await feed.send(segment('k', 1), segment('k', 2));
    await until('two rows', async () => (await rows(service)).length === 2);
    await until('idle', () => idle(service));
    for (const table of ['fence', 'position', 'head', 'journal', 'echoed']) {
      await service.tools.db.query(`delete from ${table}`);
    }
    await service.stop();
    service = await hub.start(echo);
    await until('two rows again', async () => (await rows(service)).length === 2);
  });

  it('tells the group where its fence stands, also when a commit was lost', async () => {
    const first = await hub.start(echo);
    const { kafka } = first.tools.bus;
    await feed.send(segment('k', 1));
    await until('a first commit', async () => (await rows(first)).length === 1 && idle(first));
    await first.stop();
    const clients = Object.getPrototypeOf(kafka) as typeof kafka;
    const make = clients.consumer;
    let lost = 0;
    clients.consumer = function (options) {
      const consumer = make.call(this, options);
      const commit = consumer.commitOffsets;
      const commitOffsets: typeof commit = async (offsets) => {
        lost += 1;
        if (lost <= 2) throw new Error('told to fail');
        await commit(offsets);
      };
      return { ...consumer, commitOffsets };
    };
    try {
      const service = await hub.start(echo);
      await feed.send(segment('k', 2));
      await until('idle', async () => (await rows(service)).length === 2 && idle(service));
      await service.tools.bus.awaitDrained(['reads']);
      expect(lost).toBeGreaterThan(2);
    } finally {
      clients.consumer = make;
    }
  });
});
