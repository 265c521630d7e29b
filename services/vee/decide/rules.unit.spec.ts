/** The vectors of the rules: day A and its variations, to the Wh. */
import { describe, expect, it } from '@jest/globals';
import { startOfDay } from '@mdmr/kernel';
import { BenchChannel, dayOf, inputOf, pieceOf, readOf } from './bench-channel.js';
import type { Finding } from './model.js';
import { deltaWithRollover } from './rules/r-021-register-decrease.js';
import { sumCheck, toleranceWh } from './rules/r-023-sum-check.js';
import type { BlockView } from './rules/rule.js';

const DAY = dayOf('2026-06-10');
const START = startOfDay(DAY);
const END = startOfDay(DAY + 1);
const DAY_A = [
  400, 400, 300, 300, 300, 400, 700, 1200, 1100, 800, 700, 700, 800, 700, 700, 900, 1300, 1900,
  2100, 1800, 1500, 1200, 800, 500,
];

interface Case {
  r0?: string;
  r1?: string;
  values?: (number | null)[];
  multiplier?: string;
  decimals?: number | null;
  dials?: number;
  ratedKw?: number;
  minutesOff?: number;
}

function channel(c: Case): BenchChannel {
  const bench = new BenchChannel();
  bench.ratedKw = c.ratedKw ?? 2000;
  const piece = {
    multiplier: c.multiplier ?? '1',
    decimals: c.decimals ?? null,
    dials: c.dials ?? 6,
  };
  bench.pieces = [pieceOf({ meterId: 'M-1', from: START - 86_400_000, ...piece })];
  const registers = [];
  const off = (c.minutesOff ?? 0) * 60_000;
  if (c.r0 !== undefined) registers.push(readOf('M-1', START, c.r0));
  if (c.r1 !== undefined) registers.push(readOf('M-1', END - off, c.r1));
  bench.give(DAY, inputOf(60, c.values ?? DAY_A, registers));
  return bench;
}

function findings(c: Case): readonly Finding[] {
  return channel(c).verdict(DAY).findings;
}

function finding(c: Case, rule: string): Finding | undefined {
  return findings(c).find((f) => f.rule === rule);
}

describe('the sum check (023)', () => {
  it('passes day A at T 0.2', () => {
    const verdict = channel({ r0: '12345.6', r1: '12367.1' }).verdict(DAY);
    expect(verdict.findings).toEqual([]);
    expect(verdict.passed).toEqual([20, 21, 22, 25, 23, 30, 31]);
    expect(verdict.states).toBe('V'.repeat(24));
    expect([...verdict.values].reduce((a, b) => a + b)).toBe(21_500);
  });

  it('fails a difference of 2.0 at T 1.0', () => {
    const found = findings({ r0: '12345.5', r1: '12369.0' });
    expect(found).toMatchObject([
      { rule: 'VEE-R-023', severity: 'FAIL', value: '2.000', limit: '0.200', intervals: 24 },
    ]);
  });

  it('takes the most decimals seen in the register, or what the directory says', () => {
    expect(finding({ r0: '12345.6', r1: '12369.1', decimals: 0 }, 'VEE-R-023')).toBeUndefined();
    expect(finding({ r0: '12345', r1: '12367.1' }, 'VEE-R-023')?.limit).toBe('0.200');
    expect(finding({ r0: '12345', r1: '12368' }, 'VEE-R-023')).toBeUndefined();
  });

  it('is not run while an interval is missing', () => {
    const values = DAY_A.map((v, i) => (i === 2 ? null : v));
    const found = findings({ r0: '12345.6', r1: '12367.1', values });
    expect(found).toMatchObject([
      { rule: 'VEE-R-020', severity: 'FAIL', value: '1', limit: '0', intervals: 1, from: 2, to: 3 },
      { rule: 'VEE-R-023', severity: 'NOT_RUN', reason: 'MISSING_INTERVAL' },
      { rule: 'VEE-R-025', severity: 'NOT_RUN', reason: 'MISSING_INTERVAL' },
    ]);
  });

  it('allows 80 kWh to a register of whole units times 40', () => {
    const values = DAY_A.map((v) => v * 40);
    const c = { r0: '100.0', r1: '121.5', values, multiplier: '40', decimals: 0 };
    expect(findings(c)).toEqual([]);
    const wide = { ...c, values: values.map((v, i) => (i === 0 ? v + 80_000 : v)) };
    expect(findings(wide)).toEqual([]);
    const wider = { ...c, values: values.map((v, i) => (i === 0 ? v + 80_001 : v)) };
    expect(findings(wider)).toMatchObject([
      { rule: 'VEE-R-023', severity: 'FAIL', value: '80.001', limit: '80.000' },
    ]);
  });
});

