/** Meter files made from simulated ones: bad lines, corrections, and what comes late. */
import type { Random } from './random.js';

const FIXED = 14;
const PURPOSE = 8;
const UNIT = 10;
const COUNT = 13;

interface Line {
  readonly fixed: readonly string[];
  /** Stamp, flag, value. */
  readonly triples: readonly (readonly [string, string, string])[];
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function parse(line: string): Line {
  const fields = line.split(',');
  const triples: [string, string, string][] = [];
  for (let i = FIXED; i < fields.length; i += 3) {
    triples.push([fields[i]!, fields[i + 1]!, fields[i + 2]!]);
  }
  return { fixed: fields.slice(0, FIXED), triples };
}

function format({ fixed, triples }: Line): string {
  return [...fixed.slice(0, COUNT), triples.length, ...triples.flat()].join(',');
}

const isInterval = (line: string) => !line.includes('REG,');

/** The file with a few lines more that must be rejected whole. */
export function withBadLines(random: Random, text: string): string {
  const lines = linesOf(text);
  const victims = random.some(lines.filter(isInterval), random.between(1, 3));
  for (const victim of victims) {
    const at = random.between(0, lines.length);
    lines.splice(at, 0, format(spoiled(random, parse(victim))));
  }
  return `${lines.join('\n')}\n`;
}

function spoiled(random: Random, { fixed, triples }: Line): Line {
  const put = (index: number, value: string) =>
    fixed.map((field, i) => (i === index ? value : field));
  switch (random.pick(['purpose', 'unit', 'stamp'])) {
    case 'purpose':
      return { fixed: put(PURPOSE, 'LOST'), triples };
    case 'unit':
      return { fixed: put(UNIT, 'WATTS'), triples };
    default: {
      const [[stamp, flag, value], ...rest] = triples as [Line['triples'][0], ...Line['triples']];
      return { fixed, triples: [[`${stamp.slice(0, 10)}07`, flag, value], ...rest] };
    }
  }
}

/** Values sent again, some of them otherwise; sums of a day stay within what registers allow. */
export function correctionFile(random: Random, text: string): string {
  const intervals = linesOf(text).filter(isInterval);
  const lines = random.some(intervals, random.between(3, 8)).map(parse);
  const changed = lines.filter(({ triples }) => triples.length >= 4);
  return changed.map((line) => `${format(corrected(random, line))}\n`).join('');
}

function corrected(random: Random, line: Line): Line {
  const fixed = line.fixed.map((field, i) => (i === PURPOSE ? 'RESEND' : field));
  const triples = random.some(line.triples, random.between(2, 4));
  const [first, second, ...rest] = triples as [Line['triples'][0], ...Line['triples'][0][]];
  switch (random.pick(['swap', 'swap', 'estimate', 'none', 'same'])) {
    case 'swap': {
      const more = plusMilli(second![2], random.between(0, 3));
      return {
        fixed,
        triples: [[first[0], first[1], more], [second![0], second![1], first[2]], ...rest],
      };
    }
    case 'estimate':
      return { fixed, triples: triples.map(([end, , value]) => [end, 'E', plusMilli(value, 50)]) };
    case 'none':
      return { fixed, triples: triples.map(([end]) => [end, 'N', '']) };
    default:
      return { fixed, triples };
  }
}

function plusMilli(value: string, milli: number): string {
  const [whole, fraction = ''] = value.split('.');
  const sum = BigInt(whole! + fraction.padEnd(3, '0')) + BigInt(milli);
  const digits = sum.toString().padStart(4, '0');
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** Some of what the day's file lacks, found later; empty when it lacks nothing. */
export function lateFile(random: Random, sent: string, whole: string): string {
  const had = new Set<string>();
  for (const { fixed, triples } of linesOf(sent).map(parse)) {
    for (const [stamp] of triples) had.add(`${fixed[7]} ${fixed[UNIT]} ${stamp}`);
  }
  const lines: string[] = [];
  for (const { fixed, triples } of linesOf(whole).map(parse)) {
    const missing = triples.filter(([stamp]) => !had.has(`${fixed[7]} ${fixed[UNIT]} ${stamp}`));
    if (missing.length === 0 || !random.chance(600)) continue;
    lines.push(format({ fixed, triples: missing }));
  }
  return lines.map((line) => `${line}\n`).join('');
}
