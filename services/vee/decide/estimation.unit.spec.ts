/** The vectors of the estimation, to the Wh. */
import { describe, expect, it } from '@jest/globals';
import { type EstDay, holidaysOf, isHoliday, startOfDay } from '@mdmr/kernel';
import { BenchChannel, dayOf, inputOf, pieceOf, readOf } from './bench-channel.js';
import { blendKwh } from './blend.js';

const THURSDAY = dayOf('2026-06-11');
const GAP = [17, 18, 19, 20];
const OTHERS = 100;

interface Setup {
  decimals?: number;
  multiplier?: string;
  ladder?: string;
  strict?: boolean;
  minutes?: number;
}

function channel(setup: Setup = {}): BenchChannel {
  const bench = new BenchChannel();
  const { decimals = 3, multiplier = '1', minutes = 60 } = setup;
  bench.ratedKw = 2000;
  const piece = { meterId: 'M-1', from: startOfDay(THURSDAY - 100), decimals, multiplier, minutes };
  bench.pieces = [pieceOf(piece)];
  bench.useServices({
    serviceId: 'STD',
    ladder: setup.ladder ?? 'mean10',
    strict: setup.strict ?? false,
  });
  return bench;
}

/** A day of 24 hours that has these values at HE18-21 and `others` else. */
function dayWith(values: readonly (number | null)[], others = OTHERS): (number | null)[] {
  return Array.from({ length: 24 }, (_, i) => (GAP.includes(i) ? values[i - 17]! : others));
}

const NOTHING = [null, null, null, null];
const LIKE = [
  [1800, 2100, 1900, 1400],
  [1600, 2000, 1700, 1300],
  [2000, 2200, 2100, 1500],
];

/** Three weekdays and two days of other classes before the Thursday. */
function withHistory(bench: BenchChannel): BenchChannel {
  LIKE.forEach((values, i) => bench.give(THURSDAY - 1 - i, inputOf(60, dayWith(values))));
  for (const day of [THURSDAY - 4, THURSDAY - 5]) bench.give(day, inputOf(60, dayWith(LIKE[0]!)));
  return bench;
}

/** The gap of the Thursday, with registers dR apart and `measured` Wh in the other hours. */
function gapOf(bench: BenchChannel, delta: string | null, measured: number): BenchChannel {
  const hours = dayWith(NOTHING, Math.floor(measured / 20));
  hours[0]! += measured - Math.floor(measured / 20) * 20;
  const start = startOfDay(THURSDAY);
  const registers =
    delta === null
      ? []
      : [
          readOf('M-1', start, '1000.000'),
          readOf('M-1', startOfDay(THURSDAY + 1), sum('1000', delta)),
        ];
  bench.give(THURSDAY, inputOf(60, hours, registers));
  bench.finalRun(THURSDAY);
  return bench;
}

function sum(a: string, b: string): string {
  return (Number(a) + Number(b)).toFixed(3);
}

function made(bench: BenchChannel, day: EstDay = THURSDAY): number[] {
  return GAP.map((i) => bench.verdict(day).values[i]!);
}

describe('EST-LIN', () => {
  it('draws the line 75, four half-hours, 100', () => {
    const bench = channel({ minutes: 30 });
    const values = Array.from({ length: 48 }, (_, i) => (i < 10 ? 75 : i < 14 ? null : 100));
    bench.give(THURSDAY, inputOf(30, values));
    bench.finalRun(THURSDAY);
    const verdict = bench.verdict(THURSDAY);
    expect([...verdict.values.slice(10, 14)]).toEqual([80, 85, 90, 95]);
    expect(verdict.estimates).toMatchObject([
      { from: 10, to: 14, method: 'EST-LIN', scaling: 'NONE' },
    ]);
    expect(verdict.states.slice(9, 15)).toBe('VEEEEV');
  });
});