describe('registers that count in halves', () => {
  /** A block of day A in numbers, r 0.5 unless given. */
  function block(delta: number, r = 0.5): BlockView {
    const toleranceKwh = toleranceWh(1, r, 24, 21_500, 0.001);
    return { sumWh: 21_500, registerWh: delta * 1000, toleranceWh: toleranceKwh } as BlockView;
  }

  it('allow T 1.0: a difference of 2.0 fails, one of 0.8 passes', () => {
    expect(toleranceWh(1, 0.5, 24, 21_500, 0.001)).toBe(1000);
    expect(sumCheck.run({ ...block(23.5), missing: 0 })).toMatchObject({
      severity: 'FAIL',
      value: '2.000',
      limit: '1.000',
    });
    expect(sumCheck.run({ ...block(20.7), missing: 0 })).toBeNull();
    expect(sumCheck.run({ ...block(20.7, 0.25), missing: 0 })).toMatchObject({ value: '0.800' });
  });

  it('take 999990.4 to 11.1 on six dials for 20.7', () => {
    const delta = deltaWithRollover(999_990.4, 11.1 - 999_990.4, 6, 1, 0.9, null, 24);
    expect(delta).toBeCloseTo(20.7, 6);
    expect(deltaWithRollover(12_367.1, -21.5, 6, 1, 0.9, null, 24)).toBe(-21.5);
  });
});

describe('register decrease (021)', () => {
  it('explains a rollover of six dials', () => {
    const c = { r0: '999990.4', r1: '11.1' };
    const wide = findings({ ...c, decimals: 0 });
    expect(wide).toEqual([]);
    const narrow = findings({ ...c, decimals: null });
    expect(narrow).toMatchObject([{ rule: 'VEE-R-023', severity: 'FAIL', value: '0.800' }]);
  });

  it('fails a decrease, never taken for a rollover of 999,978.5', () => {
    const found = findings({ r0: '12367.1', r1: '12345.6' });
    expect(found).toMatchObject([
      { rule: 'VEE-R-021', severity: 'FAIL', value: '-21.500', limit: '0.000', outcome: 'OPEN' },
      { rule: 'VEE-R-023', severity: 'NOT_RUN' },
      { rule: 'VEE-R-025', severity: 'NOT_RUN' },
    ]);
  });

  it('refuses a rollover beyond the physical limit', () => {
    const c = { r0: '900001.0', r1: '12345.6' };
    expect(finding({ ...c, ratedKw: 20 }, 'VEE-R-021')?.severity).toBe('FAIL');
    expect(finding({ ...c, ratedKw: 20_000 }, 'VEE-R-021')).toBeUndefined();
  });

  it('warns of two register steps', () => {
    expect(finding({ r0: '12345.6', r1: '12345.4' }, 'VEE-R-021')?.severity).toBe('WARN');
    expect(finding({ r0: '12345.6', r1: '12345.3' }, 'VEE-R-021')?.severity).toBe('FAIL');
  });
});

