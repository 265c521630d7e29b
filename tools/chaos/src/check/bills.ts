/** Billing answers against own sums over the channel days they were made from. */
import { formatDay, parseDay } from './calendar.js';
import { csvRecords } from './csv.js';
import { headerOf, type Delivered } from './answers.js';
import type { DayEvent, DayVersions } from './days.js';
import { whOfText } from './energy.js';
import { dayKey, type Expected } from './expected.js';
import { finding, type Finding } from './finding.js';
import type { SeenEvent } from './lanes.js';

/** BQ, request, usdp, account, start, end, framing, calendar, channel, total, four bins, … */
const TOTAL = 9;
const BINS = [10, 11, 12, 13];
/** HRL, request, bq_id, usdp, segment, channel, date, 24 hours. */
const HOURS_FROM = 7;

export interface BillInput {
  readonly requestFileId: string;
  /** Whose outbox is looked at. */
  readonly recipient: string;
  /** USDP IDs asked for. */
  readonly asked: readonly string[];
  /** Nothing of the request may wait any more but what VEE has left open. */
  readonly isSettled: boolean;
}

export interface BillFacts {
  readonly delivered: readonly Delivered[];
  readonly events: readonly SeenEvent[];
  /** vee's versions. */
  readonly days: DayVersions;
  readonly expected: Expected;
}

export function checkBills(input: BillInput, facts: BillFacts): Finding[] {
  const { requestFileId, recipient, asked } = input;
  const responses = facts.delivered
    .filter(({ org }) => org === recipient)
    .map(({ text }) => ({ header: headerOf(text), records: csvRecords(text) }))
    .filter(({ header }) => header.kind === 'BQ-RSP' && header.about === requestFileId)
    .sort((a, b) => Number(a.records[0]![8]) - Number(b.records[0]![8]));
  const numbers = responses.map(({ records }) => Number(records[0]![8]));
  const findings: Finding[] = [];
  if (numbers.some((n, i) => n !== i + 1)) {
    findings.push(finding('DOUBLED', requestFileId, `responses ${numbers.join(', ')}`));
  }
  const details = facts.delivered
    .filter(({ org }) => org === recipient)
    .map(({ text }) => headerOf(text))
    .filter(({ kind, about }) => kind === 'BR01' && about.startsWith(`${requestFileId}/`))
    .map(({ about }) => Number(about.slice(about.lastIndexOf('/') + 1)));
  if (details.sort((a, b) => a - b).join() !== numbers.join()) {
    const code = details.length < numbers.length ? 'NOT_ANSWERED' : 'DOUBLED';
    const detail = `responses ${numbers.join()}, BR01 of ${details.join()}`;
    findings.push(finding(code, requestFileId, detail));
  }
  const records = responses.flatMap((one) => one.records);
  const bills = records.filter(([type]) => type === 'BQ');
  const keys = bills.map((bill) => `${bill[2]} ${bill[8]} ${bill[4]}`);
  for (const key of new Set(keys.filter((one, i) => keys.indexOf(one) !== i))) {
    findings.push(finding('DOUBLED', `${requestFileId} ${key}`, 'answered twice'));
  }
  const behind = versionsBehind(requestFileId, facts.events);
  for (const bill of bills) {
    findings.push(...checkBill(bill, records, behind.get(bill[2]!), input, facts));
  }
  const answered = new Set(bills.map((bill) => bill[2]!));
  for (const usdp of input.isSettled ? asked : []) {
    if (answered.has(usdp) || isOpen(usdp, facts.days)) continue;
    findings.push(finding('NOT_ANSWERED', `${requestFileId} ${usdp}`, 'all its days are complete'));
  }
  return findings;
}

/** Version by `CHANNEL/YYYY-MM-DD`, by USDP ID, as the delivery names them. */
function versionsBehind(
  requestFileId: string,
  events: readonly SeenEvent[],
): Map<string, Map<string, number>> {
  const behind = new Map<string, Map<string, number>>();
  for (const { type, value } of events) {
    if (type !== 'billing.BillingQuantityDelivered') continue;
    if (value['request_file_id'] !== requestFileId) continue;
    const versions = value['versions'] as { kind: string; key: string; version: string }[];
    const days = versions.filter(({ kind }) => kind === 'CHANNEL_DAY');
    const usdp = value['usdp_id'] as string;
    behind.set(usdp, new Map(days.map(({ key, version }) => [key, Number(version)])));
  }
  return behind;
}

function checkBill(
  bill: readonly string[],
  records: readonly string[][],
  behind: ReadonlyMap<string, number> | undefined,
  input: BillInput,
  facts: BillFacts,
): Finding[] {
  const [, , usdp, , start, end, framing, , channel] = bill as string[];
  const where = `${input.requestFileId} ${usdp} ${channel}`;
  if (behind === undefined) return [finding('DOUBLED', where, 'is answered, but by no delivery')];
  const findings: Finding[] = [];
  const total = whOfText(bill[TOTAL]!);
  let sum = 0n;
  let isOwn = true;
  let own = 0n;
  for (let day = parseDay(start!); day < parseDay(end!); day += 1) {
    const key = dayKey(usdp!, channel!, day);
    const version = behind.get(`${channel}/${formatDay(day)}`);
    const event = facts.days.get(key)?.find((one) => one.version === version);
    if (event === undefined) {
      findings.push(finding('WRONG_BILL', where, `stands on no version of ${formatDay(day)}`));
      continue;
    }
    sum += BigInt(event.values.reduce<number>((all, value) => all + (value ?? 0), 0));
    own += ownSum(facts.expected, key);
    isOwn &&= isMeasured(event);
  }
  if (sum !== total) {
    findings.push(finding('WRONG_BILL', where, `${total} Wh, its days have ${sum}`));
  }
  if (input.isSettled && isOwn && own !== total) {
    findings.push(finding('WRONG_BILL', where, `${total} Wh, ${own} were sent`));
  }
  const parts = partsOf(bill, records, framing!);
  if (parts !== null && parts !== total) {
    findings.push(finding('WRONG_BILL', where, `${total} Wh, its parts have ${parts}`));
  }
  return findings;
}

function isMeasured(event: DayEvent): boolean {
  return /^V*$/.test(event.states);
}

function ownSum(expected: Expected, key: string): bigint {
  const values = expected.days.get(key)?.values ?? [];
  return values.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n);
}

/** Bins of TOU, hours of HOURLY; null = the framing has no parts. */
function partsOf(
  bill: readonly string[],
  records: readonly string[][],
  framing: string,
): bigint | null {
  const sum = (texts: readonly string[]) =>
    texts.filter((text) => text !== '').reduce((all, text) => all + whOfText(text), 0n);
  if (framing === 'TOU') return sum(BINS.map((i) => bill[i] ?? ''));
  if (framing !== 'HOURLY') return null;
  const hours = records.filter(
    ([type, , , usdp, , channel]) => type === 'HRL' && usdp === bill[2] && channel === bill[8],
  );
  return hours.reduce((all, hour) => all + sum(hour.slice(HOURS_FROM)), 0n);
}

/** A day of the service point has an interval that VEE has not settled. */
function isOpen(usdp: string, days: DayVersions): boolean {
  const versions = [...days].filter(([key]) => key.startsWith(`${usdp} `));
  return versions.some(([, all]) => /[MN]/.test(all.at(-1)!.states));
}