describe('EST-HIS', () => {
  it('gives the mean of like days without registers', () => {
    const bench = gapOf(withHistory(channel()), null, 2000);
    expect(made(bench)).toEqual([1800, 2100, 1900, 1400]);
    expect(bench.verdict(THURSDAY).estimates).toMatchObject([
      { method: 'EST-HIS', scaling: 'NONE', donorDays: [THURSDAY - 3, THURSDAY - 2, THURSDAY - 1] },
    ]);
  });

  it('scales it to dR 24.2 with 16.1 measured', () => {
    const bench = gapOf(withHistory(channel()), '24.2', 16_100);
    expect(made(bench)).toEqual([2025, 2363, 2137, 1575]);
    expect(bench.verdict(THURSDAY).estimates).toMatchObject([
      { scaling: 'SCALED', factor: '1.125', energyWh: 8100, registerTo: startOfDay(THURSDAY + 1) },
    ]);
    expect(bench.verdict(THURSDAY).findings[0]).toMatchObject({
      rule: 'VEE-R-020',
      outcome: 'ESTIMATED',
      value: '4',
    });
  });

  it('scales it to dR 21.5 with 14.2 measured', () => {
    expect(made(gapOf(withHistory(channel()), '21.5', 14_200))).toEqual([1825, 2129, 1926, 1420]);
  });

  // Whole register units of half a kWh: T is 1.0; dR 15.0, then 15.7 kWh.
  it('finds a contradiction beyond T', () => {
    const bench = gapOf(withHistory(channel({ decimals: 0, multiplier: '0.5' })), '30.0', 16_100);
    expect(bench.verdict(THURSDAY).nve).toEqual([
      { from: 17, to: 21, reason: 'REGISTER_CONTRADICTION' },
    ]);
    expect(bench.verdict(THURSDAY).states).toBe('VVVVVVVVVVVVVVVVVNNNNVVV');
  });

  it('gives zeros within T, and warns', () => {
    const bench = gapOf(withHistory(channel({ decimals: 0, multiplier: '0.5' })), '31.4', 16_100);
    expect(made(bench)).toEqual([0, 0, 0, 0]);
    const { estimates, findings } = bench.verdict(THURSDAY);
    expect(estimates).toMatchObject([{ method: 'EST-HIS', scaling: 'ZERO', energyWh: -400 }]);
    expect(findings.find((f) => f.severity === 'WARN')).toMatchObject({
      rule: 'VEE-R-023',
      value: '0.400',
      outcome: 'ACCEPTED',
    });
  });

  it('needs five valid days of history', () => {
    const bench = channel();
    for (let i = 1; i <= 4; i++) bench.give(THURSDAY - i, inputOf(60, dayWith(LIKE[0]!)));
    const hours = Array.from({ length: 24 }, (_, i) => (i >= 6 && i < 12 ? null : 100));
    bench.give(THURSDAY, inputOf(60, hours));
    bench.finalRun(THURSDAY);
    expect(bench.verdict(THURSDAY).nve).toEqual([{ from: 6, to: 12, reason: 'NO_HISTORY' }]);
  });
});

describe('like days of a holiday', () => {
  /** New Year's Day 2026 is a Thursday; Christmas and Boxing Day are moved out of the 42 days. */
  const holiday = dayOf('2026-10-12') - 0;

  it('takes the three latest Sundays with weekday3, six with mean10', () => {
    // Canada Day 2027 is a Thursday; Victoria Day, 24 May 2027, lies within 42 days and is taken out.
    const day = dayOf('2027-07-01');
    expect(isHoliday(day)).toBe(true);
    expect(isHoliday(holiday)).toBe(true);
    const sundays: EstDay[] = [];
    for (let d = day - 42; d < day; d++) if (new Set([6]).has((d + 3) % 7)) sundays.push(d);
    expect(sundays).toHaveLength(6);
    for (const [ladder, expected] of [
      ['weekday3', sundays.slice(-3)],
      ['mean10', sundays],
    ] as const) {
      const bench = channel({ ladder });
      bench.pieces = [pieceOf({ meterId: 'M-1', from: startOfDay(day - 60) })];
      for (let d = day - 42; d < day; d++) {
        const victoria = d === dayOf('2027-05-24');
        bench.give(d, inputOf(60, dayWith(victoria ? NOTHING : LIKE[0]!)));
      }
      bench.give(day, inputOf(60, dayWith(NOTHING)));
      bench.finalRun(day);
      expect(bench.verdict(day).estimates[0]).toMatchObject({
        method: 'EST-HIS',
        donorDays: expected,
      });
    }
  });
});

