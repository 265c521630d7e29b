import { emit, type OutEvent } from '@mdmr/bus';
import type { EstDay, Instant } from '@mdmr/kernel';
import {
  type Attributed,
  type Cause,
  causeOf,
  type Received,
  receivedOf,
  rowOf,
  sameVerdict,
  storedReceived,
  type Validated,
  validatedOf,
} from '../decide/channel-day-event.js';
import type { ChannelFacts } from '../decide/facts.js';
import { judge, type Judgement, type Need, type Window } from '../decide/judge.js';
import type { DayRow, Verdict } from '../decide/model.js';
import { type KnownDay, plainDay, wantsBefore } from '../decide/plain-day.js';
import type { ServiceBook } from '../decide/service-book.js';
import type { DayRange, RegisterSearch } from '../report/channel-days.query.js';

/** One channel and its days to judge. */
export interface ChannelTask {
  readonly facts: ChannelFacts;
  readonly touched: ReadonlySet<EstDay>;
  /** What newly came from reads. */
  readonly arrived?: ReadonlyMap<EstDay, Attributed>;
  /** Nothing is stored of any touched day, nor of a day between them. */
  readonly isNew?: boolean;
  readonly due?: (day: EstDay) => boolean;
  readonly accept?: { rule: string; startDay: EstDay; endDay: EstDay };
  /** Days before the first one that will surely be asked for. */
  readonly foresight?: number;
}

export interface Decision {
  readonly cause: Cause;
  readonly runId: string | null;
  readonly now: Instant;
}

/** What is stored of a channel: all from the first arrived day to the last, and the nearest day before them. */
export interface Known {
  readonly stored: ReadonlyMap<EstDay, Validated>;
  /** Null: none, or it was not looked for. */
  readonly before: KnownDay | null;
}

/** The events of days that all are plain; null = one is not. A day that came late gives none. */
export function plainEvents(
  { facts, arrived }: ChannelTask,
  book: ServiceBook,
  known: Known,
  now: Instant,
): OutEvent[] | null {
  if (arrived === undefined) return null;
  const events: OutEvent[] = [];
  const days = inOrder(arrived);
  let { before } = known;
  for (let i = 0; i < days.length; i++) {
    const day = days[i]!;
    const event = arrived.get(day)!;
    const stored = known.stored.get(day) ?? null;
    if (i > 0) before = lastBetween(known.stored, days[i - 1]!, day) ?? before;
    if (stored === null || stored.reads_version < event.version) {
      const value = plainDay({ facts, book, event, stored, before, now });
      if (value === null) return null;
      events.push(emit('vee.ChannelDayValidated', value.usdp_id, value));
      before = event;
    } else {
      before = stored;
    }
  }
  return events;
}

/** The last stored day between two days. */
function lastBetween(
  stored: ReadonlyMap<EstDay, Validated>,
  after: EstDay,
  before: EstDay,
): Validated | null {
  if (stored.size === 0) return null;
  for (let day = before - 1; day > after; day--) {
    const found = stored.get(day);
    if (found !== undefined) return found;
  }
  return null;
}

/** The first day, if the register before it must be known for it to be plain. */
export function lacksBefore({ arrived }: ChannelTask): EstDay | null {
  if (arrived === undefined) return null;
  const first = inOrder(arrived)[0]!;
  return wantsBefore(arrived.get(first)!) ? first : null;
}

function inOrder(arrived: ReadonlyMap<EstDay, Attributed>): EstDay[] {
  const days = [...arrived.keys()];
  return days.length === 1 ? days : days.sort((a, b) => a - b);
}

/** One channel on its way to a judgement. */
export class ChannelWork {
  readonly #stored = new Map<EstDay, Validated>();
  readonly #rows = new Map<EstDay, DayRow>();
  readonly #received = new Map<EstDay, Received>();
  #from: EstDay;
  #to: EstDay;
  #loaded: { from: EstDay; to: EstDay } | null = null;
  #registerBefore: EstDay | null | undefined;
  #registerAfter: EstDay | null | undefined;
  #need: Need = {};
  #verdicts: readonly Verdict[] = [];
  #plain: OutEvent[] | null = null;
  /** Not asked yet: of new days it was before there was work. */
  #mayBePlain: boolean;

  constructor(
    private readonly task: ChannelTask,
    private readonly book: ServiceBook,
    private readonly decision: Decision,
    private readonly before: KnownDay | null,
  ) {
    const days = [...task.touched];
    this.#from = Math.min(...days) - (task.foresight ?? 0);
    this.#to = Math.max(...days);
    this.#mayBePlain = task.isNew !== true;
    if (task.isNew) this.#loaded = { from: this.#from, to: this.#to };
  }

