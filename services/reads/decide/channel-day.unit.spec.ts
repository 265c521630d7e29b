import { describe, expect, it } from '@jest/globals';
import { attributeBlock } from './attribute-block.js';
import type { Block } from './block.js';
import { deriveChannelDay, type ChannelDay } from './channel-day.js';
import { contentHash } from './content.js';
import { channelDayAttributed } from './events.js';
import type { DirectoryIndex } from './directory-index.js';
import { at, block, day, directory, file, headEnd, meter, point, wholeDay } from './fixture.js';

function derive(
  view: DirectoryIndex,
  blocks: readonly Block[],
  key: { usdpId?: string; channel?: string; day?: string } = {},
): ChannelDay {
  return deriveChannelDay(
    view,
    {
      usdpId: key.usdpId ?? 'A',
      channel: key.channel ?? 'KWH',
      estDay: day(key.day ?? '2026-07-01'),
    },
    blocks.map((b) => ({ block: b, attributions: attributeBlock(view, b) })),
  );
}

function simple(multiplier = '1') {
  return directory({
    meters: [meter('M-1', { multiplier })],
    points: [point('A', [{ meter: 'M-1' }])],
  });
}

describe('a channel day', () => {
  it('holds customer Wh, flags, lineage and the meter of the day', () => {
    const result = derive(simple('40'), [
      block({ values: { 0: 'V0.400', 1: 'R-0.075', 3: 'N0' }, line: 7 }),
    ]);
    expect(result.intervalMinutes).toBe(60);
    expect(result.values.slice(0, 5)).toEqual([16_000, -3_000, null, null, null]);
    expect(result.flags).toBe(`VR.N${'.'.repeat(20)}`);
    expect(result.sources).toEqual([
      { from: 0, to: 2, custodyId: 'C1', fileId: 'F1', line: 7, meterId: 'M-1' },
    ]);
    expect(result.spans).toMatchObject([
      { meterId: 'M-1', fromMs: at('2026-07-01'), toMs: at('2026-07-02') },
    ]);
    expect(result.completedAtMs).toBeNull();
    expect(result.isBlank).toBe(false);
  });

  it('is blank without values, registers and reads of installations', () => {
    expect(derive(simple(), []).isBlank).toBe(true);
    expect(derive(simple(), [block({ values: { 0: 'N' } })]).isBlank).toBe(false);
  });

  it('tells when the last expected interval came, an equal re-send not counting', () => {
    const view = simple();
    const first = file(1, { custodyAtMs: at('2026-07-02T03:00') });
    const second = file(2, { custodyAtMs: at('2026-07-02T06:00') });
    const most = wholeDay('R1.000');
    delete most[5];
    const result = derive(view, [
      block({ values: wholeDay('R1.000'), file: second }),
      block({ values: most, file: first }),
    ]);
    expect(result.completedAtMs).toBe(second.custodyAtMs);
    const again = [
      block({ values: wholeDay('R1.000'), file: first }),
      block({ values: most, file: second }),
    ];
    expect(derive(view, again).completedAtMs).toBe(first.custodyAtMs);
  });

  it('expects nothing of an INACTIVE point', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [point('A', [{ meter: 'M-1' }], { status: 'INACTIVE' })],
    });
    const result = derive(view, [block({ values: wholeDay('R1.000') })]);
    expect(result.completedAtMs).toBeNull();
    expect(result.values[0]).toBe(1000);
  });

  it('is not different for its lineage', () => {
    const view = simple();
    const values = wholeDay('R1.000');
    const once = derive(view, [block({ values })]);
    const twice = derive(view, [block({ values }), block({ values, file: file(2) })]);
    const content = (d: ChannelDay) => contentHash(channelDayAttributed(d, 0, 1, 'READ'));
    expect(content(twice)).toBe(content(once));
    expect(twice.sources).toEqual(once.sources);
  });
});

