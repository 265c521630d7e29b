/** `npm run bench:vee`: the judgement of an ordinary day, all rules that run per day. */
import type { EstDay } from '@mdmr/kernel';
import type { ChannelFacts } from '@mdmr/vee/dist/decide/facts.js';
import { judge } from '@mdmr/vee/dist/decide/judge.js';
import type { DayRow } from '@mdmr/vee/dist/decide/model.js';
import { checkPlain } from '@mdmr/vee/dist/decide/plain-day.js';
import { machine } from './machine.js';
import { paceJson, paceOf } from './pace.js';
import { runBench, type Outcome } from './run-bench.js';
import { NEXT_DAY, SampleChannel, WARM_DAYS } from './sample-days.js';
import { grouped, rounded, table } from './table.js';

const HOURS = 24;

await runBench(
  {
    command: 'bench:vee',
    about:
      `Rules of STD on one new day of channels with ${WARM_DAYS} judged days behind them, no database:\n` +
      'those alone on a usual day, where none has anything to say; and the whole judgement of any\n' +
      'day. The ratio is that of the first.\n' +
      'Baseline: a plain loop that adds up the same values.',
    numbers: { channels: { about: 'channels', otherwise: 500 } },
  },
  benchVee,
);

async function benchVee({ channels }: { channels: number }): Promise<Outcome> {
  const subjects = Array.from({ length: channels }, (_, i) => subjectOf(new SampleChannel(i)));
  const intervals = channels * HOURS;
  const own = paceOf(intervals, () => {
    let valid = 0;
    for (const subject of subjects) valid += subject.judgeDay();
    return valid;
  });
  const usual = paceOf(intervals, () => {
    let valid = 0;
    for (const subject of subjects) valid += subject.checkUsualDay();
    return valid;
  });
  const plain = paceOf(intervals, () => {
    let sum = 0;
    for (const { values } of subjects) {
      for (let i = 0; i < values.length; i += 1) sum += values[i]!;
    }
    return sum;
  });
  const ratio = usual.perCpuS / plain.perCpuS;
  const json = {
    channels,
    intervals_per_s_per_core: Math.round(usual.perCpuS),
    us_per_channel_day: rounded((HOURS * 1e6) / usual.perCpuS),
    judge: paceJson(own),
    usual_day: paceJson(usual),
    baseline: paceJson(plain),
    ratio: rounded(ratio, 6),
    machine: machine(),
  };
  const rows = [
    ['rules of a usual day', usual.perCpuS, (HOURS * 1e6) / usual.perCpuS],
    ['judge, any day', own.perCpuS, (HOURS * 1e6) / own.perCpuS],
    ['sum of the values', plain.perCpuS, (HOURS * 1e6) / plain.perCpuS],
  ];
  const heads = ['', 'intervals/s/core', 'us/channel day'];
  return { json, text: `${table(heads, rows)}\none in ${grouped(1 / ratio)} of the baseline` };
}

interface Subject {
  readonly values: Float64Array;
  /** Judges the new day; gives how many intervals are valid, which must be all. */
  judgeDay(): number;
  /** The same by the rules alone, as the service does with a day of which none has anything to say. */
  checkUsualDay(): number;
}

/** All that a judgement may ask for is at hand, so that nothing else is measured. */
function subjectOf(sample: SampleChannel): Subject {
  const { channel } = sample;
  const input = sample.dayOf(NEXT_DAY);
  const rows = new Map<EstDay, DayRow>(channel.rows);
  rows.set(NEXT_DAY, { input, judged: null, verdict: null });
  const facts = channel.facts();
  const window = {
    from: NEXT_DAY - WARM_DAYS,
    to: NEXT_DAY,
    rows: (day: EstDay) => rows.get(day) ?? null,
    registerBefore: null,
    registerAfter: null,
  };
  const task = { facts, book: channel.book, window, touched: new Set([NEXT_DAY]) };
  const judgeDay = () => {
    const { need, verdicts } = judge(task);
    if (verdicts === undefined) throw new Error(`the judgement asks for ${JSON.stringify(need)}`);
    const verdict = verdicts.find(({ day }) => day === NEXT_DAY);
    if (verdict?.states !== 'V'.repeat(HOURS)) throw new Error(`states ${verdict?.states}`);
    return HOURS;
  };
  const usual = {
    facts: stable(facts),
    book: channel.book,
    event: sample.attributed(NEXT_DAY, input),
    stored: null,
    before: sample.attributed(NEXT_DAY - 1, rows.get(NEXT_DAY - 1)!.input!),
    now: 0,
  };
  const checkUsualDay = () => {
    if (checkPlain(usual) === null) throw new Error('the day is not a usual one');
    return HOURS;
  };
  return { values: input.values, judgeDay, checkUsualDay };
}

/** Facts that stay the same objects from day to day, as those that the service keeps. */
function stable(facts: ChannelFacts): ChannelFacts {
  const always = facts.on(NEXT_DAY);
  return { ...facts, on: () => always };
}
