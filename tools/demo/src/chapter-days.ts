/** The days from 31 October on: reads at 03:50, and on some days something happens. */
import { formatEstDay, type EstDay } from '@mdmr/kernel';
import { AMCCS, BILLCO, BIRCH, CROSSED, MAPLE } from './cast.js';
import { FIELD_DAY, FIRST_LIVE_DAY, LAST_DAY, at, day, onDay } from './dates.js';
import { CONTRADICTION, DUMPED_GAP, LATE_CLOCK, WRONG_COUNT } from './incidents.js';
import { adjustedDayFile, countAgainFile, dayFile, memoryDumpFile } from './read-files.js';
import { billingRequest, usdpRequest, type Item } from './requests.js';
import type { Story } from './story.js';
import { correctionRows, fieldWorkRows, setFiles, withWrongTrailer } from './sync-sets.js';

/** Reads arrive ten minutes before four. */
const READS_AT_MINUTES = 3 * 60 + 50;

type Happening = (story: Story) => Promise<void>;
const HAPPENINGS: ReadonlyMap<EstDay, readonly Happening[]> = new Map([
  [day('2026-11-02'), [octoberBills]],
  [WRONG_COUNT.day + 1, [countAgain]],
  [FIELD_DAY, [newStreet, eveningSet, truncatedSet, incompleteSet]],
  [FIELD_DAY + 1, [correctedRecords, lateActuals, billAgain]],
  [day('2026-11-16'), [midMonthBills]],
  [day('2026-11-30'), [novemberBillsAhead]],
  [day('2026-12-01'), [acceptAndFinish]],
]);

export async function liveDays(story: Story): Promise<void> {
  for (let today = FIRST_LIVE_DAY + 1; today <= LAST_DAY + 1; today += 1) {
    story.progress(formatEstDay(today));
    await story.clockTo(onDay(today, READS_AT_MINUTES));
    await story.send(AMCCS.map((amcc) => dayFile(story.metering, amcc, today - 1)));
    for (const happening of HAPPENINGS.get(today) ?? []) await happening(story);
  }
}

/** BILLCO's cycle 01 for October, with a number nobody has and one home asked for twice. */
async function octoberBills(story: Story): Promise<void> {
  const start = day('2026-10-01');
  const end = day('2026-11-01');
  await story.clockTo(at('2026-11-02T09:00'));
  story.progress('BILLCO asks for the bills of October');
  const items = itemsOf(story, '01', start, end);
  const unknown: Item = { usdpId: '7319402650', start, end, purpose: 'CYCLE' };
  const header = {
    sender: BILLCO,
    ldc: MAPLE,
    fileId: 'BC-Q-1',
    createdAt: at('2026-11-02T09:00'),
    windowEnd: at('2026-11-02T17:30'),
  };
  await story.send([billingRequest(header, [...items, items[0]!, unknown])]);
  // BIRCH never gave its billing to anybody
  const birch = { ...header, ldc: BIRCH, fileId: 'BC-Q-2', windowEnd: null };
  const foreign = { usdpId: story.papers.usdp('BI-0001'), start, end };
  await story.send([billingRequest(birch, [foreign])]);
  await story.driver.idle();
}

function itemsOf(story: Story, cycle: string, start: EstDay, end: EstDay): Item[] {
  return story.cycle(cycle).map((point) => {
    const usdpId = story.papers.usdp(point.sdpId);
    const item: Item = { usdpId, start: Math.max(start, point.since), end, purpose: 'CYCLE' };
    return point.sdpId === 'MP-0001' ? { ...item, accountId: point.accountId } : item;
  });
}

async function countAgain(story: Story): Promise<void> {
  await story.clockTo(onDay(WRONG_COUNT.day + 1, 6 * 60));
  story.progress('NORTHAMI sends the line with the wrong count again');
  await story.send([countAgainFile(story.metering)]);
  await story.driver.idle();
}

/** A new street has been read since the 3rd; now its home gets a number. */
async function newStreet(story: Story): Promise<void> {
  await story.clockTo(at('2026-11-10T08:40'));
  story.progress('MAPLE asks for a USDP ID in a new street');
  const known = story.papers.point('MP-0001');
  const points = [story.newHome(), known];
  await story.send([usdpRequest(MAPLE, 'MP-U-2', at('2026-11-10T08:40'), points)]);
  await story.driver.idle();
  await story.learnUsdpIds(MAPLE);
}

/** Exchange, disconnection, new street, crossed meters, TOU to come; part 4 counts wrong. */
async function eveningSet(story: Story): Promise<void> {
  const createdAt = at('2026-11-10T15:38');
  await story.clockTo(at('2026-11-10T15:40'));
  story.progress('MAPLE sends the field work of the day; part 4 counts wrong');
  const header = { ldc: MAPLE, setId: 'MP-S-2', sequence: 2, mode: 'ISYNC', createdAt } as const;
  const files = setFiles(header, fieldWorkRows(story.papers, story.newHome()));
  await story.send(files.map((file, i) => (i === 3 ? withWrongTrailer(file) : file)));
  await story.driver.idle();
  await story.clockTo(at('2026-11-10T15:52'));
  await story.send([files[3]!]);
  await story.driver.idle();
}

