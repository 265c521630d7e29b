/** Everything the checker knows to look at, over one run of one LDC. */
import { checkAnswers, type Delivered, type ExpectedAnswer } from './answers.js';
import { checkBills, type BillInput } from './bills.js';
import { checkBlocks } from './blocks.js';
import { checkBooks, type ServiceBooks } from './consumers.js';
import { checkCustody, type CustodyFile, type Dropped } from './custody.js';
import {
  checkAttributed,
  checkStore,
  checkValidated,
  checkVersions,
  dayVersions,
  newest,
} from './days.js';
import { readDirectory } from './directory.js';
import { expectedOf, type Expected, type SentReads } from './expected.js';
import { finding, type Finding } from './finding.js';
import { checkIssued } from './issued.js';
import { walkLanes, type SeenEvent } from './lanes.js';
import { DAY_STORES, readBooks, readDays, type DayStore, type StoredDay } from './stores.js';
import { catalogueTopics, EventReader, readTopics, type TopicContent } from './topics.js';

export interface RunFacts {
  /** Service points that were asked for, with the ids they were given, in the order of the answer. */
  readonly points: readonly (readonly [sdp: string, usdp: string])[];
  /** Service points as asked for. */
  readonly asked: readonly string[];
  /** Meter files as dropped. */
  readonly reads: readonly (SentReads & { readonly org: string })[];
  /** Parts of the sets, as dropped. */
  readonly parts: readonly string[];
  readonly dropped: readonly Dropped[];
  readonly answers: readonly ExpectedAnswer[];
  readonly bills: readonly BillInput[];
  /** As found after the run. */
  readonly custody: readonly CustodyFile[];
  readonly delivered: readonly Delivered[];
  /** Files that still lie in inboxes or between inbox and archive. */
  readonly left: readonly string[];
}

export interface HubAccess {
  readonly brokers: string;
  readonly schemaDir: string;
  readonly services: readonly string[];
  /** URL of a service's database. */
  databaseUrl(service: string): string;
}

export interface Checked {
  readonly findings: readonly Finding[];
  /** Values of meter files, as sent. */
  readonly values: number;
  readonly channelDays: number;
  readonly events: number;
  readonly copies: number;
}

/** Everything that lies on the topics and in the stores. */
export interface HubState extends TopicContent {
  readonly books: readonly ServiceBooks[];
  readonly stored: Readonly<Record<DayStore, readonly StoredDay[]>>;
}

export async function checkRun(run: RunFacts, hub: HubAccess): Promise<Checked> {
  const reader = new EventReader(hub.schemaDir);
  return judge(run, await readHub(hub), reader);
}

async function readHub(hub: HubAccess): Promise<HubState> {
  const content = await readTopics(hub.brokers, catalogueTopics(hub.schemaDir));
  const books = await Promise.all(
    hub.services.map((service) => readBooks(hub.databaseUrl(service), service)),
  );
  const days = (store: DayStore) => readDays(hub.databaseUrl(store), store);
  const [reads, vee, billing] = await Promise.all([days('reads'), days('vee'), days('billing')]);
  return { ...content, books, stored: { reads, vee, billing } };
}

/** Pure: what is wrong with a state of the hub after a run. */
export function judge(run: RunFacts, state: HubState, reader: EventReader): Checked {
  const lanes = walkLanes(state.messages, reader);
  const taken = takenReads(run, lanes.events);
  const expected = expectedOf(taken, readDirectory(run.parts));
  const usdps = new Set(run.points.map(([, usdp]) => usdp));
  const counts = new Map(expected.files.map((file) => [file.name, file]));
  const days = dayVersions(lanes.events, 'vee.ChannelDayValidated', usdps);
  const bills = { delivered: run.delivered, events: lanes.events, days, expected };
  const findings = [
    ...lanes.findings,
    ...checkIssued(run.asked, run.points, lanes.events),
    ...checkBooks(state.books, state.ends, lanes.last),
    ...run.left.map((name) => finding('LOST', name, 'was never taken')),
    ...checkCustody(run.custody, run.dropped, counts),
    ...checkBlocks(taken, lanes.events),
    ...checkDays(usdps, expected, lanes.events, state),
    ...checkAnswers(run.delivered, run.answers),
    ...run.bills.flatMap((bill) => checkBills(bill, bills)),
  ];
  return {
    findings,
    values: expected.files.reduce((sum, file) => sum + file.in, 0),
    channelDays: expected.days.size,
    events: lanes.events.length,
    copies: lanes.copies,
  };
}

/** Meter files in the order of custody, as the gateway numbered them. */
function takenReads(
  run: RunFacts,
  events: readonly SeenEvent[],
): (SentReads & { custodyId: string })[] {
  const custody = events
    .filter(({ type }) => type === 'gateway.FileReceived')
    .map(({ value }) => ({
      id: value['custody_id'] as string,
      seq: value['custody_seq'] as number,
      where: `${value['org']}/${value['name']}`,
    }))
    .sort((a, b) => a.seq - b.seq);
  const texts = new Map(run.reads.map((one) => [`${one.org}/${one.name}`, one]));
  return custody.flatMap(({ id, where }) => {
    const found = texts.get(where);
    return found === undefined ? [] : [{ custodyId: id, name: found.name, text: found.text }];
  });
}

function checkDays(
  usdps: ReadonlySet<string>,
  expected: Expected,
  events: readonly SeenEvent[],
  { stored }: HubState,
): Finding[] {
  const attributed = dayVersions(events, 'reads.ChannelDayAttributed', usdps);
  const validated = dayVersions(events, 'vee.ChannelDayValidated', usdps);
  const topicOf = { reads: attributed, vee: validated, billing: validated };
  return [
    ...checkVersions('reads', attributed),
    ...checkVersions('vee', validated),
    ...checkAttributed(expected, newest(attributed)),
    ...checkValidated(newest(attributed), newest(validated)),
    ...DAY_STORES.flatMap((store) => {
      const ours = stored[store].filter(({ usdp }) => usdps.has(usdp));
      return checkStore(store, ours, newest(topicOf[store]));
    }),
  ];
}