describe('register time (022)', () => {
  it('lets T grow by the larger interval beside the point', () => {
    const c = { r0: '12345.6', r1: '12366.6', minutesOff: 5 };
    const found = findings(c);
    expect(found).toMatchObject([{ rule: 'VEE-R-022', severity: 'WARN', value: '5', limit: '5' }]);
  });

  it('bounds nothing farther than that', () => {
    const found = findings({ r0: '12345.6', r1: '12366.6', minutesOff: 6 });
    expect(found).toMatchObject([
      { rule: 'VEE-R-021', severity: 'NOT_RUN', reason: 'NO_REGISTERS' },
      { rule: 'VEE-R-022', severity: 'WARN', value: '6', limit: '5' },
      { rule: 'VEE-R-023', severity: 'NOT_RUN', reason: 'NO_REGISTERS' },
      { rule: 'VEE-R-025', severity: 'NOT_RUN', reason: 'NO_REGISTERS' },
    ]);
  });
});

describe('multiplier (025)', () => {
  it('passes k = 1 at m 40', () => {
    const values = DAY_A.map((v) => v * 40);
    expect(findings({ r0: '100', r1: '121.5', values, multiplier: '40', decimals: 0 })).toEqual([]);
  });

  it('finds a multiplier that was left out, and 023 is not run', () => {
    const c = { r0: '100.0', r1: '121.5', multiplier: '40' };
    const bench = channel(c);
    expect(bench.verdict(DAY).findings).toMatchObject([
      { rule: 'VEE-R-023', severity: 'NOT_RUN', reason: 'MULTIPLIER' },
      { rule: 'VEE-R-025', severity: 'FAIL', value: '2.5', limit: '2.5', outcome: 'OPEN' },
    ]);
    expect(bench.verdict(DAY).states).toBe('M'.repeat(24));
    bench.finalRun(DAY);
    expect(bench.verdict(DAY).nve).toEqual([{ from: 0, to: 24, reason: 'MULTIPLIER' }]);
    expect(bench.verdict(DAY).states).toBe('N'.repeat(24));
  });

  it('finds a decimal point moved', () => {
    expect(finding({ r0: '100.00', r1: '102.15' }, 'VEE-R-025')).toMatchObject({
      severity: 'FAIL',
      value: '1000.0',
      limit: '1000.0',
    });
  });
});

describe('negative and beyond the limit (030, 031)', () => {
  it('marks the interval, to be estimated', () => {
    const values = DAY_A.map((v, i) => (i === 4 ? -1 : v));
    const bench = channel({ values });
    expect(bench.verdict(DAY).findings[0]).toMatchObject({ rule: 'VEE-R-021' });
    expect(bench.verdict(DAY).findings.find((f) => f.rule === 'VEE-R-030')).toMatchObject({
      severity: 'FAIL',
      value: '-0.001',
      limit: '0.000',
      intervals: 1,
      from: 4,
      outcome: 'OPEN',
    });
    expect(bench.verdict(DAY).states).toBe('VVVVMVVVVVVVVVVVVVVVVVVV');
  });

  it('takes 1.1 x SERVICE_KW, 48 kW for homes, nothing for others', () => {
    const values = DAY_A.map((v, i) => (i === 4 ? 52_801 : v));
    const bench = channel({ values: DAY_A });
    bench.ratedKw = null;
    bench.give(DAY, inputOf(60, values));
    expect(bench.verdict(DAY).findings.find((f) => f.rule === 'VEE-R-031')).toMatchObject({
      severity: 'FAIL',
      value: '52.801',
      limit: '52.800',
    });
    bench.give(
      DAY,
      inputOf(
        60,
        DAY_A.map((v, i) => (i === 4 ? 52_800 : v)),
      ),
    );
    expect(bench.verdict(DAY).findings.some((f) => f.rule === 'VEE-R-031')).toBe(false);
    bench.category = 'GENERAL_SERVICE';
    bench.give(DAY, inputOf(60, values));
    expect(bench.verdict(DAY).findings.find((f) => f.rule === 'VEE-R-031')).toMatchObject({
      severity: 'NOT_RUN',
      reason: 'NO_LIMIT',
    });
  });
});
