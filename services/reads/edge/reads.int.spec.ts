import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { emit, type InEvent } from '@mdmr/bus';
import { DAY_MS } from '@mdmr/kernel';
import { until } from '@mdmr/testing';
import { at, day } from '../decide/fixture.js';
import { channelDaysProjection } from '../project/channel-days.projection.js';
import { meterDaysProjection } from '../project/meter-days.projection.js';
import { loadBlocks } from '../report/blocks.query.js';
import { ReadsHub, hours, ins, mtr, readable } from './reads.fixture.js';

const LIMIT_MS = 120_000;
jest.setTimeout(LIMIT_MS);
const day24 = (value: string) => new Array<string>(24).fill(value);

/** Two service points with a meter each, names begin with `p`. */
function pair(p: string) {
  return {
    a: `${p}A`,
    c: `${p}C`,
    m1: `${p}-1001`,
    m3: `${p}-1003`,
    set: [
      mtr(`${p}-1001`),
      mtr(`${p}-1003`),
      ins(`${p}A`, [`${p}-1001`, '2026-05-01']),
      ins(`${p}C`, [`${p}-1003`, '2026-05-01']),
      ...readable(`${p}A`),
      ...readable(`${p}C`),
    ],
  };
}

async function expectEqualToRebuilt(hub: ReadsHub): Promise<void> {
  const tables = await hub.service.tools.bus.rebuild(true);
  expect(tables.length).toBeGreaterThan(5);
  expect(tables.filter((t) => !t.equal)).toEqual([]);
}