  searches(): RegisterSearch[] {
    const { usdpId, channel } = this.task.facts;
    const searches: RegisterSearch[] = [];
    if (this.#need.registerBefore) {
      searches.push({ usdpId, channel, day: this.#from, direction: 'BEFORE' });
    }
    if (this.#need.registerAfter) {
      searches.push({ usdpId, channel, day: this.#to, direction: 'AFTER' });
    }
    return searches;
  }

  found(search: RegisterSearch, day: EstDay | null): void {
    if (search.direction === 'BEFORE') this.#registerBefore = day;
    else this.#registerAfter = day;
  }

  /** Ranges of days not loaded yet. */
  ranges(): DayRange[] {
    const { usdpId, channel } = this.task.facts;
    const range = (from: EstDay, to: EstDay): DayRange => ({ usdpId, channel, from, to });
    const loaded = this.#loaded;
    this.#loaded = { from: this.#from, to: this.#to };
    if (loaded === null) return [range(this.#from, this.#to)];
    const ranges: DayRange[] = [];
    if (this.#from < loaded.from) ranges.push(range(this.#from, loaded.from - 1));
    if (this.#to > loaded.to) ranges.push(range(loaded.to + 1, this.#to));
    return ranges;
  }

  add(event: Validated): void {
    this.#stored.set(event.est_day, event);
  }

  /** True when the judgement is made; else the next answers are needed. */
  attempt(): boolean {
    const touched = this.#stillTouched();
    if (touched.size === 0) return true;
    if (this.#mayBePlain) {
      const known = { stored: this.#stored, before: this.before };
      this.#plain = plainEvents(this.task, this.book, known, this.decision.now);
      if (this.#plain !== null) return true;
      this.#mayBePlain = false;
    }
    const { facts, due, accept } = this.task;
    const window: Window = {
      from: this.#from,
      to: this.#to,
      rows: (day) => this.#row(day),
      registerBefore: this.#registerBefore,
      registerAfter: this.#registerAfter,
    };
    const judgement: Judgement = judge({ facts, book: this.book, window, touched, due, accept });
    if (judgement.verdicts) {
      this.#verdicts = judgement.verdicts;
      return true;
    }
    this.#widen(judgement.need);
    return false;
  }

  /** A day whose newer version is stored already came late: nothing to do for it. */
  #stillTouched(): ReadonlySet<EstDay> {
    const { touched, arrived } = this.task;
    if (arrived === undefined) return touched;
    return new Set([...touched].filter((day) => this.#arrival(day) !== null));
  }

  #arrival(day: EstDay): Received | null {
    const arrived = this.task.arrived?.get(day);
    const stored = this.#stored.get(day);
    if (arrived === undefined) return null;
    if (stored !== undefined && stored.reads_version >= arrived.version) return null;
    let received = this.#received.get(day);
    if (received === undefined) this.#received.set(day, (received = receivedOf(arrived)));
    return received;
  }

  #row(day: EstDay): DayRow | null {
    let row = this.#rows.get(day);
    if (row !== undefined) return row;
    const stored = this.#stored.get(day) ?? null;
    const arrival = this.#arrival(day);
    if (stored === null && arrival === null) return null;
    row = rowOf(stored, arrival);
    this.#rows.set(day, row);
    return row;
  }

  #widen(need: Need): void {
    this.#need = need;
    if (need.from !== undefined && need.from < this.#from) {
      this.#from = need.from;
      this.#registerBefore = undefined;
    }
    if (need.to !== undefined && need.to > this.#to) {
      this.#to = need.to;
      this.#registerAfter = undefined;
    }
  }

  /** Of days that nothing came for, but that what came for others judged anew. */
  get #cause(): Cause | undefined {
    const arrived = [...(this.task.arrived?.values() ?? [])];
    const causes = arrived.map(causeOf);
    return causes.includes('READ') ? 'READ' : causes[0];
  }

  changed(): OutEvent[] {
    if (this.#plain !== null) return this.#plain;
    const { usdpId, channel, ldc } = this.task.facts;
    const events: OutEvent[] = [];
    for (const verdict of this.#verdicts) {
      const { day } = verdict;
      const row = this.#row(day);
      const arrival = this.#arrival(day);
      if (arrival === null && row?.verdict && sameVerdict(row.verdict, verdict)) continue;
      const stored = this.#stored.get(day);
      const received = arrival ?? (stored === undefined ? null : storedReceived(stored));
      const version = (stored?.version ?? 0) + 1;
      const key = { ldc, usdpId, channel, day };
      const cause = arrival?.cause ?? this.#cause ?? this.decision.cause;
      const value = validatedOf(key, verdict, received, { ...this.decision, cause, version });
      events.push(emit('vee.ChannelDayValidated', usdpId, value));
    }
    return events;
  }
}
