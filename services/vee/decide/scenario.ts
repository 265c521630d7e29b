/** A scenario: a channel filled and driven by the records that scenarios/README.md describes. */
import { type EstDay, parseEnergyWh, parseInstant, present } from '@mdmr/kernel';
import { BenchChannel, dayOf, inputOf, type PieceText, pieceOf, readOf } from './bench-channel.js';
import type { Status } from './facts.js';
import type { DayInput, PartInput, RegisterRead } from './model.js';

export type Row = readonly string[];

function instant(text: string): number {
  return present(parseInstant(text), text);
}

function wh(text: string): number | null {
  return text === '' ? null : present(parseEnergyWh(text), text);
}

interface DayText {
  values: (number | null)[];
  flags: string | undefined;
  registers: RegisterRead[];
  shared: Map<number, PartInput[]>;
}

interface Dated<T> {
  readonly from: EstDay;
  readonly value: T;
}

/** A channel that is filled and driven by rows. */
export class Scenario {
  readonly bench: BenchChannel;
  readonly #days = new Map<EstDay, DayText>();
  readonly #dirty = new Set<EstDay>();
  readonly #statuses: Dated<Status>[] = [];
  readonly #accounts: Dated<string>[] = [];
  #minutes = 60;

  constructor(given: readonly Row[]) {
    const channel = given.find((row) => row[0] === 'CHANNEL');
    this.bench = new BenchChannel(channel?.[1] ?? 'KWH');
    this.#minutes = Number(channel?.[2] ?? 60);
    this.bench.status = (day) => inForce(this.#statuses, day) ?? 'ACTIVE';
    this.bench.account = (day) => inForce(this.#accounts, day) ?? '';
    for (const row of given) this.#give(row);
    this.receive();
  }

  /** Judges what has come since the last time, as one delivery. */
  receive(): void {
    const days = [...this.#dirty].sort((a, b) => a - b);
    this.#dirty.clear();
    if (days.length > 0) this.bench.giveAll(days.map((day) => [day, this.#input(day)]));
  }

  /** A row of when.csv. */
  step(row: Row): void {
    const [what, ...rest] = row;
    if (what === 'FINAL') {
      this.receive();
      this.bench.finalRun(...rest.map(dayOf));
    } else if (what === 'ACCEPT') {
      this.bench.accept(`VEE-${rest[0]!}`, dayOf(rest[1]!), dayOf(rest[2]!));
    } else if (what === 'REJUDGE') {
      this.bench.rejudge(...rest.map(dayOf));
    } else if (what === 'RECEIVE') {
      this.receive();
    } else {
      this.#give(row);
    }
  }

  #give(row: Row): void {
    const [what, ...rest] = row;
    if (what === 'CHANNEL' || what === 'TITLE') return;
    if (what === 'METER') this.#meter(rest);
    else if (what === 'SERVICE') this.#service(rest);
    else if (what === 'SERVICE_KW') this.bench.ratedKw = Number(rest[0]);
    else if (what === 'CATEGORY') this.bench.category = rest[0]!;
    else if (what === 'STATUS')
      this.#statuses.push({ from: dayOf(rest[0]!), value: rest[1] as Status });
    else if (what === 'ACCOUNT') this.#accounts.push({ from: dayOf(rest[0]!), value: rest[1]! });
    else if (what === 'DAY' || what === 'DAYS') this.#values(what, rest);
    else if (what === 'REGISTER') this.#register(rest);
    else if (what === 'REGISTERS') this.#registers(rest);
    else if (what === 'PART') this.#part(rest);
    else throw new Error(`no such record: ${what}`);
  }

  #meter(rest: Row): void {
    const [meterId, from, to, multiplier, dials, decimals, installRead, removalRead] = rest;
    const optional = (text: string | undefined) => (text ? text : undefined);
    const text: PieceText = {
      meterId: meterId!,
      from: instant(from!),
      to: to ? instant(to) : undefined,
      multiplier: optional(multiplier),
      dials: dials ? Number(dials) : undefined,
      decimals: decimals === 'unknown' ? null : decimals ? Number(decimals) : undefined,
      installRead: optional(installRead),
      removalRead: optional(removalRead),
      minutes: this.#minutes,
    };
    this.bench.pieces = [...this.bench.pieces.filter((p) => p.meterId !== meterId), pieceOf(text)];
    this.bench.pieces.sort((a, b) => a.from - b.from);
  }

  #service(rest: Row): void {
    const [rules, ladder, strict, ...sets] = rest;
    const settings = Object.fromEntries(sets.map((s) => s.split('=') as [string, string]));
    this.bench.useServices({ rules: rules!, ladder: ladder!, strict: strict === 'Y', settings });
  }

  #values(what: string, rest: Row): void {
    const first = dayOf(rest[0]!);
    const last = what === 'DAYS' ? dayOf(rest[1]!) : first;
    const texts = rest.slice(what === 'DAYS' ? 2 : 1);
    for (let day = first; day <= last; day++) {
      const held = this.#day(day);
      held.values = texts.map((text) => wh(text.replace('E', '')));
      if (texts.some((t) => t.endsWith('E'))) {
        held.flags = texts.map((t) => (t === '' ? '.' : t.endsWith('E') ? 'E' : 'R')).join('');
      }
    }
  }

  #register([meterId, at, text]: Row): void {
    this.#place(readOf(meterId!, instant(at!), text!));
  }

  /** A run of midnight registers: first day, first register, kWh a day, number of days. */
  #registers([meterId, day, first, step, count, decimals]: Row): void {
    for (let i = 0; i <= Number(count); i++) {
      const value = (Number(first) + i * Number(step)).toFixed(Number(decimals ?? 3));
      this.#place(readOf(meterId!, instant(`${day!}T00:00:00-05:00`) + i * 86_400_000, value));
    }
  }