describe('reads, on a real broker and database', () => {
  let hub: ReadsHub;
  beforeAll(async () => {
    hub = await ReadsHub.open();
    await hub.register();
    await hub.idle();
  });
  afterAll(async () => hub?.close(), LIMIT_MS);

  it('answers a file line by line and derives its channel days', async () => {
    const { a, c, m1, m3, set } = pair('X');
    await hub.apply(set);
    await hub.idle();
    const file = await hub.send([
      hours(m1, '2026-07-02', ['1.900', '2.100', '1.800', '1.500'], { first: 17 }),
      hours('M-7777', '2026-07-03', ['0.400', '0.300']),
      hours(m3, '2026-07-03', ['0.4', '0.4']).replace(',2,2026', ',3,2026'),
      hours(m1, '2026-07-02', ['100.5'], { first: 23, units: 'KWHREG' }),
      hours(m3, '2026-07-02', day24('0.0005')),
    ]);
    const { totals, rows } = await hub.answer(file);
    const counts = { lines: 5, values: 34, applied: 29, unchanged: 0, superseded: 0 };
    expect(totals).toEqual({ MAPLE: { ...counts, held: 2, rejected: 3 } });
    expect(rows.map((r) => [r.line, r.meter_id, r.reason, r.values])).toEqual([
      [2, 'M-7777', 'UNKNOWN_METER', 2],
      [3, m3, 'COUNT_MISMATCH', 3],
      [5, m3, 'ROUNDED', 24],
    ]);
    const channelDay = await hub.channelDay(a, '2026-07-02');
    const file_id = channelDay.sources[0]!.file_id;
    expect(channelDay).toMatchObject({
      ldc: 'MAPLE',
      version: 1,
      cause: 'READ',
      interval_minutes: 60,
      flags: `${'.'.repeat(17)}RRRR...`,
      completed_at_ms: null,
      sources: [{ from: 17, to: 21, custody_id: file, file_id, line: 1, meter_id: m1 }],
      registers: [{ at_ms: at('2026-07-03'), units: 1005, scale: 1, kind: 'READ' }],
      spans: [{ meter_id: m1, multiplier: '1', dials: 6, decimals: 3 }],
    });
    expect(channelDay.values.slice(17, 21)).toEqual([1900, 2100, 1800, 1500]);
    const whole = await hub.channelDay(c, '2026-07-02');
    expect(whole.completed_at_ms).toBe(hub.custodyOf(file));
    const status = (await get(hub, '/admin/status')) as { details: { held_values: number } };
    expect(status.details.held_values).toBe(2);
  });

  it('merges what comes again: equal values make no version, corrections do', async () => {
    const { a, m1, set } = pair('Y');
    await hub.apply(set);
    await hub.idle();
    const send = async (values: string[], input = {}) =>
      hub.answer(await hub.send([hours(m1, '2026-07-02', values, input)]));
    await send(day24('1.000'));
    expect((await send(day24('1.0'))).totals['MAPLE']).toMatchObject({
      applied: 24,
      unchanged: 24,
    });
    const worse = await send(['9'], { flag: 'E' });
    expect(worse.totals['MAPLE']).toMatchObject({ applied: 1, superseded: 1 });
    await send(['3'], { first: 5 });
    const corrected = await hub.channelDay(a, '2026-07-02', (v) => v.version > 1);
    expect(corrected.version).toBe(2);
    expect(corrected.values.slice(4, 7)).toEqual([1000, 3000, 1000]);
    const [first, second, third] = corrected.sources;
    expect([first, second, third].map((s) => [s!.from, s!.to])).toEqual([
      [0, 5],
      [5, 6],
      [6, 24],
    ]);
    expect(third!.file_id).toBe(first!.file_id);
    expect(second!.file_id).not.toBe(first!.file_id);
  });

  it('bounds a day by the register reads at both its midnights', async () => {
    const { a, m1, set } = pair('R');
    await hub.apply(set);
    await hub.idle();
    const read = (date: string, value: string) =>
      hours(m1, date, [value], { first: 23, units: 'KWHREG' });
    await hub.answer(await hub.send([read('2026-06-30', '100.5')]));
    expect(hub.newestDays().has(`${a} ${day('2026-07-01')}`)).toBe(false);
    await hub.answer(await hub.send([hours(m1, '2026-07-01', day24('1'))]));
    await hub.answer(await hub.send([read('2026-07-01', '124.5')]));
    const bounded = await hub.channelDay(a, '2026-07-01', (v) => v.registers.length === 2);
    expect(bounded.version).toBe(2);
    expect(bounded.registers.map((r) => [r.at_ms, r.units])).toEqual([
      [at('2026-07-01'), 1005],
      [at('2026-07-02'), 1245],
    ]);
  });

  it('holds what the directory does not know, applies and moves it as that changes', async () => {
    const { a, c, m1, m3, set } = pair('Z');
    const file = await hub.send([
      hours(m1, '2026-07-01', day24('1.000')),
      hours(m1, '2026-07-02', day24('2.000')),
    ]);
    expect((await hub.answer(file)).totals['MAPLE']).toMatchObject({ held: 48, applied: 0 });
    await hub.apply(set);
    const applied = await hub.channelDay(a, '2026-07-02');
    expect(applied).toMatchObject({ cause: 'DIRECTORY', version: 1, flags: 'R'.repeat(24) });
    await hub.idle();
    expect(hub.counts(file)).toMatchObject({ applied: 48, held: 0, rejected: 0 });
    const moved = () => hub.of('reads.MeterDayReattributed').filter((v) => v.custody_id === file);
    const moves = moved().flatMap((v) => v.moves);
    expect(moves.map((m) => [m.state, m.usdp_id, m.from, m.to])).toEqual([
      ['APPLIED', a, 0, 24],
      ['APPLIED', a, 0, 24],
    ]);
    // The meters of A and C had been crossed since 2 July, 10:37.
    const cut = '2026-07-02T10:37';
    await hub.apply([
      ins(a, [m1, '2026-05-01', cut], [m3, cut]),
      ins(c, [m3, '2026-05-01', cut], [m1, cut]),
    ]);
    const lost = await hub.channelDay(a, '2026-07-02', (v) => v.version === 2);
    const gained = await hub.channelDay(c, '2026-07-02');
    expect(lost.values).toEqual([...new Array(10).fill(2000), ...new Array(14).fill(null)]);
    const parts = lost.shared.map((s) => [s.index, s.parts.map((p) => p.wh)]);
    expect(parts).toEqual([[10, ['2000', null]]]);
    expect(gained.values).toEqual([...new Array(11).fill(null), ...new Array(13).fill(2000)]);
    expect(hub.newestDays().get(`${a} ${day('2026-07-01')}`)!.version).toBe(1);
    await hub.idle();
    expect(hub.counts(file)).toMatchObject({ applied: 48, held: 0 });
    expect(moved().at(-1)!.moves).toMatchObject([{ state: 'MOVED', usdp_id: c, from_usdp_id: a }]);
  });

  it('finds a local clock by the whole file, also from another segment', async () => {
    const local = (meter: string) => [
      hours(meter, '2026-03-08', ['1', '1']),
      hours(meter, '2026-03-08', new Array<string>(21).fill('1'), { first: 3 }),
    ];
    const lines = [...local('L-1'), ...local('L-2')];
    const file = await hub.send(lines, { cuts: [1, 2, 3], at: at('2026-03-09T09:00') });
    const { rows, totals } = await hub.answer(file);
    expect(rows.map((r) => r.reason)).toEqual(new Array(4).fill('LOCAL_CLOCK'));
    expect(totals['MAPLE']).toMatchObject({ rejected: 46, held: 0 });
  });

  it('applies by a default service, traces a value to its line', async () => {
    await hub.apply([
      mtr('S-1'),
      ins('SA', ['S-1', '2026-05-01']),
      ...readable('SA', { service: '' }),
    ]);
    await hub.idle();
    const file = await hub.send([hours('S-1', '2026-07-01', ['1.25'])]);
    expect((await hub.answer(file)).rows[0]).toMatchObject({ reason: 'SDP_INCOMPLETE' });
    await hub.feed.send(
      emit('participants.LdcSettingSet', 'MAPLE', {
        at_ms: 2,
        ldc: 'MAPLE',
        name: 'default-vee.RESIDENTIAL',
        value: 'STD',
        from_day: day('2026-06-01'),
      }),
    );
    expect((await hub.channelDay('SA', '2026-07-01')).values[0]).toBe(1250);
    const trace = await get(hub, '/admin/trace/interval/SA/2026-07-01?channel=KWH');
    expect(trace).toMatchObject({
      channels: [
        {
          version: 1,
          channel_day: { values: expect.arrayContaining([1250]) },
          received: [{ line: 1, value: '1.25', state: 'APPLIED', usdp_id: 'SA' }],
        },
      ],
    });
    expect(await get(hub, '/admin/trace/interval/none/2026-07-01')).toMatchObject({
      code: 'UNKNOWN_USDP',
    });
  });

  it('finds the meters of an LDC that is added to a head-end', async () => {
    await hub.apply([mtr('B-1'), ins('BA', ['B-1', '2026-05-01']), ...readable('BA')], 'BIRCH');
    await hub.idle();
    const file = await hub.send([hours('B-1', '2026-07-01', ['2.5'])]);
    expect((await hub.answer(file)).totals['MAPLE']).toMatchObject({ held: 1 });
    await hub.register({ ldcs: ['MAPLE', 'BIRCH'] });
    expect(await hub.channelDay('BA', '2026-07-01')).toMatchObject({ ldc: 'BIRCH' });
  });

  it('finds meters by the AMCD id, also one that changed meters inside an interval', async () => {
    await hub.register({ amcc: 'NA2', key: 'AMCD', multiplied: true });
    await hub.idle();
    const line = (first: number, count: number, other: string) =>
      hours('QD-1', '2026-07-01', new Array<string>(count).fill('1'), {
        first,
        other,
        amcc: 'NA2',
      });
    const file = await hub.send([line(0, 11, 'Q-1'), line(10, 14, 'Q-2')]);
    expect((await hub.answer(file)).totals['MAPLE']).toMatchObject({ held: 25 });
    const cut = '2026-07-01T10:37';
    const keyed = { amcc: 'NA2', amcd: 'QD-1', multiplier: '40' };
    await hub.apply([
      mtr('Q-1', keyed),
      mtr('Q-2', { ...keyed, from: cut }),
      ins('QA', ['Q-1', '2026-05-01', cut], ['Q-2', cut]),
      ...readable('QA'),
    ]);
    const channelDay = await hub.channelDay('QA', '2026-07-01');
    const whole = [...new Array(10).fill(1000), 2000, ...new Array(13).fill(1000)];
    expect(channelDay.values).toEqual(whole);
    expect(channelDay.shared[0]!.parts.map((p) => [p.meter_id, p.line])).toEqual([
      ['Q-1', 1],
      ['Q-2', 2],
    ]);
    expect(channelDay.sources.map((s) => [s.from, s.to, s.meter_id])).toEqual([
      [0, 11, 'Q-1'],
      [10, 24, 'Q-2'],
    ]);
    await hub.idle();
    expect(hub.counts(file)).toMatchObject({ applied: 25, held: 0 });
  });

  it('discards held values for an operator', async () => {
    const file = await hub.send([
      hours('H-1', '2026-07-01', ['1', '2']),
      hours('H-1', '2026-07-02', ['3']),
    ]);
    await hub.answer(file);
    const discard = (body: object) => post(hub, '/admin/holds/discard', body);
    const some = { amcc: 'NA1', meter: 'H-1', before: '2026-07-02' };
    expect(await discard(some)).toEqual({ discarded: 2 });
    expect(await discard(some)).toEqual({ discarded: 0 });
    expect(await discard({ amcc: 'NA9' })).toMatchObject({ code: 'UNKNOWN_AMCC' });
    expect(await discard({ amcc: 'NA1', before: 'May' })).toMatchObject({ code: 'BAD_VALUE' });
    await hub.idle();
    expect(hub.counts(file)).toMatchObject({ held: 1, rejected: 2 });
    await hub.apply([mtr('H-1'), ins('HA', ['H-1', '2026-05-01']), ...readable('HA')]);
    await hub.idle();
    expect(hub.counts(file)).toMatchObject({ held: 0, applied: 1, rejected: 2 });
    expect(hub.newestDays().has(`HA ${day('2026-07-01')}`)).toBe(false);
  });

  it('lets of two first versions made at once only one stand', async () => {
    const known = hub.events.find((e) => e.type === 'reads.ChannelDayAttributed')!;
    const first = known.value as InEvent<'reads.ChannelDayAttributed'>['value'];
    const version = (flags: string) =>
      [{ ...known, value: { ...first, usdp_id: 'RACE', version: 1, flags } }] as InEvent[];
    const { db } = hub.service.tools;
    let rival: Promise<unknown> = Promise.resolve();
    const abandon = db.tx(async (tx) => {
      await channelDaysProjection.apply(tx, version('R'));
      rival = db.tx((other) => channelDaysProjection.apply(other, version('V')));
      rival.catch(() => undefined);
    });
    await abandon;
    await expect(rival).rejects.toMatchObject({ code: '40001' });
    await db.tx((tx) => channelDaysProjection.apply(tx, version('R')));
    await db.query(`delete from channel_day where usdp_id = 'RACE'`);
  });

  it('reads a block the same whichever of its events comes first', async () => {
    const own = (type: string) =>
      hub.events.find(
        (e) => e.type === type && (e.value as { device_id?: string }).device_id === 'Z-1001',
      )!;
    const received = own('reads.MeterDayReceived');
    const moved = own('reads.MeterDayReattributed');
    const { db } = hub.service.tools;
    const undo = new Error('undone');
    const runsAfter = async (events: InEvent[]) => {
      let runs: unknown;
      const done = db.tx(async (tx) => {
        await tx.query(`delete from block_state where device_id = 'Z-1001'`);
        await tx.query(`delete from read_block where device_id = 'Z-1001'`);
        for (const event of events) await meterDaysProjection.apply(tx, [event]);
        const { est_day } = received.value as { est_day: number };
        const device = { amccId: 'NA1', deviceId: 'Z-1001', channel: 'KWH', estDay: est_day };
        runs = (await loadBlocks(tx, [device])).map((b) => [b.version, b.runs]);
        throw undo;
      });
      await expect(done).rejects.toBe(undo);
      return runs;
    };
    const inOrder = await runsAfter([received, moved]);
    expect(await runsAfter([moved, received])).toEqual(inOrder);
    expect(inOrder).toMatchObject([[2, [{ state: 'APPLIED' }]]]);
  });

  it('is rebuilt from its topics to the same rows', async () => {
    await hub.idle();
    await expectEqualToRebuilt(hub);
  });
});

