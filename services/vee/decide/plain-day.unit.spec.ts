/** The short way says what the long way says, or nothing. */
import { describe, expect, it } from '@jest/globals';
import { DAY_MS, type EstDay, startOfDay } from '@mdmr/kernel';
import fc from 'fast-check';
import { BenchChannel, dayOf, pieceOf } from './bench-channel.js';
import {
  type Attributed,
  receivedOf,
  rowOf,
  type Validated,
  validatedOf,
} from './channel-day-event.js';
import { judge } from './judge.js';
import { plainDay } from './plain-day.js';

const DAY = dayOf('2026-06-10');
const NOW = startOfDay(DAY + 2);
const METER = 'M1';

interface World {
  readonly wh: readonly number[];
  /** Place of a value that is not the usual one. */
  readonly odd: number;
  readonly oddity: 'NONE' | 'MISSING' | 'NEGATIVE' | 'TOO_MUCH' | 'ESTIMATED' | 'ADJUSTED';
  readonly multiplier: string;
  readonly decimals: number;
  readonly scale: number;
  /** Wh that the registers differ from the sum. */
  readonly off: number;
  readonly registers: 'BOTH' | 'END' | 'LATE' | 'OTHER_METER' | 'FALLING' | 'ROLLOVER';
  readonly status: 'ACTIVE' | 'DISCONNECTED' | 'INACTIVE';
  readonly service: string;
  readonly ratedKw: number | null;
  readonly begins: 'LONG_AGO' | 'TODAY' | 'NOON';
  readonly channel: string;
  readonly version: number;
  /** How many days before it another day is known; null = none. */
  readonly gap: number | null;
}

const usually = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));

const world: fc.Arbitrary<World> = fc.record({
  wh: fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 24, maxLength: 24 }),
  odd: fc.integer({ min: 0, max: 23 }),
  oddity: usually('NONE', 'MISSING', 'NEGATIVE', 'TOO_MUCH', 'ESTIMATED', 'ADJUSTED'),
  multiplier: usually('1', '40', '0.5', '1.25'),
  decimals: usually(3, 0, 1),
  scale: usually(3, 0, 5),
  off: usually(0, 1, -3, 900, -90_000),
  registers: usually('BOTH', 'END', 'END', 'END', 'LATE', 'OTHER_METER', 'FALLING', 'ROLLOVER'),
  status: usually('ACTIVE', 'DISCONNECTED', 'INACTIVE'),
  service: usually('STD', 'TEXTBOOK', 'COMM', 'NONE'),
  ratedKw: fc.constantFrom(null, 4, 100),
  begins: usually('LONG_AGO', 'TODAY', 'NOON'),
  channel: usually('KWH', 'GKWH', 'KVARH'),
  version: fc.constantFrom(1, 2),
  gap: fc.constantFrom(null, 1, 2, 5),
} satisfies { [K in keyof World]: fc.Arbitrary<World[K]> });

function bench(w: World): BenchChannel {
  const channel = new BenchChannel(w.channel);
  const begins = { LONG_AGO: startOfDay(DAY - 40), TODAY: startOfDay(DAY), NOON: startOfDay(DAY) };
  const from = begins[w.begins] + (w.begins === 'NOON' ? DAY_MS / 2 : 0);
  const { multiplier, decimals } = w;
  channel.pieces = [pieceOf({ meterId: METER, from, multiplier, decimals, installRead: '1' })];
  channel.status = () => w.status;
  channel.service = () => (w.service === 'NONE' ? '' : w.service);
  channel.ratedKw = w.ratedKw;
  return channel;
}

function registersOf(w: World, sumWh: number): Attributed['registers'] {
  const wholeMeter = 10 ** (6 + w.scale);
  const used = Math.round(((sumWh + w.off) / 1000 / Number(w.multiplier)) * 10 ** w.scale);
  const first = w.registers === 'ROLLOVER' ? wholeMeter - 1 : 40 * 10 ** w.scale;
  const last = w.registers === 'FALLING' ? 0 : (first + used) % wholeMeter;
  const at = startOfDay(DAY + 1) + (w.registers === 'LATE' ? 120_000 : 0);
  const meter_id = w.registers === 'OTHER_METER' ? 'M2' : METER;
  const read = (at_ms: number, units: number) => ({
    ...{ at_ms, units, meter_id, scale: w.scale, kind: 'READ', flag: 'R' },
    ...{ file_id: 'f', line: 2 },
  });
  const end = read(at, last);
  return w.registers === 'END' ? [end] : [read(startOfDay(DAY), first), end];
}

