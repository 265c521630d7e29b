/** Rates of pure code: rounds of work on one core, after one that warms it up. */
import { median } from './table.js';

export interface Pace {
  /** Items a second of CPU, garbage collection and the compiler's threads included; median of rounds. */
  readonly perCpuS: number;
  /** The best and the worst round. */
  readonly best: number;
  readonly worst: number;
}

const ROUNDS = 5;
const ROUND_MS = 600;

/** `work` is done again and again; it must give the same number each time, or something is not measured. */
export function paceOf(items: number, work: () => number): Pace {
  const expected = work();
  for (const until = performance.now() + ROUND_MS; performance.now() < until;) work();
  const rates = Array.from({ length: ROUNDS }, () => oneRound(items, work, expected));
  return { perCpuS: median(rates), best: Math.max(...rates), worst: Math.min(...rates) };
}

function oneRound(items: number, work: () => number, expected: number): number {
  const cpu = process.cpuUsage();
  let done = 0;
  for (const until = performance.now() + ROUND_MS; performance.now() < until;) {
    if (work() !== expected) throw new Error('the work did not come to what it came to before');
    done += items;
  }
  const { user, system } = process.cpuUsage(cpu);
  return (done * 1e6) / (user + system);
}

/** For JSON. */
export function paceJson({ perCpuS, best, worst }: Pace): Record<string, number> {
  return {
    per_cpu_s: Math.round(perCpuS),
    best: Math.round(best),
    worst: Math.round(worst),
  };
}