describe('a file that overtakes the registration of its sender', () => {
  it('waits for it', async () => {
    const hub = await ReadsHub.open();
    try {
      const file = await hub.send([hours('M-1', '2026-07-01', ['1'])]);
      // Longer than five quick tries would take.
      await expect(hub.answer(file, 5_000)).rejects.toThrow('in vain');
      await hub.register();
      expect((await hub.answer(file)).totals['MAPLE']).toMatchObject({ held: 1 });
      await hub.idle();
    } finally {
      await hub.close();
    }
  });
});

describe('any order', () => {
  it(
    'of directory and files, in one segment or several at once, gives the same',
    async () => {
      const p = pair('M');
      const lines = [
        ...[p.m1, p.m3].map((m) => hours(m, '2026-07-01', day24('1.5'))),
        // A day of five-minute values in six lines, of which three are corrected below.
        ...fiveMinutes('M-1005', 0, 6, '0.010'),
        ...fiveMinutes('M-1005', 1, 4, '0.020'),
        hours(p.m1, '2026-07-01', ['0.7', '0.8'], { flag: 'E' }),
        hours(p.m1, '2026-07-01', ['5'], { first: 3, other: 'D-9' }),
      ];
      const set = [
        ...p.set,
        mtr('M-1005', { minutes: 5, multiplier: '2.5' }),
        ins('MB', ['M-1005', '2026-05-01']),
        ...readable('MB'),
      ];
      const outcomes = [];
      for (const order of ['directory first', 'reads first', 'in segments'] as const) {
        const hub = await ReadsHub.open();
        try {
          await hub.register();
          if (order !== 'reads first') await hub.apply(set);
          await hub.idle();
          const cuts = order === 'in segments' ? [1, 3, 4, 5, 6, 7, 9, 10] : [];
          const file = await hub.send(lines, { cuts });
          await hub.answer(file);
          if (order === 'reads first') await hub.apply(set);
          await hub.idle();
          await until('three days', async () => hub.newestDays().size === 3);
          const days = [...hub.newestDays().values()]
            .map((v) => ({
              usdp: v.usdp_id,
              flags: v.flags,
              values: v.values,
              at: v.completed_at_ms,
            }))
            .sort((a, b) => (a.usdp < b.usdp ? -1 : 1));
          outcomes.push({ counts: { ...hub.counts(file), unchanged: 0, superseded: 0 }, days });
          await expectEqualToRebuilt(hub);
        } finally {
          await hub.close();
        }
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
      expect(outcomes[2]).toEqual(outcomes[0]);
      expect(outcomes[0]!.counts).toMatchObject({ applied: 482, held: 1, rejected: 0 });
      expect(outcomes[0]!.days.map((d) => d.values[50])).toEqual([undefined, 50, undefined]);
    },
    LIMIT_MS,
  );
});

describe('days that come at once', () => {
  it(
    'know the registers of each other',
    async () => {
      const hub = await ReadsHub.open();
      try {
        await hub.register();
        const meters = Array.from({ length: 600 }, (_, i) => `W-${i}`);
        const points = meters.flatMap((m) => [
          mtr(m),
          ins(`P${m}`, [m, '2026-05-01']),
          ...readable(`P${m}`),
        ]);
        await hub.apply(points);
        await hub.idle();
        const dates = Array.from({ length: 8 }, (_, i) => `2026-06-1${i}`);
        const ofDay = (date: string) =>
          meters.flatMap((m) => [
            hours(m, date, day24('1')),
            hours(m, date, ['24'], { first: 23, units: 'KWHREG' }),
          ]);
        const files: string[] = [];
        for (const date of dates) {
          files.push(await hub.send(ofDay(date)));
        }
        for (const file of files) await hub.answer(file, LIMIT_MS);
        await hub.idle();
        const expected = new Map(dates.slice(1).map((date) => [day(date), 2]));
        const lacking = [...hub.newestDays().values()].filter(
          (v) => v.registers.length < (expected.get(v.est_day) ?? 1),
        );
        expect(lacking.map((v) => `${v.usdp_id} ${v.est_day}`)).toEqual([]);
      } finally {
        await hub.close();
      }
    },
    LIMIT_MS,
  );
});

describe('a reader that is stopped', () => {
  it(
    'goes on in mid-file, each line answered once; held values expire by the clock',
    async () => {
      const hub = await ReadsHub.open();
      try {
        await hub.register();
        const p = pair('K');
        await hub.apply(p.set);
        await hub.idle();
        const lines = Array.from({ length: 9_000 }, (_, i) =>
          hours(`K-${i}`, '2026-07-01', ['1', '2']),
        );
        const recent = hub.service.tools.clock.now() - DAY_MS;
        const file = await hub.send(lines, { at: recent });
        await until('a first chunk', async () => hub.of('reads.SegmentDecided').length > 0);
        await hub.service.stop();
        await hub.start();
        const { totals, chunks } = await hub.answer(file);
        const counts = { lines: 9_000, values: 18_000, held: 17_996, applied: 4 };
        expect(totals['MAPLE']).toMatchObject(counts);
        expect(chunks.map((c) => c.chunk)).toEqual(chunks.map((_, i) => i));
        await hub.service.stop();
        await hub.start({ MDMR_HELD_EXPIRE_DAYS: '1' });
        await until('expiry', async () => hub.counts(file)['rejected'] === 17_996);
        expect(hub.counts(file)).toMatchObject({ held: 0, applied: 4 });
        await hub.idle();
        await expectEqualToRebuilt(hub);
      } finally {
        await hub.close();
      }
    },
    LIMIT_MS,
  );
});

/** Lines of a five-minute day, 48 values each. */
function fiveMinutes(meter: string, from: number, to: number, value: string): string[] {
  const values = new Array<string>(48).fill(value);
  return Array.from({ length: to - from }, (_, i) =>
    hours(meter, '2026-07-01', values, { first: (from + i) * 48, minutes: 5 }),
  );
}

async function get(hub: ReadsHub, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${hub.hub.operatorKey}` };
  const response = await fetch(`${hub.service.url}${path}`, { headers });
  return response.json();
}

async function post(hub: ReadsHub, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${hub.service.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${hub.hub.operatorKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  return response.json();
}