describe('multiplier and rounding', () => {
  const value = (multiplier: string, text: string, multiplied = false) => {
    const b = block({ values: { 0: 'R0' }, multiplied });
    const [whole, decimals = ''] = text.split('.');
    const exact = {
      ...b,
      scale: decimals.length,
      values: [Number(`${whole}${decimals}`), ...b.values.slice(1)],
    };
    return derive(simple(multiplier), [exact]).values[0];
  };
  it.each([
    ['1', '0.0005', 1],
    ['1', '0.00049', 0],
    ['40', '0.0125', 500],
    ['0.333', '1.5', 500],
    ['1.5', '0.001', 2],
    ['2.5', '-0.0002', -1],
    ['1', '123456.789', 123_456_789],
  ])('%s x %s kWh is %i Wh', (multiplier, text, wh) => {
    expect(value(multiplier, text)).toBe(wh);
  });
  it('leaves out the multiplier that the head-end has applied', () => {
    expect(value('40', '1.000', true)).toBe(1000);
  });
});

describe('merge', () => {
  const merged = (...blocks: Block[]) => {
    const result = derive(simple(), blocks);
    return [result.values[0], result.flags[0]];
  };
  it('at equal rank the newest by custody stays, whatever the order of arrival', () => {
    const a = block({ values: { 0: 'R1.000' }, file: file(1) });
    const b = block({ values: { 0: 'A2.000' }, file: file(2) });
    const c = block({ values: { 0: 'V3.000' }, file: file(2), line: 2 });
    expect(merged(a, b)).toEqual([2000, 'A']);
    expect(merged(c, b, a)).toEqual([3000, 'V']);
  });
  it('the higher rank stays: E below the others, N removes nothing', () => {
    const actual = block({ values: { 0: 'R1.000' }, file: file(1) });
    const estimate = block({ values: { 0: 'E2.000' }, file: file(2) });
    const none = block({ values: { 0: 'N9' }, file: file(3) });
    expect(merged(none, estimate, actual)).toEqual([1000, 'R']);
    expect(merged(none, estimate)).toEqual([2000, 'E']);
    expect(merged(none)).toEqual([null, 'N']);
  });
  it('an equal value counts with its later custody', () => {
    const blocks = [
      block({ values: { 0: 'R1.000' }, file: file(1) }),
      block({ values: { 0: 'R2.000' }, file: file(2) }),
      block({ values: { 0: 'R1.000' }, file: file(3) }),
    ];
    expect(merged(...blocks)).toEqual([1000, 'R']);
  });
  it('touches only the intervals a file carries', () => {
    const result = derive(simple(), [
      block({ values: { 0: 'R1.000', 1: 'R1.000' } }),
      block({ values: { 1: 'R5.000' }, file: file(2) }),
    ]);
    expect(result.values.slice(0, 3)).toEqual([1000, 5000, null]);
    expect(result.sources.map((s) => [s.from, s.to, s.fileId])).toEqual([
      [0, 1, 'F1'],
      [1, 2, 'F2'],
    ]);
  });
  it('a held value displaces nothing', () => {
    const stranger = file(2, { sender: 'OTHER' });
    const result = derive(simple(), [
      block({ values: { 0: 'R1.000' } }),
      block({ values: { 0: 'R9.000' }, file: stranger }),
      block({ values: { 0: 'R8.000' }, file: file(3), other: 'D-9' }),
    ]);
    expect(result.values[0]).toBe(1000);
  });
});