  /** Midnight registers stand in both of their days, as reads lists them. */
  #place(read: RegisterRead): void {
    const slack = 5 * 60_000;
    const days = new Set([read.at - slack, read.at, read.at + slack].map(dayAt));
    for (const day of days) {
      const held = this.#day(day);
      held.registers = held.registers.filter((r) => r.at !== read.at || r.meterId !== read.meterId);
      held.registers.push(read);
    }
  }

  #part([day, index, meterId, from, to, kwh]: Row): void {
    const held = this.#day(dayOf(day!));
    const parts = held.shared.get(Number(index)) ?? [];
    const text = kwh === '' ? null : String(Number(kwh) * 1000);
    parts.push({ meterId: meterId!, from: instant(from!), to: instant(to!), wh: text });
    held.shared.set(Number(index), parts);
  }

  #day(day: EstDay): DayText {
    let held = this.#days.get(day);
    if (held === undefined) {
      held = { values: [], flags: undefined, registers: [], shared: new Map() };
      this.#days.set(day, held);
    }
    this.#dirty.add(day);
    return held;
  }

  #input(day: EstDay): DayInput {
    const held = this.#days.get(day)!;
    const shared = [...held.shared].map(([index, parts]) => ({ index, parts }));
    const input = inputOf(this.#minutes, held.values, held.registers, held.flags, shared);
    const flags = [...input.flags];
    for (const { index, parts } of shared) if (parts.some((p) => p.wh !== null)) flags[index] = 'R';
    return { ...input, flags: flags.join('') };
  }
}

function dayAt(at: number): EstDay {
  return Math.floor((at - 5 * 3_600_000) / 86_400_000);
}

function inForce<T>(versions: readonly Dated<T>[], day: EstDay): T | undefined {
  let found: T | undefined;
  for (const version of [...versions].sort((a, b) => a.from - b.from)) {
    if (version.from <= day) found = version.value;
  }
  return found;
}
