/** Judges channels with the rows of the store: asks for what the judgement needs, in bulk, until it is made. */
import { emit, type OutEvent } from '@mdmr/bus';
import { Defect, type EstDay, type Instant } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import {
  type Cause,
  type Received,
  rowOf,
  sameVerdict,
  storedReceived,
  type Validated,
  validatedOf,
} from '../decide/channel-day-event.js';
import type { ChannelFacts } from '../decide/facts.js';
import { judge, type Judgement, type Need, type Window } from '../decide/judge.js';
import type { DayRow, Verdict } from '../decide/model.js';
import type { ServiceBook } from '../decide/service-book.js';
import {
  type DayRange,
  findRegisterDays,
  loadChannelDays,
  type RegisterSearch,
} from '../report/channel-days.query.js';

/** One channel and its days to judge. */
export interface ChannelTask {
  readonly facts: ChannelFacts;
  readonly touched: ReadonlySet<EstDay>;
  /** What newly came from reads. */
  readonly arrived?: ReadonlyMap<EstDay, Received>;
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

/** What a judgement came to, day by day; only days that changed. */
export interface ChangedDay {
  readonly verdict: Verdict;
  readonly event: OutEvent;
}

const MAX_ROUNDS = 60;

/** Judges all tasks. Gives the events of the days whose verdict or input changed, in order of tasks and days. */
export async function judgeChannels(
  tx: Tx,
  book: ServiceBook,
  tasks: readonly ChannelTask[],
  decision: Decision,
): Promise<ChangedDay[]> {
  const works = tasks.map((task) => new ChannelWork(task, book));
  let open = works;
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS)
      throw new Defect('JUDGEMENT_ENDLESS', 'a judgement asks for ever more');
    await answer(tx, open);
    open = open.filter((work) => !work.attempt());
  }
  return works.flatMap((work) => work.changed(decision));
}

/** Loads what the works ask for, in at most two statements. */
async function answer(tx: Tx, works: readonly ChannelWork[]): Promise<void> {
  const asked = works.flatMap((work) => work.searches().map((search) => ({ work, search })));
  const answers = await findRegisterDays(
    tx,
    asked.map((a) => a.search),
  );
  asked.forEach(({ work, search }, i) => work.found(search, answers[i]!));
  const byChannel = new Map(works.map((work) => [work.id, work]));
  const ranges = works.flatMap((work) => work.ranges());
  for (const event of await loadChannelDays(tx, ranges)) {
    byChannel.get(`${event.usdp_id} ${event.channel}`)!.add(event);
  }
}

/** One channel on its way to a judgement. */
class ChannelWork {
  readonly id: string;
  readonly #stored = new Map<EstDay, Validated>();
  readonly #rows = new Map<EstDay, DayRow>();
  #from: EstDay;
  #to: EstDay;
  #loaded: { from: EstDay; to: EstDay } | null = null;
  #registerBefore: EstDay | null | undefined;
  #registerAfter: EstDay | null | undefined;
  #need: Need = {};
  #verdicts: readonly Verdict[] = [];

  constructor(
    private readonly task: ChannelTask,
    private readonly book: ServiceBook,
  ) {
    const { usdpId, channel } = task.facts;
    this.id = `${usdpId} ${channel}`;
    this.#from = Math.min(...task.touched) - (task.foresight ?? 0);
    this.#to = Math.max(...task.touched);
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
    return stored !== undefined && stored.reads_version >= arrived.readsVersion ? null : arrived;
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
    const causes = [...(this.task.arrived?.values() ?? [])].map((day) => day.cause);
    return causes.includes('READ') ? 'READ' : causes[0];
  }

  changed(decision: Decision): ChangedDay[] {
    const { usdpId, channel, ldc } = this.task.facts;
    const days: ChangedDay[] = [];
    for (const verdict of this.#verdicts) {
      const { day } = verdict;
      const row = this.#row(day);
      const arrival = this.#arrival(day);
      if (arrival === null && row?.verdict && sameVerdict(row.verdict, verdict)) continue;
      const stored = this.#stored.get(day);
      const received = arrival ?? (stored === undefined ? null : storedReceived(stored));
      const version = (stored?.version ?? 0) + 1;
      const key = { ldc, usdpId, channel, day };
      const cause = arrival?.cause ?? this.#cause ?? decision.cause;
      const value = validatedOf(key, verdict, received, { ...decision, cause, version });
      days.push({ verdict, event: emit('vee.ChannelDayValidated', usdpId, value) });
    }
    return days;
  }
}
