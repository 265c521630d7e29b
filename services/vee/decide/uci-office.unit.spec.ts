/**
 * Fourteen days of 15-minute registers of an office, 130 of them blanked; a strict service. Every register that
 * the estimates give is monotone, and the energy of every gap is the difference of the registers around it.
 * Data: scenarios/README.md.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type EstDay, startOfDay } from '@mdmr/kernel';
import { BenchChannel, dayOf, inputOf, pieceOf, readOf } from './bench-channel.js';
import type { RegisterRead } from './model.js';
import { SCENARIOS } from '../scenarios/read-scenario.js';

const FIRST = dayOf('2012-01-02');
const SLOTS = 96;
const STEP_MS = 15 * 60_000;

/** Registers in Wh by quarter of an hour since the first midnight; null = blank. */
function registersOf(file: string): (number | null)[] {
  const lines = readFileSync(path.join(SCENARIOS, 'uci-office-kit', file), 'utf8')
    .trim()
    .split('\n');
  const texts = lines.slice(1).map((line) => line.split(',')[1]!.trim());
  return [0, ...texts.map((t) => (t === 'nan' ? null : Math.round(Number(t) * 1000)))];
}

function office(registers: readonly (number | null)[]): { bench: BenchChannel; last: EstDay } {
  const bench = new BenchChannel();
  bench.ratedKw = 200;
  bench.category = 'GENERAL_SERVICE';
  bench.useServices({ strict: true });
  const from = startOfDay(FIRST);
  bench.pieces = [pieceOf({ meterId: 'M-1', from, minutes: 15, decimals: 3, dials: 8 })];
  const days = (registers.length - 1) / SLOTS;
  for (let d = 0; d < days; d++) {
    const values: (number | null)[] = [];
    const reads: RegisterRead[] = [];
    for (let i = 0; i <= SLOTS; i++) {
      const at = d * SLOTS + i;
      const now = registers[at]!;
      if (now !== null) reads.push(readOf('M-1', from + at * STEP_MS, (now / 1000).toFixed(3)));
      if (i === SLOTS) continue;
      const next = registers[at + 1]!;
      values.push(now === null || next === null ? null : next - now);
    }
    bench.give(FIRST + d, inputOf(15, values, reads));
    bench.finalRun(FIRST + d);
  }
  return { bench, last: FIRST + days - 1 };
}

describe('the office with 130 blank registers', () => {
  const registers = registersOf('office_96.csv');
  const { bench, last } = office(registers);
  const truth = registersOf('office_96_complete.csv');

  it('has 130 blanks', () => {
    expect(registers.filter((r) => r === null)).toHaveLength(130);
    expect(truth.filter((r) => r === null)).toHaveLength(0);
  });

  it('gives every interval a value and keeps every register', () => {
    let register = 0;
    let at = 0;
    for (let day = FIRST; day <= last; day++) {
      const verdict = bench.verdict(day);
      expect(verdict.states).toMatch(/^[VE]+$/);
      for (const wh of verdict.values) {
        expect(wh).toBeGreaterThanOrEqual(0);
        register += wh;
        at++;
        const given = registers[at]!;
        // Bounded on both sides: the estimates of each gap add up to the difference of its registers.
        if (given !== null) expect(register).toBe(given);
      }
    }
    expect(at).toBe(registers.length - 1);
  });
});
