/**
 * One channel in memory: what the service does with its tables, for specs and benchmarks. Days are given as
 * reads would, and judged at once or in a final run.
 */
import {
  type Decimal,
  type EstDay,
  type Instant,
  parseDecimal,
  parseEstDay,
  present,
} from '@mdmr/kernel';
import type { ChannelFacts, DayFacts, Piece, Status } from './facts.js';
import { judge, type Need, type Task, type Window } from './judge.js';
import type { DayInput, DayRow, RegisterRead, SharedInterval, Verdict } from './model.js';
import { slotsOf } from './model.js';
import { ServiceBook, type ServiceVersion, SHIPPED_SERVICES } from './service-book.js';

export interface PieceText {
  readonly meterId: string;
  readonly from: Instant;
  readonly to?: Instant;
  readonly multiplier?: string;
  readonly dials?: number;
  readonly decimals?: number | null;
  readonly minutes?: number;
  readonly installRead?: string;
  readonly removalRead?: string;
  readonly installedAt?: Instant;
}

export const FOR_EVER = 8.64e15;

export function decimal(text: string): Decimal {
  return present(parseDecimal(text), text);
}

export function pieceOf(text: PieceText): Piece {
  const read = (value: string | undefined) => (value === undefined ? null : decimal(value));
  return {
    meterId: text.meterId,
    installedAt: text.installedAt ?? text.from,
    from: text.from,
    to: text.to ?? FOR_EVER,
    multiplier: decimal(text.multiplier ?? '1'),
    multiplierText: text.multiplier ?? '1',
    dials: text.dials ?? 6,
    decimals: text.decimals === undefined ? 3 : text.decimals,
    lengths: [{ from: text.from, minutes: text.minutes ?? 60 }],
    installRead: read(text.installRead),
    removalRead: read(text.removalRead),
  };
}

export function readOf(meterId: string, at: Instant, text: string): RegisterRead {
  const { units, scale } = decimal(text);
  return { at, meterId, units: Number(units), scale, flag: 'R' };
}

export function dayOf(text: string): EstDay {
  return present(parseEstDay(text), text);
}

/** Wh per interval; null = none. Flags default to R, or `.` where there is none. */
export function inputOf(
  minutes: number,
  wh: readonly (number | null)[],
  registers: readonly RegisterRead[] = [],
  flags?: string,
  shared: readonly SharedInterval[] = [],
): DayInput {
  const slots = slotsOf(minutes);
  const values = new Float64Array(slots).fill(Number.NaN);
  let letters = '';
  for (let i = 0; i < slots; i++) {
    const value = wh[i] ?? null;
    if (value !== null) values[i] = value;
    letters += value === null ? '.' : 'R';
  }
  return { minutes, values, flags: flags ?? letters, shared, registers };
}

export class BenchChannel {
  readonly rows = new Map<EstDay, DayRow>();
  pieces: Piece[] = [];
  book = new ServiceBook(SHIPPED_SERVICES);
  status: (day: EstDay) => Status = () => 'ACTIVE';
  account: (day: EstDay) => string = () => 'acc-1';
  service: (day: EstDay) => string = () => 'STD';
  ratedKw: number | null = null;
  category = 'RESIDENTIAL';
  /** Rounds the last judgement took. */
  rounds = 0;

  constructor(readonly channel = 'KWH') {}

  useServices(...versions: readonly Partial<ServiceVersion>[]): void {
    const base = { ...SHIPPED_SERVICES[0]!, fromDay: 0 };
    this.book = new ServiceBook(versions.map((v) => ({ ...base, ...v })));
  }

  facts(): ChannelFacts {
    const on = (day: EstDay): DayFacts => ({
      status: this.status(day),
      category: this.category,
      accountRef: this.account(day),
      serviceId: this.service(day),
      ratedKw: this.ratedKw,
    });
    return { usdpId: '4071829533', ldc: 'MAPLE', channel: this.channel, pieces: this.pieces, on };
  }

  /** Receives a day as reads publishes it and judges it. */
  give(day: EstDay, input: DayInput): void {
    this.giveAll([[day, input]]);
  }

  giveAll(days: readonly (readonly [EstDay, DayInput])[]): void {
    for (const [day, input] of days) {
      const row = this.rows.get(day);
      const verdict = row?.verdict ?? null;
      this.rows.set(day, { input, judged: row?.input ?? null, verdict });
    }
    this.#run({ touched: new Set(days.map(([day]) => day)) });
  }

  /** Judges days again, as after a directory change. */
  rejudge(...days: readonly EstDay[]): void {
    this.#run({ touched: new Set(days) });
  }

  accept(rule: string, startDay: EstDay, endDay: EstDay): void {
    const touched = new Set([...this.rows.keys()].filter((d) => d >= startDay && d < endDay));
    this.#run({ touched, accept: { rule, startDay, endDay } });
  }

  /** Estimates what is due: the days given, with or without a row, and older ones still MISS. */
  finalRun(...days: readonly EstDay[]): void {
    const last = Math.max(...days);
    const touched = new Set(days);
    for (const [day, row] of this.rows) {
      if (day <= last && row.verdict?.states.includes('M')) touched.add(day);
    }
    this.#run({ touched, due: (day) => day <= last });
  }

  verdict(day: EstDay): Verdict {
    return present(this.rows.get(day)?.verdict, `a verdict of day ${day}`);
  }

  #run(task: Pick<Task, 'touched' | 'due' | 'accept'>): void {
    const days = [...task.touched];
    let window = this.#window(Math.min(...days), Math.max(...days));
    for (this.rounds = 1; this.rounds < 50; this.rounds++) {
      const judgement = judge({ ...task, facts: this.facts(), book: this.book, window });
      if (judgement.verdicts) return this.#store(judgement.verdicts);
      window = this.#wider(window, judgement.need);
    }
    throw new Error('the judgement does not end');
  }

  #window(from: EstDay, to: EstDay): Window {
    return {
      from,
      to,
      rows: (day) => (day >= from && day <= to ? (this.rows.get(day) ?? null) : null),
    };
  }

  #wider(window: Window, need: Need): Window {
    const from = Math.min(window.from, need.from ?? window.from);
    const to = Math.max(window.to, need.to ?? window.to);
    const wider = this.#window(from, to);
    const days = [...this.rows]
      .filter(([, row]) => row.input?.registers.length)
      .map(([day]) => day);
    const before = days.filter((d) => d < from);
    const after = days.filter((d) => d > to);
    const keep = need.from === undefined && need.to === undefined;
    return {
      ...wider,
      registerBefore: need.registerBefore
        ? before.length > 0
          ? Math.max(...before)
          : null
        : keep
          ? window.registerBefore
          : undefined,
      registerAfter: need.registerAfter
        ? after.length > 0
          ? Math.min(...after)
          : null
        : keep
          ? window.registerAfter
          : undefined,
    };
  }

  #store(verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      const input = this.rows.get(verdict.day)?.input ?? null;
      this.rows.set(verdict.day, { input, judged: input, verdict });
    }
  }
}