describe('an exchange inside an interval', () => {
  const exchanged = directory({
    meters: [
      meter('M-1', { multiplier: '1' }),
      meter('M-2', { multiplier: '2.5', from: '2026-07-01T10:37' }),
    ],
    points: [
      point('A', [
        { meter: 'M-1', to: '2026-07-01T10:37', removalRead: '1439.300' },
        { meter: 'M-2', from: '2026-07-01T10:37', installRead: '0.000' },
      ]),
    ],
  });
  const before = block({ values: { 9: 'R1.000', 10: 'R0.5001' } });
  const old = {
    ...before,
    scale: 4,
    values: before.values.map((v, i) => (i === 10 ? 5001 : v && v * 10)),
  };
  const fresh = block({ device: 'M-2', values: { 10: 'R0.301', 11: 'R1.000' } });

  it('makes it shared: both parts by their own multiplier, rounded after adding', () => {
    const result = derive(exchanged, [old, fresh]);
    // 500.1 + 752.5 = 1252.6
    expect(result.values.slice(9, 12)).toEqual([1000, 1253, 2500]);
    expect(result.shared).toEqual([
      {
        index: 10,
        parts: [
          {
            meterId: 'M-1',
            fromMs: at('2026-07-01T10:00'),
            toMs: at('2026-07-01T10:37'),
            wh: '500.1',
            fileId: 'F1',
            line: 1,
          },
          {
            meterId: 'M-2',
            fromMs: at('2026-07-01T10:37'),
            toMs: at('2026-07-01T11:00'),
            wh: '752.5',
            fileId: 'F1',
            line: 1,
          },
        ],
      },
    ]);
    expect(result.spans.map((s) => s.meterId)).toEqual(['M-1', 'M-2']);
    expect(result.registers.map((r) => [r.kind, r.meterId, r.units, r.scale])).toEqual([
      ['REMOVAL', 'M-1', 1439300, 3],
      ['INSTALL', 'M-2', 0, 3],
    ]);
  });

  it('with a part that was not sent the interval has no value', () => {
    const result = derive(exchanged, [fresh]);
    expect(result.values[10]).toBeNull();
    expect(result.flags[10]).toBe('.');
    expect(result.shared[0]!.parts.map((p) => p.wh)).toEqual([null, '752.5']);
  });

  it('shares nothing at a boundary on the grid, nor before the first or after the last meter', () => {
    const view = directory({
      meters: [meter('M-1'), meter('M-2')],
      points: [
        point('A', [
          { meter: 'M-1', from: '2026-07-01T08:20', to: '2026-07-01T11:00' },
          { meter: 'M-2', from: '2026-07-01T11:00', to: '2026-07-01T15:10' },
        ]),
      ],
    });
    const result = derive(view, [
      block({ values: { 7: 'R9.000', 8: 'R1.000', 10: 'R1.000', 11: 'R9.000' } }),
      block({ device: 'M-2', values: { 10: 'R9.000', 11: 'R2.000', 15: 'R2.000', 16: 'R9.000' } }),
    ]);
    expect(result.shared).toEqual([]);
    const given = result.values.map((v, i) => [i, v]).filter(([, v]) => v !== null);
    expect(given).toEqual([
      [8, 1000],
      [10, 1000],
      [11, 2000],
      [15, 2000],
    ]);
  });

  it('a meter taken out and put back within one interval counts once', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [
        point('A', [
          { meter: 'M-1', to: '2026-07-01T10:10' },
          { meter: 'M-1', from: '2026-07-01T10:40' },
        ]),
      ],
    });
    const result = derive(view, [block({ values: { 10: 'R1.000' } })]);
    expect(result.values[10]).toBe(1000);
    expect(result.shared).toEqual([]);
  });

  it('of three meters all must be there', () => {
    const view = directory({
      meters: [meter('M-1'), meter('M-2'), meter('M-3')],
      points: [
        point('A', [
          { meter: 'M-1', to: '2026-07-01T10:10' },
          { meter: 'M-2', from: '2026-07-01T10:10', to: '2026-07-01T10:40' },
          { meter: 'M-3', from: '2026-07-01T10:40' },
        ]),
      ],
    });
    const of = (device: string) => block({ device, values: { 10: 'R0.100' } });
    expect(derive(view, [of('M-1'), of('M-2'), of('M-3')]).values[10]).toBe(300);
    expect(derive(view, [of('M-1'), of('M-3')]).values[10]).toBeNull();
  });
});

describe('a day on which the length changes', () => {
  const view = directory({
    meters: [meter('M-1', { minutes: 15 }, { minutes: 60, from: '2026-07-01T12:00' })],
    points: [point('A', [{ meter: 'M-1' }])],
  });
  const short = (values: Record<number, string>) => block({ minutes: 15, values });

  it('is kept in the longest length; shorter values are added, exactly', () => {
    const result = derive(view, [
      short({
        0: 'R0.100',
        1: 'R0.200',
        2: 'E0.300',
        3: 'R0.400',
        4: 'R0.1',
        5: 'R0.1',
        6: 'R0.1',
      }),
      block({ values: { 12: 'R1.000' } }),
    ]);
    expect(result.intervalMinutes).toBe(60);
    expect(result.values.slice(0, 2)).toEqual([1000, null]);
    expect(result.values[12]).toBe(1000);
    expect(result.flags.slice(0, 2)).toBe('E.');
    expect(result.spans.map((s) => s.version.intervalMinutes)).toEqual([15, 60]);
  });

  it('rounds the sum once', () => {
    const b = short({ 0: 'R0', 1: 'R0', 2: 'R0', 3: 'R0' });
    const quarter = { ...b, scale: 4, values: b.values.map((v) => (v === null ? null : 4)) };
    expect(derive(view, [quarter]).values[0]).toBe(2); // 4 x 0.4 Wh
  });

  it('with an exchange of meters of unlike lengths adds what each needs', () => {
    const exchanged = directory({
      meters: [
        meter('M-1', { minutes: 60 }),
        meter('M-2', { minutes: 15, from: '2026-07-01T10:37' }),
      ],
      points: [
        point('A', [
          { meter: 'M-1', to: '2026-07-01T10:37' },
          { meter: 'M-2', from: '2026-07-01T10:37' },
        ]),
      ],
    });
    const result = derive(exchanged, [
      block({ values: { 10: 'R0.500' } }),
      block({ device: 'M-2', minutes: 15, values: { 42: 'R0.020', 43: 'R0.030' } }),
    ]);
    expect(result.values[10]).toBe(550);
    expect(result.shared[0]!.parts.map((p) => p.wh)).toEqual(['500', '50']);
  });
});