/** A list that lost its last homes must not end them. */
async function truncatedSet(story: Story): Promise<void> {
  const createdAt = at('2026-11-10T16:28');
  await story.clockTo(at('2026-11-10T16:30'));
  story.progress('MAPLE sends a truncated list of everything; the guard parks it');
  const all = [...story.pointsOf(MAPLE), story.newHome()];
  const rows = story.papers.stateAfterFieldWork(all.slice(0, -6));
  const header = { ldc: MAPLE, setId: 'MP-S-3', sequence: 3, mode: 'PSYNC', createdAt } as const;
  await story.send(setFiles(header, rows));
  await story.driver.idle();
  await story.driver.mdmr('sync', 'discard', MAPLE, 'MP-S-3');
  await story.driver.idle();
}

/** The sixth part of the corrections never comes. */
async function incompleteSet(story: Story): Promise<void> {
  await story.clockTo(at('2026-11-10T16:45'));
  await story.send(corrections(story, 'MP-S-4', FIELD_DAY).slice(0, 5));
  await story.driver.idle();
}

async function correctedRecords(story: Story): Promise<void> {
  await story.clockTo(onDay(FIELD_DAY + 1, 9 * 60 + 30));
  story.progress('MAPLE corrects the refused records');
  await story.send(corrections(story, 'MP-S-5', FIELD_DAY + 1));
  await story.driver.idle();
}

function corrections(story: Story, setId: string, from: EstDay) {
  const createdAt = onDay(from, 9 * 60);
  const header = { ldc: MAPLE, setId, sequence: 4, mode: 'ISYNC', createdAt } as const;
  return setFiles(header, correctionRows(story.papers, from));
}

/** A memory read out and a day with a wrong clock: both were billed. */
async function lateActuals(story: Story): Promise<void> {
  await story.clockTo(at('2026-11-11T11:00'));
  story.progress('NORTHAMI sends late and adjusted reads of October; what was billed is compared');
  await story.send([memoryDumpFile(story.metering), adjustedDayFile(story.metering)]);
  await story.driver.idle();
  const dataDay = formatEstDay(FIELD_DAY);
  await story.driver.mdmr('schedule', 'run', 'final', '--day', dataDay, '--org', MAPLE);
  await story.driver.idle();
}

/** Homes whose October is another now than when it was billed. */
export const REBILLED = [...CROSSED, DUMPED_GAP.sdpId, LATE_CLOCK.sdpId] as const;

async function billAgain(story: Story): Promise<void> {
  await story.clockTo(at('2026-11-11T11:20'));
  story.progress('BILLCO bills four homes again');
  const start = day('2026-10-01');
  const end = day('2026-11-01');
  const items: Item[] = REBILLED.map((sdpId) => {
    return { usdpId: story.papers.usdp(sdpId), start, end, purpose: 'REBILL' };
  });
  const createdAt = at('2026-11-11T11:20');
  const header = { sender: BILLCO, ldc: MAPLE, createdAt, windowEnd: null };
  await story.send([billingRequest({ ...header, fileId: 'BC-Q-3' }, items)]);
  await story.driver.idle();
}

/** Bills that cross the clock change: cycle 15 of MAPLE by its agent, all of BIRCH by itself. */
async function midMonthBills(story: Story): Promise<void> {
  const start = day('2026-10-15');
  const end = day('2026-11-15');
  const createdAt = at('2026-11-16T09:00');
  await story.clockTo(createdAt);
  story.progress('BILLCO and BIRCH ask for the bills of 15 October to 15 November');
  const maple = { sender: BILLCO, ldc: MAPLE, fileId: 'BC-Q-5', createdAt, windowEnd: null };
  await story.send([billingRequest(maple, itemsOf(story, '15', start, end))]);
  const birch = { sender: BIRCH, ldc: BIRCH, fileId: 'BI-Q-1', createdAt, windowEnd: null };
  const items = story.pointsOf(BIRCH).map(({ sdpId }): Item => {
    return { usdpId: story.papers.usdp(sdpId), start, end, purpose: 'CYCLE' };
  });
  await story.send([billingRequest(birch, items)]);
  await story.driver.idle();
}

/** Asked for the evening before: answered when the last day's reads are in. */
async function novemberBillsAhead(story: Story): Promise<void> {
  const createdAt = at('2026-11-30T17:00');
  await story.clockTo(createdAt);
  story.progress('BILLCO asks for the bills of November, a day ahead');
  const windowEnd = at('2026-12-02T17:30');
  const header = { sender: BILLCO, ldc: MAPLE, fileId: 'BC-Q-6', createdAt, windowEnd };
  const items = itemsOf(story, '01', day('2026-11-01'), day('2026-12-01'));
  await story.send([billingRequest(header, items)]);
  await story.driver.idle();
}

/** One home waits for a person, who lets the values stand. */
async function acceptAndFinish(story: Story): Promise<void> {
  await story.clockTo(at('2026-12-01T09:30'));
  story.progress('a person lets the contradicting values of one home stand');
  const first = formatEstDay(CONTRADICTION.day);
  const end = formatEstDay(CONTRADICTION.day + 1);
  const usdpId = story.papers.usdp(CONTRADICTION.sdpId);
  const who = ['--user', 'j.doe', '--reason', 'visited: the register wheel had slipped'];
  await story.driver.mdmr('vee', 'accept', usdpId, first, end, '--rule', 'R-023', ...who);
  await story.driver.idle();
  await story.clockTo(at('2026-12-01T10:00'));
}