function eventOf(w: World): Attributed {
  const values: (number | null)[] = [...w.wh];
  const flags = values.map(() => 'R');
  if (w.oddity === 'MISSING') [values[w.odd], flags[w.odd]] = [null, '.'];
  if (w.oddity === 'NEGATIVE') values[w.odd] = -5;
  if (w.oddity === 'TOO_MUCH') values[w.odd] = 600_000;
  if (w.oddity === 'ESTIMATED') flags[w.odd] = 'E';
  if (w.oddity === 'ADJUSTED') flags[w.odd] = 'A';
  const sum = values.reduce<number>((total, v) => total + (v ?? 0), 0);
  const source = { from: 0, to: 24, custody_id: 'c', file_id: 'f', line: 1, meter_id: METER };
  return {
    ...{ at_ms: NOW, ldc: 'MAPLE', usdp_id: '4071829533', channel: w.channel, est_day: DAY },
    ...{ version: w.version, cause: 'READ', custody_at_ms: NOW - 5, completed_at_ms: null },
    ...{ interval_minutes: 60, values, flags: flags.join(''), sources: [source], shared: [] },
    ...{ registers: registersOf(w, sum), spans: [] },
  };
}

/** The day before it that is known: it ends with the register that the block begins with. */
function beforeOf(w: World): Validated | null {
  if (w.gap === null) return null;
  const event = eventOf({ ...w, oddity: 'NONE', registers: 'BOTH' });
  const [first] = event.registers;
  const day = DAY - w.gap;
  const registers = [{ ...first!, at_ms: startOfDay(day + 1) }];
  const judged = judgedAlone(bench({ ...w, begins: 'LONG_AGO' }), { ...event, registers });
  return judged && { ...judged, est_day: day, registers: judged.registers };
}

function judgedAlone(channel: BenchChannel, event: Attributed): Validated | null {
  return judged(channel, event, null, null);
}

/** What the long way makes of it, when it needs no other day. */
function judged(
  channel: BenchChannel,
  event: Attributed,
  stored: Validated | null,
  before: Validated | null,
): Validated | null {
  const received = receivedOf(event);
  const row = rowOf(stored, received);
  const known = before && rowOf(before, null);
  const window = {
    ...{ from: before?.est_day ?? DAY, to: DAY, registerBefore: null, registerAfter: null },
    rows: (day: EstDay) => (day === DAY ? row : day === before?.est_day ? known : null),
  };
  const facts = channel.facts();
  const judgement = judge({ facts, book: channel.book, window, touched: new Set([DAY]) });
  const verdict = judgement.verdicts?.find((v) => v.day === DAY);
  if (verdict === undefined) return null;
  const key = { ldc: facts.ldc, usdpId: facts.usdpId, channel: facts.channel, day: DAY };
  const version = (stored?.version ?? 0) + 1;
  return validatedOf(key, verdict, received, { version, cause: 'READ', runId: null, now: NOW });
}

describe('a plain day', () => {
  let plain = 0;
  let between = 0;

  it('is judged as any other', () => {
    fc.assert(
      fc.property(world, fc.option(world), (w, old) => {
        const channel = bench(w);
        const stored = old && judgedAlone(bench(old), eventOf({ ...old, version: 1 }));
        const before = beforeOf(w);
        const event = eventOf(w);
        const world = { facts: channel.facts(), book: channel.book, now: NOW };
        const short = plainDay({ ...world, event, stored, before });
        if (short === null) return;
        plain++;
        if (event.registers.length === 1) between++;
        expect(short).toEqual(judged(channel, event, stored, before));
      }),
      { numRuns: 4000 },
    );
    expect(plain).toBeGreaterThan(400);
    expect(between).toBeGreaterThan(40);
  });
});