describe('registers', () => {
  it('are listed in meter units, by time, those at 00:00 in both days they bound', () => {
    const view = directory({
      meters: [meter('M-1', { multiplier: '40' })],
      points: [point('A', [{ meter: 'M-1', installRead: '100.0' }])],
    });
    const opening = block({ day: '2026-06-30', registers: { '2026-07-01': 'R1000.50' } });
    const within = block({ registers: { '2026-07-01T10:00': 'R1001', '2026-07-02': 'E1024' } });
    const late = block({ day: '2026-07-02', registers: { '2026-07-02T00:04': 'R1025' } });
    const far = block({ day: '2026-07-02', registers: { '2026-07-02T00:06': 'R1026' } });
    const result = derive(view, [within, late, far, opening]);
    expect(result.registers.map((r) => [r.atMs, r.units, r.scale, r.flag])).toEqual([
      [at('2026-07-01'), 100050, 2, 'R'],
      [at('2026-07-01T10:00'), 1001, 0, 'R'],
      [at('2026-07-02'), 1024, 0, 'E'],
      [at('2026-07-02T00:04'), 1025, 0, 'R'],
    ]);
    expect(derive(view, [opening]).isBlank).toBe(true);
    expect(derive(view, [within]).isBlank).toBe(false);
  });

  it('of installations stand on the day that starts with, or holds, the installation', () => {
    const view = directory({
      meters: [meter('M-1')],
      points: [
        point('A', [
          {
            meter: 'M-1',
            from: '2026-05-01',
            to: '2026-07-01',
            installRead: '1.0',
            removalRead: '9.5',
          },
        ]),
      ],
    });
    const kinds = (key: { day: string }) => derive(view, [], key).registers.map((r) => r.kind);
    expect(kinds({ day: '2026-05-01' })).toEqual(['INSTALL']);
    expect(kinds({ day: '2026-04-30' })).toEqual([]);
    expect(kinds({ day: '2026-06-30' })).toEqual(['REMOVAL']);
    expect(kinds({ day: '2026-07-01' })).toEqual([]);
    expect(derive(view, [], { day: '2026-05-01' }).isBlank).toBe(false);
  });

  it('compete like values: the newest of an instant counts', () => {
    const registers = (text: string) => ({ '2026-07-01T10:00': text });
    const result = derive(simple(), [
      block({ registers: registers('R5.0'), file: file(2) }),
      block({ registers: registers('R4.0'), file: file(1) }),
      block({ registers: registers('E6.0'), file: file(3) }),
      block({ registers: registers('N0'), file: file(4) }),
    ]);
    expect(result.registers.map((r) => r.units)).toEqual([50]);
  });
});

describe('a channel', () => {
  it('has spans only while the meter lists it', () => {
    const view = directory({
      meters: [meter('M-1', {}, { from: '2026-07-01T12:00', channels: 'KWH+GKWH' })],
      points: [point('A', [{ meter: 'M-1' }])],
      headEnds: [headEnd()],
    });
    const generated = block({ channel: 'GKWH', values: { 11: 'R1.000', 12: 'R2.000' } });
    const result = derive(view, [generated], { channel: 'GKWH' });
    expect(result.values.slice(11, 13)).toEqual([null, 2000]);
    expect(result.spans[0]!.fromMs).toBe(at('2026-07-01T12:00'));
    expect(derive(view, []).spans).toHaveLength(1);
  });
});
