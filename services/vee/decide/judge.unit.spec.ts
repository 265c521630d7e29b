/** What holds of every judgement, whatever the days, their order and their gaps. */
import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, startOfDay } from '@mdmr/kernel';
import fc from 'fast-check';
import { BenchChannel, dayOf, inputOf, pieceOf, readOf } from './bench-channel.js';
import type { DayInput, RegisterRead } from './model.js';

const FIRST = dayOf('2026-06-01');
const DAYS = 12;

interface World {
  readonly wh: number[][];
  readonly missing: boolean[][];
  /** Hours between registers. */
  readonly every: number;
  readonly offset: number;
}

const world: fc.Arbitrary<World> = fc.record({
  wh: fc.array(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 24, maxLength: 24 }), {
    minLength: DAYS,
    maxLength: DAYS,
  }),
  missing: fc.array(
    fc.array(
      fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      { minLength: 24, maxLength: 24 },
    ),
    { minLength: DAYS, maxLength: DAYS },
  ),
  every: fc.constantFrom(6, 12, 24, 36, 60, 1000),
  offset: fc.constantFrom(0, 5, 12),
});

/** The days of a world as reads would publish them. */
function inputs({ wh, missing, every, offset }: World): DayInput[] {
  const reads: RegisterRead[] = [];
  let register = 1_000_000;
  for (let hour = 0; hour <= DAYS * 24; hour++) {
    if (hour >= offset && (hour - offset) % every === 0) {
      const at = startOfDay(FIRST) + hour * HOUR_MS;
      reads.push(readOf('M-1', at, (register / 1000).toFixed(3)));
    }
    register += wh[Math.floor(hour / 24)]?.[hour % 24] ?? 0;
  }
  return wh.map((values, d) => {
    const from = startOfDay(FIRST + d);
    const mine = reads.filter((r) => r.at >= from && r.at <= from + 24 * HOUR_MS);
    return inputOf(
      60,
      values.map((v, i) => (missing[d]![i] ? null : v)),
      mine,
    );
  });
}

function channel(): BenchChannel {
  const bench = new BenchChannel();
  bench.pieces = [pieceOf({ meterId: 'M-1', from: startOfDay(FIRST) })];
  return bench;
}

function outcome(bench: BenchChannel): unknown[] {
  return Array.from({ length: DAYS }, (_, d) => {
    const { values, ...rest } = bench.verdict(FIRST + d);
    return { ...rest, values: [...values] };
  });
}

const allDays = Array.from({ length: DAYS }, (_, d) => FIRST + d);

describe('every judgement', () => {
  it('comes to the same in whatever order the days come', () => {
    fc.assert(
      fc.property(world, fc.shuffledSubarray(allDays, { minLength: DAYS }), (w, order) => {
        const days = inputs(w);
        const inOrder = channel();
        inOrder.giveAll(days.map((input, d) => [FIRST + d, input]));
        const shuffled = channel();
        for (const day of order) shuffled.give(day, days[day - FIRST]!);
        expect(outcome(shuffled)).toEqual(outcome(inOrder));
        inOrder.finalRun(...allDays);
        shuffled.finalRun(...allDays);
        expect(outcome(shuffled)).toEqual(outcome(inOrder));
      }),
      { numRuns: 25 },
    );
  });

  it('closes every block to the Wh and leaves what was measured', () => {
    fc.assert(
      fc.property(world, (w) => {
        const days = inputs(w);
        const bench = channel();
        bench.giveAll(days.map((input, d) => [FIRST + d, input]));
        bench.finalRun(...allDays);
        const made = allDays.flatMap((day) => [...bench.verdict(day).values]);
        const real = w.wh.flat();
        const missing = w.missing.flat();
        real.forEach((wh, i) => {
          if (!missing[i]) expect(made[i]).toBe(wh);
        });
        for (let from = w.offset; from + w.every <= real.length; from += w.every) {
          const sum = (all: number[]) => all.slice(from, from + w.every).reduce((a, b) => a + b, 0);
          expect(sum(made)).toBe(sum(real));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('changes nothing when nothing changed', () => {
    fc.assert(
      fc.property(world, (w) => {
        const days = inputs(w);
        const bench = channel();
        bench.giveAll(days.map((input, d) => [FIRST + d, input]));
        bench.finalRun(...allDays);
        const before = outcome(bench);
        bench.rejudge(...allDays);
        bench.finalRun(...allDays);
        expect(outcome(bench)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('is, once everything has come, as if nothing had ever been missing', () => {
    fc.assert(
      fc.property(world, fc.shuffledSubarray(allDays, { minLength: DAYS }), (w, order) => {
        const whole = { ...w, missing: w.missing.map((day) => day.map(() => false)) };
        const late = channel();
        late.giveAll(inputs(w).map((input, d) => [FIRST + d, input]));
        late.finalRun(...allDays);
        for (const day of order) late.give(day, inputs(whole)[day - FIRST]!);
        const direct = channel();
        direct.giveAll(inputs(whole).map((input, d) => [FIRST + d, input]));
        expect(outcome(late)).toEqual(outcome(direct));
      }),
      { numRuns: 20 },
    );
  });

  it('estimates a block again from its state, not from the way there', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 0, max: DAYS - 1 }), (w, d) => {
        // Another day's values arrive after the run: what they do not touch stays as it was.
        const days = inputs(w);
        const bench = channel();
        bench.giveAll(days.map((input, i) => [FIRST + i, input]));
        bench.finalRun(...allDays);
        const before = outcome(bench);
        bench.give(FIRST + d, days[d]!);
        expect(outcome(bench)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});
