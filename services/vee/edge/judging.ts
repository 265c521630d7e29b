/** Judges channels with the rows of the store: asks for what the judgement needs, in bulk, until it is made. */
import type { OutEvent } from '@mdmr/bus';
import { Defect } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import type { ServiceBook } from '../decide/service-book.js';
import type { KnownDay } from '../decide/plain-day.js';
import {
  type DayBefore,
  findRegisterDays,
  loadChannelDays,
  loadDaysBefore,
} from '../report/channel-days.query.js';
import {
  type ChannelTask,
  ChannelWork,
  type Decision,
  type Known,
  lacksBefore,
  plainEvents,
} from './channel-work.js';

export type { ChannelTask, Decision } from './channel-work.js';

const MAX_ROUNDS = 60;
const NOTHING_STORED = new Map<number, never>();

/** Judges all tasks. Gives the events of the days whose verdict or input changed, in order of tasks and days. */
export async function judgeChannels(
  tx: Tx,
  book: ServiceBook,
  tasks: readonly ChannelTask[],
  decision: Decision,
): Promise<OutEvent[]> {
  const days = await loadBefore(tx, tasks);
  const results: (OutEvent[] | ChannelWork)[] = tasks.map((task) => {
    const before = days.get(task) ?? null;
    const known: Known = { stored: NOTHING_STORED, before };
    const plain = task.isNew ? plainEvents(task, book, known, decision.now) : null;
    return plain ?? new ChannelWork(task, book, decision, before);
  });
  let open = results.filter((result) => result instanceof ChannelWork);
  for (let round = 0; open.length > 0; round++) {
    if (round === MAX_ROUNDS)
      throw new Defect('JUDGEMENT_ENDLESS', 'a judgement asks for ever more');
    await answer(tx, open);
    open = open.filter((work) => !work.attempt());
  }
  return results.flatMap((result) => (result instanceof ChannelWork ? result.changed() : result));
}

/** The days before those whose block begins with another day's register. */
async function loadBefore(
  tx: Tx,
  tasks: readonly ChannelTask[],
): Promise<Map<ChannelTask, KnownDay>> {
  const asked: { task: ChannelTask; key: DayBefore }[] = [];
  for (const task of tasks) {
    const day = lacksBefore(task);
    const { usdpId, channel } = task.facts;
    if (day !== null) asked.push({ task, key: { usdpId, channel, day } });
  }
  const loaded = await loadDaysBefore(
    tx,
    asked.map((a) => a.key),
  );
  return new Map(loaded.map(({ place, event }) => [asked[place]!.task, event]));
}

/** Loads what the works ask for, in at most two statements. */
async function answer(tx: Tx, works: readonly ChannelWork[]): Promise<void> {
  const asked = works.flatMap((work) => work.searches().map((search) => ({ work, search })));
  const answers = await findRegisterDays(
    tx,
    asked.map((a) => a.search),
  );
  asked.forEach(({ work, search }, i) => work.found(search, answers[i]!));
  const ranges = works.flatMap((work) => work.ranges().map((range) => ({ work, range })));
  const loaded = await loadChannelDays(
    tx,
    ranges.map((r) => r.range),
  );
  for (const { place, event } of loaded) ranges[place]!.work.add(event);
}