describe('coarse registers', () => {
  it('blends by variance', () => {
    expect(blendKwh(2, 1, 1).toFixed(4)).toBe('1.5485');
    expect(blendKwh(14, 10, 40 * 0.1).toFixed(4)).toBe('13.5345');
    expect(blendKwh(2, 0, 1)).toBe(2);
  });

  it('gives 1549 Wh to one hour', () => {
    const bench = channel({ decimals: 0 });
    for (let i = 1; i <= 7; i++) bench.give(THURSDAY - i, inputOf(60, new Array(24).fill(1000)));
    const hours = Array.from({ length: 24 }, (_, i) => (i === 23 ? null : 1000));
    const registers = [
      readOf('M-1', startOfDay(THURSDAY), '1000'),
      readOf('M-1', startOfDay(THURSDAY + 1), '1025'),
    ];
    bench.give(THURSDAY, inputOf(60, hours, registers));
    bench.finalRun(THURSDAY);
    expect(bench.verdict(THURSDAY).values[23]).toBe(1549);
    expect(bench.verdict(THURSDAY).estimates).toMatchObject([
      { method: 'EST-HIS', scaling: 'BLENDED' },
    ]);
    expect(bench.verdict(THURSDAY).findings.find((f) => f.severity === 'INFO')).toMatchObject({
      rule: 'VEE-R-023',
      value: '0.451',
    });
  });

  it('scales to them all the same when the service is strict', () => {
    const bench = channel({ decimals: 0, strict: true });
    for (let i = 1; i <= 7; i++) bench.give(THURSDAY - i, inputOf(60, new Array(24).fill(1000)));
    const hours = Array.from({ length: 24 }, (_, i) => (i === 23 ? null : 1000));
    const registers = [
      readOf('M-1', startOfDay(THURSDAY), '1000'),
      readOf('M-1', startOfDay(THURSDAY + 1), '1025'),
    ];
    bench.give(THURSDAY, inputOf(60, hours, registers));
    bench.finalRun(THURSDAY);
    expect(bench.verdict(THURSDAY).values[23]).toBe(2000);
  });
});

describe('the ladder soft', () => {
  it('leans to days that used as much, and closes to the registers', () => {
    const heavy = (scale: number) => dayWith(LIKE[0]!.map((v) => v * scale));
    const bench = channel({ ladder: 'soft' });
    for (let i = 1; i <= 14; i++) {
      // Odd days back use three times as much in the evening, late rather than early.
      const values = i % 2 === 1 ? dayWith([900, 900, 900, 6000]) : heavy(1);
      bench.give(THURSDAY - i, inputOf(60, values));
    }
    gapOf(bench, '10.700', 2000);
    const [first, , , last] = made(bench);
    expect(made(bench).reduce((a, b) => a + b)).toBe(8700);
    expect(last! / first!).toBeGreaterThan(2);
    expect(bench.verdict(THURSDAY).estimates).toMatchObject([
      { method: 'EST-HIS', scaling: 'SCALED', energyWh: 8700 },
    ]);
  });
});

describe('the holidays of Ontario', () => {
  const dates = (year: number) => new Set(holidaysOf(year));

  it.each([
    '2017-01-02',
    '2017-07-03',
    '2021-12-27',
    '2021-12-28',
    '2022-12-26',
    '2022-12-27',
    '2026-12-28',
    '2026-07-01',
    '2026-04-03',
    '2026-05-18',
    '2026-02-16',
    '2026-08-03',
    '2026-09-07',
    '2026-10-12',
  ])('%s is one', (text) => expect(isHoliday(dayOf(text))).toBe(true));

  it.each(['2026-04-06', '2026-11-11', '2026-09-30', '2007-02-19', '2021-12-25'])(
    '%s is none',
    (text) => expect(isHoliday(dayOf(text))).toBe(false),
  );

  it('has ten a year since 2008', () => {
    for (let year = 2008; year <= 2035; year++) expect(dates(year).size).toBe(10);
    expect(dates(2007).size).toBe(9);
  });
});
